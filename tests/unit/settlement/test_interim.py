"""Interim counts: their digest is EIP-712's own, and their JSON reads back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data

from chain.typed_data import COMMITTEE_NAME, VERSION, Domain
from governance.errors import BadInput
from governance.values import Ratio
from oracle.interim import TALLY_TYPE, Interim, SignedInterim, interim_digest, load_tallies, tallies_json

COMMITTEE = Domain(31_337, "0x" + "ab" * 20)
COUNTS = Interim(2**96 - 1, 3, 1_735_689_640, 50, Ratio(49 * 10**9, 50 * 10**9), Ratio(48, 49), Ratio(4, 4), 830)
SIGNED = SignedInterim(2, COUNTS, bytes(range(64)))


def test_the_digest_is_that_of_the_typed_data() -> None:
    members = [part.split(" ") for part in TALLY_TYPE.removeprefix("Tally(").removesuffix(")").split(",")]
    message = dict(
        zip(
            [name for _, name in members],
            [
                COUNTS.agreement, COUNTS.period, COUNTS.as_of_s, COUNTS.samples, COUNTS.uptime.numerator,
                COUNTS.uptime.denominator, COUNTS.attained.numerator, COUNTS.attained.denominator, COUNTS.coverage.numerator,
                COUNTS.coverage.denominator, COUNTS.p95_ms,
            ],
            strict=True,
        )
    )  # fmt: skip
    domain = {"name": COMMITTEE_NAME, "version": VERSION, "chainId": 31_337, "verifyingContract": COMMITTEE.contract}
    types = {"Tally": [{"type": kind, "name": name} for kind, name in members]}
    assert interim_digest(COMMITTEE, COUNTS) == _hash_eip191_message(encode_typed_data(domain, types, message))


def test_json_reads_back_as_it_was() -> None:
    batch = json.loads(json.dumps(tallies_json(2, [SIGNED])))
    assert load_tallies(batch) == [SIGNED]
    assert load_tallies({"member": 2, **batch["tallies"][0]}) == [SIGNED]
    assert load_tallies({"member": 2, "tallies": []}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"agreement": -1},
        {"agreement": 1.0},
        {"period": True},
        {"samples": None},
        {"uptime": ["2", "1"]},
        {"uptime": ["1"]},
        {"uptime": "1/1"},
        {"p95_ms": 2**32},
        {"signature": "0x00"},
        {"extra": 1},
    ],
)
def test_other_forms_are_refused(change: dict[str, Any]) -> None:
    entry = tallies_json(2, [SIGNED])["tallies"][0]
    with pytest.raises(BadInput):
        load_tallies({"member": 2, "tallies": [{**entry, **change}]})
    with pytest.raises(BadInput):
        load_tallies({"member": 2, **entry, **change})


@pytest.mark.parametrize("document", [None, [], {}, {"member": 2}, {"member": 40, "tallies": []}, {"member": 2, "tallies": {}}])
def test_what_is_no_batch_is_refused(document: Any) -> None:
    with pytest.raises(BadInput):
        load_tallies(document)
