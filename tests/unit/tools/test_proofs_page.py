"""The table of proofs keeps one line of each, the newest; rows of the long search are what the contract's test reads."""

from __future__ import annotations

import random
from pathlib import Path

from governance.values import Outcome
from settlement.split import Stakes, divide
from tools import deep, proofs
from tools.proofs import Proof

EMPTY = (
    "# Proofs\n\n<!-- proofs -->\n| proof | size | result | date | command |\n|---|---|---|---|---|\n<!-- /proofs -->\nafter\n"
)


def line(name: str, result: str) -> Proof:
    return Proof(name, "all", result, "2027-01-15", "`make it`")


def test_a_line_is_replaced_by_its_next_run_and_the_rest_stays() -> None:
    page = proofs.with_proof(proofs.with_proof(EMPTY, line("one", "good")), line("two", "good"))
    again = proofs.with_proof(page, line("one", "better"))
    assert proofs.recorded(again) == [line("one", "better"), line("two", "good")]
    assert again.startswith("# Proofs\n")
    assert again.endswith("<!-- /proofs -->\nafter\n")


def test_a_result_is_recorded_with_its_day(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "proofs.md").write_text(EMPTY)
    proofs.record("one", "3 claims", "all proved", "make prove", project=tmp_path)
    (found,) = proofs.recorded((tmp_path / "docs" / "proofs.md").read_text())
    assert (found.proof, found.size, found.result, found.command) == ("one", "3 claims", "all proved", "`make prove`")


def test_the_committed_page_can_be_read(repository: Path) -> None:
    found = proofs.recorded((repository / "docs" / "proofs.md").read_text())
    assert len({proof.proof for proof in found}) == len(found)


def test_a_row_of_the_long_search_is_fourteen_words_that_say_what_the_model_says() -> None:
    source = random.Random(7)
    for _ in range(200):
        words = [int.from_bytes(part, "big") for part in zip(*[iter(deep.case(source))] * 32, strict=True)]
        row, fee, relay_fee, validator_bps, dao_bps, deposit, deposit_left, *parts = words
        stakes = Stakes(fee, deposit, deposit_left, validator_bps, dao_bps, relay_fee)
        verdict = (Outcome(row >> 120 & 0xFF), row >> 96 & 0xFFFF, row >> 80 & 0xFFFF)
        division = divide(*verdict, stakes)
        fees = [division.provider, division.validators, division.relay, division.dao, division.customer_from_fee]
        assert parts == [*fees, division.customer_from_deposit, division.slash]
        assert max(words) < 2**256
