"""The committee's arithmetic: which configuration, which members, and whether enough of them signed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chain.calls import encode_arguments
from chain.hashing import keccak
from chain.keys import recover_compact
from chain.typed_data import Domain
from chain.values import Configuration, member_bit
from governance.errors import BadInput

COMPACT_BYTES = 64
SIZES = range(4, 32, 3)


class QuorumError(BadInput):
    """Signatures that are missing, repeated, foreign or too few."""


def quorum_of(members: int) -> int:
    """The quorum 2f + 1 of n = 3f + 1 members. Raises BadInput for another number."""
    if members not in SIZES:
        raise BadInput(
            f"a committee cannot have {members} members", value=members, remedy="4, 7, 10 ... 31: three per fault, and one"
        )
    return (members - 1) // 3 * 2 + 1


def members_of(mask: int) -> tuple[int, ...]:
    """The members whose bits are set, ascending."""
    return tuple(member for member in range(mask.bit_length()) if mask >> member & 1)


def mask_of(members: Collection[int]) -> int:
    """The bitmask of some members: bit i stands for member i."""
    return sum(member_bit(member) for member in set(members))


def configuration_digest(committee: Domain, index: int, since_s: int, members: tuple[str, ...]) -> bytes:
    """The name of a configuration, as the Committee computes it."""
    types = "(uint256,address,uint32,uint64,address[])"
    return keccak(encode_arguments(types, committee.chain_id, committee.contract, index, since_s, list(members)))


def join_signatures(signatures: Mapping[int, bytes]) -> tuple[int, bytes]:
    """Bitmask and concatenation, ascending by member, of compact signatures by member: what ``Pactum.report`` takes."""
    for member, signature in signatures.items():
        if len(signature) != COMPACT_BYTES:
            raise QuorumError(
                f"member {member}'s signature has {len(signature)} bytes", value=member, remedy="64 bytes, EIP-2098"
            )
    return mask_of(signatures), b"".join(signatures[member] for member in sorted(signatures))


def check_quorum(configuration: Configuration, digest: bytes, observers: int, signers: int, signatures: bytes) -> None:
    """Checks signatures of a digest without a chain, by the rules of ``Committee.verify``. Raises QuorumError.

    The observers are a quorum of active members, and the signers one of the observers. Whoever looks at an old report gives the
    configuration with the bits that were active then.
    """
    _check_observers(configuration, observers)
    if signers < 0 or signers & ~observers:
        raise QuorumError("a signer without an observation", value=signers, remedy="only observers sign")
    members = members_of(signers)
    if observers.bit_count() < configuration.quorum:
        raise QuorumError(f"{observers.bit_count()} observers where {configuration.quorum} are needed", value=observers)
    if len(members) < configuration.quorum:
        raise QuorumError(f"{len(members)} signers where {configuration.quorum} are needed", value=signers)
    if len(signatures) != COMPACT_BYTES * len(members):
        raise QuorumError(f"{len(signatures)} bytes of signatures for {len(members)} signers", value=signers, remedy="64 each")
    for place, member in enumerate(members):
        check_member(configuration, digest, member, signatures[place * COMPACT_BYTES : (place + 1) * COMPACT_BYTES])


def _check_observers(configuration: Configuration, observers: int) -> None:
    last = len(configuration.members) - 1
    if observers < 0 or observers >> last + 1:
        raise QuorumError("an observer that is no member", value=observers, remedy=f"members are 0 to {last}")
    if lost := members_of(observers & ~configuration.active):
        raise QuorumError(f"member {lost[0]} does not count any more", value=observers, remedy="leave its observations out")


def check_member(configuration: Configuration, digest: bytes, member: int, signature: bytes) -> None:
    """Checks that one member made a compact signature of a digest. Raises QuorumError."""
    if not 0 <= member < len(configuration.members):
        raise QuorumError(f"no member {member}", value=member, remedy=f"members are 0 to {len(configuration.members) - 1}")
    try:
        found = recover_compact(digest, signature)
    except BadInput as error:
        raise QuorumError(f"member {member}: {error.message}", value=member, remedy=error.remedy) from error
    if found != configuration.members[member]:
        message = f"member {member} is {configuration.members[member]}, but {found} signed"
        raise QuorumError(message, value=member, remedy="sign this very digest with the member's key")
