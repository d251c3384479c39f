"""What a provider offers, and the signed form of it that travels between people as a JSON file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chain.documents import dump_object, hex_bytes, load_struct, object_of, parse_object, struct_json
from chain.words import Address, Bytes32, Uint16, Uint32, Uint64, Uint128, Uint256
from governance.errors import BadInput
from governance.periods import Calendar
from governance.values import PeriodKind

SIGNATURE_BYTES = 65


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider's offer, as Pactum reads it. Money in the token's smallest unit, times in seconds.

    ``customer`` is the zero address where anybody may take it; ``expiry`` is exclusive; ``nonce`` opens once;
    ``period_length`` is 0 for calendar months; ``notice_periods`` are the whole periods that still run after either side ends the
    agreement early.
    """

    provider: Address
    customer: Address
    token: Address
    terms: Bytes32
    law: Bytes32
    fee: Uint128
    deposit: Uint128
    max_credit_bps: Uint16
    max_slash_bps: Uint16
    min_provider_bps: Uint16
    period_kind: PeriodKind
    period_length: Uint32
    max_periods: Uint32
    notice_periods: Uint16
    lead: Uint32
    expiry: Uint64
    nonce: Uint256

    def calendar(self, start_s: int, periods: int) -> Calendar:
        """The periods of an agreement opened from this offer. Raises BadInput where start and kind do not fit."""
        return Calendar(self.period_kind, start_s, self.period_length, periods)


@dataclass(frozen=True, slots=True)
class SignedOffer:
    """An offer with its provider's signature (r || s || v, 65 bytes, for a key; anything for an ERC-1271 contract)."""

    offer: Offer
    signature: bytes

    def to_json(self) -> str:
        """The file form: amounts as decimal strings, hashes and the signature as 0x-hex."""
        return dump_object({"offer": struct_json(self.offer), "signature": "0x" + self.signature.hex()})

    @classmethod
    def from_json(cls, text: str, source: str = "offer") -> SignedOffer:
        """Reads the file form strictly: every field once, none unknown. Raises BadInput that names the field."""
        document = parse_object(text, source, {"offer", "signature"})
        signature = hex_bytes(document["signature"], f"{source}: signature")
        if not signature:
            raise BadInput("signature is empty", source=source, remedy="sign the offer with the provider's key")
        offer = load_struct(Offer, object_of(document["offer"], f"{source}: offer"), f"{source}: offer")
        return cls(offer, signature)

    @classmethod
    def load(cls, path: Path) -> SignedOffer:
        """Reads an offer file; BadInput where it is missing or malformed."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                f"cannot read the offer: {error}", source=str(path), remedy="give the file that the provider made"
            ) from error
        return cls.from_json(text, str(path))
