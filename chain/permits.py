"""ERC-2612 permits: an allowance that its owner signs instead of sending."""

from __future__ import annotations

from dataclasses import dataclass

from chain.hashing import keccak
from chain.keys import Signer
from chain.token import TokenClient
from chain.words import encode_address, encode_uint
from governance.errors import BadInput

PERMIT_TYPE = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
SIGNATURE_BYTES = 65
_TYPEHASH = keccak(PERMIT_TYPE.encode())


@dataclass(frozen=True, slots=True)
class Permit:
    """A signed allowance of ``value``, good until ``deadline`` (Unix seconds, inclusive). ``signature`` is r || s || v."""

    token: str
    value: int
    deadline: int
    signature: bytes

    @property
    def parts(self) -> tuple[int, bytes, bytes]:
        """v, r and s. Raises BadInput where the signature is not 65 bytes."""
        if len(self.signature) != SIGNATURE_BYTES:
            length = len(self.signature)
            raise BadInput(f"a permit's signature of {length} bytes", value=self.signature, remedy="65 bytes: r, s and v")
        return self.signature[64], self.signature[:32], self.signature[32:64]


def sign_permit(token: TokenClient, signer: Signer, spender: str, value: int, deadline: int) -> Permit:
    """The signer's next permit on a token. Raises NoContract or TransactionReverted where the token has no permits."""
    digest = permit_digest(token.domain_separator(), signer.address, spender, value, token.permit_nonce(signer.address), deadline)
    return Permit(token.address, value, deadline, signer.sign_digest(digest))


def permit_digest(separator: bytes, owner: str, spender: str, value: int, nonce: int, deadline: int) -> bytes:
    """What an owner signs to permit, under a token's domain separator."""
    words = encode_address(owner, "owner") + encode_address(spender, "spender")
    words += encode_uint(value, 256, "value") + encode_uint(nonce, 256, "nonce") + encode_uint(deadline, 256, "deadline")
    return keccak(b"\x19\x01" + separator + keccak(_TYPEHASH + words))
