"""The EIP-712 digests that people and oracles sign, built by hand for speed; tests hold them against ``encode_typed_data``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chain.hashing import keccak
from chain.offers import Offer
from chain.values import Amendment, Header
from chain.words import codec, encode_address, encode_bytes32, encode_uint

PACTUM_NAME = "Surety Pactum"
COMMITTEE_NAME = "Surety Committee"
LAW_STONE_NAME = "Surety LawStone"
VERSION = "1"
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
OFFER_TYPE = (
    "Offer(address provider,address customer,address token,bytes32 terms,bytes32 law,uint128 fee,uint128 deposit,"
    "uint16 maxCreditBps,uint16 maxSlashBps,uint16 minProviderBps,uint8 periodKind,uint32 periodLength,uint32 maxPeriods,"
    "uint16 noticePeriods,uint32 lead,uint64 expiry,uint256 nonce)"
)
REPORT_TYPE = "Report(bytes32 configuration,uint64 epoch,bytes32 observationSet,uint32 observers,address payee,bytes32 rowsHash)"
OBSERVATION_ROOT_TYPE = "ObservationRoot(uint64 epoch,bytes32 root)"
ASSENT_TYPE = "Assent(uint8 seat,bool takesSeat,bytes32 running,bytes32 proposed,uint64 revision,uint32 notice)"

_DOMAIN_TYPEHASH = keccak(DOMAIN_TYPE.encode())
_OFFER_TYPEHASH = keccak(OFFER_TYPE.encode())
_REPORT_TYPEHASH = keccak(REPORT_TYPE.encode())
_OBSERVATION_ROOT_TYPEHASH = keccak(OBSERVATION_ROOT_TYPE.encode())
_ASSENT_TYPEHASH = keccak(ASSENT_TYPE.encode())


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a signature is good: one contract on one chain. Which name it carries follows from what is signed."""

    chain_id: int
    contract: str


@lru_cache(maxsize=256)
def separator(domain: Domain, name: str) -> bytes:
    """The EIP-712 domain separator of a contract under one of the three names."""
    head = _DOMAIN_TYPEHASH + keccak(name.encode()) + keccak(VERSION.encode())
    return keccak(head + encode_uint(domain.chain_id, 256, "chain id") + encode_address(domain.contract, "contract"))


def offer_digest(pactum: Domain, offer: Offer) -> bytes:
    """What a provider signs to offer. ``pactum`` is Pactum's domain. Raises BadInput where a field does not fit its type."""
    return _digest(pactum, PACTUM_NAME, _OFFER_TYPEHASH + codec(Offer).encode(offer))


def rows_hash(rows: Sequence[int]) -> bytes:
    """Keccak-256 of the row words, one after the other."""
    return keccak(b"".join(encode_uint(word, 256, "row") for word in rows))


def report_digest(pactum: Domain, header: Header, rows: Sequence[int]) -> bytes:
    """What a member signs to report these row words under this header. ``pactum`` is Pactum's domain."""
    return _digest(pactum, PACTUM_NAME, _REPORT_TYPEHASH + codec(Header).encode(header) + rows_hash(rows))


def observation_root_digest(committee: Domain, epoch: int, root: bytes) -> bytes:
    """What an oracle signs once per epoch, over all its observations. ``committee`` is the Committee's domain."""
    struct = _OBSERVATION_ROOT_TYPEHASH + encode_uint(epoch, 64, "epoch") + encode_bytes32(root, "root")
    return _digest(committee, COMMITTEE_NAME, struct)


def amendment_id(amendment: Amendment) -> bytes:
    """The name of an amendment on LawStone: the hash of the struct that members sign. Raises BadInput for a field too wide."""
    return keccak(_ASSENT_TYPEHASH + codec(Amendment).encode(amendment))


def assent_digest(law_stone: Domain, amendment: bytes) -> bytes:
    """What a member signs, by the amendment's id, where the running law permits it and the proposed law accepts it."""
    return keccak(b"\x19\x01" + separator(law_stone, LAW_STONE_NAME) + encode_bytes32(amendment, "amendment"))


def _digest(domain: Domain, name: str, struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + separator(domain, name) + keccak(struct))
