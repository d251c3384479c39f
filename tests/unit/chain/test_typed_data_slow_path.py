"""The hand-built digests against eth_account's encoding of the same data, over all values that the types allow."""

from __future__ import annotations

from typing import Any

from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from chain import typed_data
from chain.hashing import address_of
from chain.offers import Offer
from chain.permits import PERMIT_TYPE, permit_digest
from chain.typed_data import Domain
from chain.values import Header
from governance.values import PeriodKind

HASHES = st.binary(min_size=32, max_size=32)
ADDRESSES = st.binary(min_size=20, max_size=20).map(address_of)
DOMAINS = st.builds(Domain, st.integers(0, 2**256 - 1), ADDRESSES)
OFFERS = st.builds(
    Offer,
    provider=ADDRESSES,
    customer=ADDRESSES,
    token=ADDRESSES,
    terms=HASHES,
    law=HASHES,
    fee=st.integers(0, 2**128 - 1),
    deposit=st.integers(0, 2**128 - 1),
    max_credit_bps=st.integers(0, 2**16 - 1),
    max_slash_bps=st.integers(0, 2**16 - 1),
    min_provider_bps=st.integers(0, 2**16 - 1),
    period_kind=st.sampled_from(PeriodKind),
    period_length=st.integers(0, 2**32 - 1),
    max_periods=st.integers(0, 2**32 - 1),
    notice_periods=st.integers(0, 2**16 - 1),
    lead=st.integers(0, 2**32 - 1),
    expiry=st.integers(0, 2**64 - 1),
    nonce=st.integers(0, 2**256 - 1),
)
HEADERS = st.builds(Header, HASHES, st.integers(0, 2**64 - 1), HASHES, st.integers(0, 2**32 - 1), ADDRESSES)


def _slow(domain: Domain, name: str, declaration: str, values: list[Any]) -> bytes:
    kind, _, fields = declaration.removesuffix(")").partition("(")
    shape = [dict(zip(("type", "name"), field.split(" "), strict=True)) for field in fields.split(",")]
    message = {field["name"]: value for field, value in zip(shape, values, strict=True)}
    where = {"name": name, "version": "1", "chainId": domain.chain_id, "verifyingContract": domain.contract}
    signable = encode_typed_data(where, {kind: shape}, message)
    return bytes(keccak(b"\x19" + signable.version + signable.header + signable.body))


@settings(max_examples=50)
@given(DOMAINS, OFFERS)
def test_offers(domain: Domain, offer: Offer):
    values = [getattr(offer, name) for name in Offer.__dataclass_fields__]
    assert typed_data.offer_digest(domain, offer) == _slow(domain, "Surety Pactum", typed_data.OFFER_TYPE, values)


@settings(max_examples=50)
@given(DOMAINS, HEADERS, st.lists(st.integers(0, 2**256 - 1), max_size=5))
def test_reports(domain: Domain, header: Header, rows: list[int]):
    rows_hash = keccak(b"".join(word.to_bytes(32, "big") for word in rows))
    values = [*(getattr(header, name) for name in Header.__dataclass_fields__), rows_hash]
    expected = _slow(domain, "Surety Pactum", typed_data.REPORT_TYPE, values)
    assert typed_data.report_digest(domain, header, rows) == expected


@settings(max_examples=50)
@given(DOMAINS, st.integers(0, 2**64 - 1), HASHES)
def test_observation_roots(domain: Domain, epoch: int, root: bytes):
    expected = _slow(domain, "Surety Committee", typed_data.OBSERVATION_ROOT_TYPE, [epoch, root])
    assert typed_data.observation_root_digest(domain, epoch, root) == expected


@settings(max_examples=50)
@given(DOMAINS, ADDRESSES, ADDRESSES, *[st.integers(0, 2**256 - 1)] * 3)
def test_permits(domain: Domain, owner: str, spender: str, value: int, nonce: int, deadline: int):
    expected = _slow(domain, "A Token", PERMIT_TYPE, [owner, spender, value, nonce, deadline])
    found = permit_digest(typed_data.separator(domain, "A Token"), owner, spender, value, nonce, deadline)
    assert found == expected


@given(OFFERS, ADDRESSES)
def test_a_digest_is_good_for_one_contract_on_one_chain(offer: Offer, contract: str):
    here = typed_data.offer_digest(Domain(1, contract), offer)
    assert here != typed_data.offer_digest(Domain(2, contract), offer)
    assert here != typed_data.offer_digest(Domain(1, "0x" + "5a" * 20), offer)
