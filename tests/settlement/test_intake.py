"""What a relay keeps of what members hand in, and gives out at once: no member makes the others pay for its padding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chain.row import unpack
from chain.values import FOREVER_S
from governance.errors import BadInput
from settlement import relay as relay_module
from settlement import relay_store
from settlement.admission import MOST_UNKNOWN, NotYet, check_periods, most_observations, oldest_epoch
from settlement.relay import RelayPolicy


def kept(troupe: Any, epoch: int) -> list[int]:
    with troupe.store.read() as session:
        return [row.member for row in relay_store.roots_of(session, troupe.stage.configuration.digest, epoch)]


def test_an_answer_holds_what_fits_and_one_proposal_at_least(sqlite_troupe, observation, monkeypatch) -> None:
    troupe = sqlite_troupe
    troupe.relay._policy = RelayPolicy(troupe.stage.relay.address, rows_per_report=1)
    agreements = sorted(troupe.open() for _ in range(5))
    epoch = troupe.end(agreements[0])
    for member in range(4):
        troupe.push(member, epoch, *(observation(agreement) for agreement in agreements))
    assert len(troupe.relay.propose()) == 5
    whole = troupe.relay.proposals(None, 0)
    with troupe.store.read() as session:
        size = sum(len(row.observations) for row in relay_store.roots_of(session, troupe.stage.configuration.digest, epoch))
    for most, given in ((1, 1), (size, 1), (2 * size, 2), (5 * size - 1, 4), (5 * size, 5)):
        monkeypatch.setattr(relay_module, "MOST_ANSWERED", most)
        assert troupe.relay.proposals(None, 0) == whole[:given]
    monkeypatch.setattr(relay_module, "MOST_ANSWERED", 1)
    assert [troupe.sign_all(0, 1, 2) for _ in range(6)] == [3, 3, 3, 3, 3, 0], "what is signed makes room for the next"
    assert troupe.reporter.step() == 5


def test_the_oldest_epoch_is_answered_first(sqlite_troupe, observation, monkeypatch) -> None:
    troupe = sqlite_troupe
    monkeypatch.setattr(relay_module, "MOST_ANSWERED", 1)
    early = troupe.open()
    late = troupe.open(start_s=troupe.stage.end_of(early, 0) - 50)
    epochs = [troupe.end(early), troupe.stage.epoch_of(late, 0)]
    troupe.clock.advance_to(troupe.stage.end_of(late, 0) * 1_000)
    assert epochs[0] < epochs[1]
    for agreement, epoch in ((late, epochs[1]), (early, epochs[0])):
        for member in range(4):
            troupe.push(member, epoch, observation(agreement))
    assert len(troupe.relay.propose()) == 2
    (first,) = troupe.relay.proposals(None, 0)
    assert [unpack(word).agreement for word in first.rows] == [early]


def test_padding_with_agreements_that_do_not_exist_is_not_kept(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    padding = [observation(10**20 + number) for number in range(MOST_UNKNOWN + 1)]
    with pytest.raises(NotYet, match="unknown agreements"):
        troupe.push(3, epoch, observation(agreement), *padding)
    assert kept(troupe, epoch) == []
    troupe.push(3, epoch, observation(agreement), *padding[1:])
    assert kept(troupe, epoch) == [3]


def test_an_epoch_holds_no_more_observations_than_periods_can_end_in_it(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    troupe.open(2)
    agreement = troupe.open(2)
    epoch = troupe.end(agreement)
    records = troupe.docket.agreements()
    assert most_observations(records, troupe.rules.epoch_s) == 2 + MOST_UNKNOWN
    assert most_observations(records, 250) == 2 * 3 + MOST_UNKNOWN
    many = [observation(agreement, period) for period in range(3 + MOST_UNKNOWN)]
    with pytest.raises(NotYet, match="observations"):
        troupe.push(0, epoch, *many)


def test_epochs_past_every_report_deadline_are_not_kept(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    newest = troupe.end(agreement)
    oldest = oldest_epoch(troupe.docket.agreements(), troupe.rules.epoch_s, troupe.clock.now_ms())
    assert newest - 4 <= oldest < newest
    for epoch in (0, 1, oldest - 1):
        with pytest.raises(BadInput, match="past every report deadline"):
            troupe.push(3, epoch, observation(10**20))
        assert kept(troupe, epoch) == []
    troupe.push(3, oldest, observation(10**20))
    assert kept(troupe, oldest) == [3]


def test_a_committee_speaks_of_no_epoch_in_which_it_had_no_part(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    start_s, end_s = troupe.stage.pactum.period_of(agreement, 0)
    records, epoch_s = troupe.docket.agreements(), troupe.rules.epoch_s
    observed, nothing = troupe.signed(0, epoch, observation(agreement)), troupe.signed(0, epoch, observation(10**20))
    retired = replace(troupe.stage.configuration, since_s=0, until_s=start_s + 1)
    check_periods(observed, retired, records, epoch_s)
    coming = replace(retired, since_s=end_s, until_s=FOREVER_S)
    for signed, configuration in (
        (nothing, retired),
        (nothing, coming),
        (observed, coming),
        (observed, replace(retired, until_s=start_s)),
    ):
        with pytest.raises(BadInput, match="under this configuration"):
            check_periods(signed, configuration, records, epoch_s)
    for since_s, until_s in ((0, epoch * epoch_s + 1), (end_s - 1, FOREVER_S)):
        check_periods(nothing, replace(retired, since_s=since_s, until_s=until_s), records, epoch_s)
