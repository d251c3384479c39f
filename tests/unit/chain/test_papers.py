"""Files that people pass around: address books and signed offers, read strictly and written whole."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from chain.addressbook import AddressBook
from chain.keys import Signer
from chain.offers import Offer, SignedOffer
from governance.errors import BadInput, FatalError
from governance.values import PeriodKind

A, B, C, D, E, F, G, H = (Signer(bytes([number]) * 32).address for number in range(1, 9))
BOOK = AddressBook(31_337, 5, A, B, C, D, E, F, G, H)
OFFER = Offer(
    A, B, C, b"\1" * 32, b"\2" * 32, 10**24, 5, 10_000, 1_000, 7_000, PeriodKind.CALENDAR_MONTH, 0, 12, 1, 60, 2**64 - 1, 9
)
SIGNED = SignedOffer(OFFER, b"\3" * 65)


@pytest.mark.parametrize("book", [BOOK, AddressBook(1, 0, A, B, C, D, E, F, G)])
def test_a_book_survives_its_file(tmp_path: Path, book: AddressBook):
    book.save(tmp_path / "book.json")
    assert AddressBook.load(tmp_path / "book.json") == book
    assert [file.name for file in tmp_path.iterdir()] == ["book.json"]


def test_a_book_knows_its_domains():
    assert (BOOK.pactum_domain.contract, BOOK.committee_domain.contract) == (A, C)
    assert BOOK.pactum_domain.chain_id == 31_337


def test_a_book_names_every_contract_whose_logs_tell_the_story():
    assert set(BOOK.contracts) == {A, B, C, D, E, F, G}


def _book(**changes) -> str:
    return json.dumps({**dataclasses.asdict(BOOK), **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "book:1:2: "),
        ('{\n "chain_id": 1,\n oops }', "book:3:2: "),
        ("[]", "list where an object belongs"),
        ("{}", "chain_id is missing"),
        (_book(extra=1), "extra is not known here"),
        (_book(pactum="0x12"), "book: pactum: '0x12' is not an address"),
        (_book(pactum=A.swapcase().replace("X", "x")), "pactum: .* is mistyped"),
        (_book(pactum=5), "pactum: 5 is not an address"),
        (_book(chain_id=-1), "chain_id: -1 is not a whole number"),
        (_book(chain_id=1.5), "chain_id: 1.5 is not a whole number"),
        (_book(chain_id=True), "chain_id: True is not a whole number"),
        (_book(chain_id=2**64), "is not a whole number"),
        (_book(token=""), "token: '' is not an address"),
        (_book(tribunal=""), "tribunal: '' is not an address"),
        (_book(timelock=None), "timelock: None is not an address"),
        ('{"pactum": 1, "pactum": 2}', "pactum stands there twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"chain_id": ' + "9" * 5_000 + "}", "a number too long"),
    ],
)
def test_a_malformed_book_is_refused_by_name(text: str, message: str):
    with pytest.raises(BadInput, match=message):
        AddressBook.from_json(text, "book")


def test_a_missing_book_is_bad_input(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot read the address book"):
        AddressBook.load(tmp_path / "none.json")


def test_a_book_that_cannot_be_written_leaves_the_old_one(tmp_path: Path):
    with pytest.raises(FatalError, match="cannot write"):
        BOOK.save(tmp_path / "none" / "book.json")
    assert list(tmp_path.iterdir()) == []


def test_an_offer_survives_its_file(tmp_path: Path):
    (tmp_path / "offer.json").write_text(SIGNED.to_json())
    assert SignedOffer.load(tmp_path / "offer.json") == SIGNED


def test_an_offers_file_is_exact_for_readers_with_doubles():
    document = json.loads(SIGNED.to_json())["offer"]
    assert document["fee"] == str(10**24)
    assert document["expiry"] == str(2**64 - 1)
    assert document["period_kind"] == "calendar_month"
    assert all(abs(value) < 2**53 for value in document.values() if isinstance(value, int))


def _offer(**changes) -> str:
    document = json.loads(SIGNED.to_json())
    return json.dumps({**document, "offer": {**document["offer"], **changes}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_offer(fee="1e3"), "offer: fee: '1e3' is not a whole number"),
        (_offer(fee="-1"), "offer: fee: '-1' is not a whole number"),
        (_offer(fee="٣"), "offer: fee: .* is not a whole number"),
        (_offer(fee=1.0), "offer: fee: 1.0 is not a whole number"),
        (_offer(max_credit_bps=65_536), "max_credit_bps: 65536 is not a whole number"),
        (_offer(period_kind="weekly"), "period_kind: 'weekly' is not known here; one of fixed, calendar_month"),
        (_offer(period_kind=1), "period_kind: 1 is not known here"),
        (_offer(terms="0x12"), "terms: 1 bytes where 32 belong"),
        (_offer(terms="0x1"), "terms: '0x1' is not 0x-hex"),
        (_offer(terms="12"), "terms: '12' is not 0x-hex"),
        (_offer(customer=None), "customer: None is not an address"),
        (_offer(note="hi"), "note is not known here"),
        (json.dumps({"offer": 5, "signature": "0x00"}), "int where an object belongs"),
        (json.dumps({"offer": {}, "signature": "0x00"}), "customer is missing"),
        (json.dumps({"offer": {}, "signature": "0x"}), "signature is empty"),
        (json.dumps({"offer": {}}), "signature is missing"),
    ],
)
def test_a_malformed_offer_is_refused_by_name(text: str, message: str):
    with pytest.raises(BadInput, match=message):
        SignedOffer.from_json(text, "offer file")


def test_a_missing_or_binary_offer_is_bad_input(tmp_path: Path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("none", "binary"):
        with pytest.raises(BadInput, match="cannot read the offer"):
            SignedOffer.load(tmp_path / name)


def test_an_offers_calendar_follows_its_kind():
    assert OFFER.calendar(1_704_067_200, 2).bounds(1) == (1_706_745_600, 1_709_251_200)  # February of a leap year
    with pytest.raises(BadInput, match="not the first second of a UTC month"):
        OFFER.calendar(1_704_067_201, 2)
