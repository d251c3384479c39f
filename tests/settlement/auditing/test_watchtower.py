"""The watchtower: an honest row is left alone, a lie is found while it can be disputed, at no more cost than was allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chain.events import Accepted, Expired, Reported, RowHeld, Settled
from chain.hashing import ZERO_ADDRESS, keccak
from chain.reverts import TransactionReverted
from chain.row import unpack
from governance.errors import BadInput
from governance.values import Outcome, Row
from oracle.evidence import EvidenceStore
from settlement.watchtower import Suspicion, Watchtower, standing


class Nothing:
    """A relay that has forgotten every set."""

    def observation_set(self, root: bytes) -> Any:
        raise BadInput("no such set", value=root)


def tower(court: Any, sets: Any = None, evidence: list[EvidenceStore] | None = None) -> Watchtower:
    court.troupe.look()
    stores = court.stores if evidence is None else evidence
    return Watchtower(court.troupe.docket, court.stage.node, court.stage.book, sets or court.troupe.relay, stores)


def test_rows_that_follow_from_the_evidence_are_left_alone(court) -> None:
    agreement = court.troupe.open(2)
    court.report(agreement, 0)
    assert tower(court).look() == []
    court.report(agreement, 1)
    assert tower(court).look() == []


def test_a_lie_of_the_quorum_is_found_and_can_be_disputed(court) -> None:
    agreement = court.troupe.open()
    court.forge(agreement, (Outcome.MET, 0, 0))
    (found,) = tower(court).look()
    assert isinstance(found, Suspicion)
    row = unpack(found.row)
    assert (row.agreement, row.period, row.outcome, found.produced) == (agreement, 0, Outcome.MET, True)
    assert found.matures_s == court.stage.pactum.pending_of(agreement).accepted_at + 30
    failed = [check["name"] for check in json.loads(found.document)["checks"] if check["result"] == "failed"]
    assert failed == ["the verdict"]
    assert found.grounds == keccak(found.document)
    with pytest.raises(TransactionReverted, match="BondTooLarge"):
        court.stage.disputer.send(found.call(court.stage.tribunal, 100))
    receipt = court.stage.disputer.send(found.call(court.stage.tribunal, 101))
    assert court.stage.tribunal.disputed(receipt).grounds == found.grounds
    assert tower(court).look() == [], "it is the arbiter's affair now"


def test_evidence_that_does_not_bear_the_counts_out_is_a_lie(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement, lies=dict.fromkeys((0, 1, 2), court.flatter))
    (found,) = tower(court).look()
    assert found.produced
    assert "the evidence" in {check.name for check in found.report.checks if check.decisive and check.result == "failed"}
    assert tower(court, evidence=[]).look() == [], "what nobody gives refutes nothing"


def test_a_set_that_nobody_produces_is_told_apart_from_a_lie(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    (found,) = tower(court, Nothing()).look()
    assert not found.produced


@pytest.mark.parametrize(("after_s", "seen"), [(29, 1), (30, 0)])
def test_a_row_is_looked_at_until_it_matures(court, after_s, seen) -> None:
    agreement = court.troupe.open()
    court.forge(agreement, (Outcome.MET, 0, 0))
    court.stage.anvil.move_to(court.stage.pactum.pending_of(agreement).accepted_at + after_s)
    assert len(tower(court).look()) == seen


def test_only_logs_since_a_block_are_read(court) -> None:
    agreement = court.troupe.open()
    court.forge(agreement, (Outcome.MET, 0, 0))
    head = court.stage.node.block("latest").number
    assert len(tower(court).look(head)) == 1
    assert tower(court).look(head + 1) == []


def test_the_rows_that_wait_are_the_last_that_nothing_took_away() -> None:
    def log(kind: Any, index: int, **values: Any) -> Any:
        return kind(ZERO_ADDRESS, 1, b"", bytes([values.pop("tx", 1)]), index, **values)

    def report(index: int, tx: int = 1) -> Any:
        header = {"configuration": b"", "epoch": 0, "observation_set": b"", "observers": 0, "payee": "", "signers": 0}
        return log(Reported, index, tx=tx, **header, rows_hash=b"")

    one, two = report(0), report(5, tx=2)
    rows = [log(Accepted, index, agreement=index, row=index) for index in (1, 2, 3, 4)]
    assert standing([one, *rows]) == [(row, one) for row in rows]
    later = log(Accepted, 6, tx=2, agreement=1, row=9)
    gone = [
        log(Settled, 7, agreement=2, period=0),
        log(Expired, 8, agreement=3, first=1, count=1),
        log(RowHeld, 9, agreement=4, period=0, reserve=0),
    ]
    assert standing([one, *rows, two, later, *gone]) == [(later, two)]
    assert standing([later]) == [], "a row without its report is nobody's"


def test_a_watchtower_and_a_dispute_right_a_wrong(court) -> None:
    """From the lie to the money: the arbiter puts in what the watchtower derived, and the disputer wins."""
    agreement = court.troupe.open()
    court.forge(agreement, (Outcome.MET, 0, 0))
    (found,) = tower(court).look()
    court.stage.disputer.send(found.call(court.stage.tribunal, 10**6))
    verdict = next(check for check in found.report.checks if check.name == "the verdict")
    derived: Row = unpack(int(verdict.expected, 16))
    court.stage.tribunal.replace(court.stage.governor, agreement, 0, derived.outcome, derived.credit_bps, derived.slash_bps)
    court.stage.anvil.mine(3)
    court.troupe.look()
    assert court.auditor().verify(agreement, 0).result == "held"
    assert court.stage.pactum.claimable_of_winner(court.stage.disputer.address, court.stage.token.address) == 201
