"""The cranks move what nothing else will, and nothing that something else moves for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from chain.values import PendingOutcome
from governance.values import Outcome, PeriodKind
from settlement.relay_tables import OutboxRow
from settlement.settle import Crank


def sent(troupe: Any) -> list[str]:
    with troupe.store.read() as session:
        return [row.kind for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def turn(troupe: Any) -> int:
    troupe.look()
    return int(troupe.crank.step())


def test_only_the_last_row_of_an_agreement_needs_a_settlement_of_its_own(troupe) -> None:
    stage = troupe.stage
    agreement = stage.open(3)
    for period in range(3):
        stage.move_to(stage.end_of(agreement, period))
        stage.report([stage.row(agreement, period)])
        stage.anvil.increase(29)
        assert turn(troupe) == 0
        stage.anvil.increase(1)
        assert turn(troupe) == (1 if period == 2 else 0)
    assert sent(troupe) == ["settle"]
    assert stage.pactum.agreement_of(agreement).closed
    assert turn(troupe) == 0


def test_the_last_row_after_an_early_end_is_settled(troupe) -> None:
    stage = troupe.stage
    agreement = stage.open(9, notice_periods=0)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0)])
    stage.pactum.terminate(stage.customer, agreement)
    stage.mature()
    assert turn(troupe) == 0, "a second period has begun"
    stage.move_to(stage.end_of(agreement, 1))
    stage.report([stage.row(agreement, 1, Outcome.NO_DATA)])
    stage.mature()
    assert turn(troupe) == 1
    assert stage.pactum.agreement_of(agreement).closed


def test_a_row_before_silence_is_settled_with_the_expiry(troupe) -> None:
    stage = troupe.stage
    agreement = stage.open(4)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0)])
    stage.move_to(stage.end_of(agreement, 1) + 60)
    assert turn(troupe) == 1
    assert sent(troupe) == ["expire"]
    assert stage.pactum.pending_of(agreement).outcome is PendingOutcome.NONE
    assert stage.pactum.agreement_of(agreement).next == 2


@pytest.mark.parametrize(("kind", "length_s", "settles"), [(PeriodKind.FIXED, 86_400, 0), (PeriodKind.FIXED, 86_401, 1)])
def test_money_does_not_wait_for_a_row_that_is_more_than_a_day_away(sqlite_troupe, kind, length_s, settles) -> None:
    stage = sqlite_troupe.stage
    agreement = stage.open(3, period_kind=kind, period_length=length_s)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0)])
    stage.mature()
    assert turn(sqlite_troupe) == settles


def test_a_month_is_settled_when_it_matures(sqlite_troupe) -> None:
    stage = sqlite_troupe.stage
    months = {"period_kind": PeriodKind.CALENDAR_MONTH, "period_length": 0}
    start_s = 1_738_368_000  # February 2025
    agreement = stage.open(2, start_s=start_s, lead=start_s - stage.now_s - 3_600, **months)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0)])
    stage.mature()
    assert turn(sqlite_troupe) == 1
    assert stage.pactum.claimable_of(agreement).provider == 708


def test_a_disputed_row_is_left_to_the_arbiter_until_the_deadline(troupe) -> None:
    stage = troupe.stage
    agreement = stage.open(1)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0)])
    deadline_s = stage.dispute(stage.row(agreement, 0)).deadline
    stage.anvil.move_to(deadline_s - 1)
    assert turn(troupe) == 0
    stage.anvil.move_to(deadline_s)
    assert turn(troupe) == 1
    assert sent(troupe) == ["lapse"]
    assert stage.pactum.agreement_of(agreement).closed
    assert turn(troupe) == 0


def test_a_dispute_that_was_ruled_on_is_let_alone(troupe) -> None:
    stage = troupe.stage
    one, two = stage.open(1), stage.open(1)
    stage.move_to(stage.end_of(one, 0))
    stage.report([stage.row(one, 0), stage.row(two, 0)])
    stage.dispute(stage.row(one, 0))
    deadline_s = stage.dispute(stage.row(two, 0)).deadline
    stage.tribunal.confirm(stage.governor, one, 0)
    stage.tribunal.replace(stage.governor, two, 0, Outcome.NO_DATA, 0, 0)
    stage.anvil.move_to(deadline_s)
    assert turn(troupe) == 0
    assert sent(troupe) == []


def test_nothing_is_sent_that_somebody_else_did_meanwhile(troupe) -> None:
    """The tables are a block behind: the node is asked first."""
    stage = troupe.stage
    agreement, other = stage.open(1), stage.open(1)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0), stage.row(other, 0)])
    deadline_s = stage.dispute(stage.row(other, 0)).deadline
    stage.anvil.move_to(deadline_s)
    troupe.look()
    stage.settle(agreement)
    stage.tribunal.lapse(stage.disputer, other, 0)
    crank: Crank = troupe.crank
    assert crank.step() == 0
    assert sent(troupe) == []
