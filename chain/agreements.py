"""Names of agreements: 96 bits of the opening's hash, so that a re-org cannot bind one to another opening."""

from __future__ import annotations

from chain.calls import encode_arguments
from chain.hashing import keccak
from chain.offers import Offer
from chain.typed_data import Domain, offer_digest

ID_BITS = 96


def agreement_id(pactum: Domain, customer: str, offer: Offer, start_s: int, periods: int) -> int:
    """The id that an opening gets on Pactum, known before it is sent."""
    types = "(uint256,address,address,bytes32,uint64,uint32)"
    digest = offer_digest(pactum, offer)
    words = encode_arguments(types, pactum.chain_id, pactum.contract, customer, digest, start_s, periods)
    return int.from_bytes(keccak(words), "big") & ((1 << ID_BITS) - 1)
