"""The docket on a real chain: incremental, verified, and right again after a broken finality."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chain.contracts import CommitteeClient
from chain.docket import ChainMoved, Docket, ForgedLog, UnknownText
from chain.events import Opened, topics
from chain.hashing import text_id
from chain.node import Node, NodeUnavailable
from chain.reverts import TransactionReverted
from chain.values import FOREVER_S, Listing
from governance.errors import BadInput


def test_an_agreement_is_read_with_everything_that_it_pinned(market, founding):
    start = market.soon()
    agreement = market.open(start)
    docket = Docket(market.node, market.book, "latest")
    assert docket.refresh() == market.node.block("latest") == docket.head
    record = docket.agreements()[agreement]
    assert record == docket.agreement(agreement)
    assert (record.customer, record.provider) == (market.customer.address, market.provider.address)
    assert record.calendar.bounds(2) == market.pactum.period_of(agreement, 2) == (start + 7_200, start + 10_800)
    assert record.parameters == founding.parameters
    assert record.listing == Listing(str(market.book.token), relay_fee=0, min_fee=1_000)
    assert docket.terms_text(record.terms) == market.terms
    assert docket.law_text(record.law) == market.law
    assert record.opened_block == market.node.block("latest").number


def test_calendar_months_are_those_of_the_contract(market):
    agreement = market.open_months(1_893_456_000, 26)
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    calendar = docket.agreements()[agreement].calendar
    assert all(calendar.bounds(period) == market.pactum.period_of(agreement, period) for period in range(26))


def test_an_agreement_of_a_distant_age_blinds_nobody_to_the_others(market):
    year_2150 = 5_680_281_600
    strange = [market.open_months(year_2150, 2), market.open_months(1_893_456_000, 100_000, fee=1_000)]  # until the year 10363
    sound = market.open(market.soon())
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    assert sound in docket.agreements()
    for agreement in strange:  # followed rightly, or openly not at all
        record = docket.agreement(agreement)
        assert (record is None) == (agreement in docket.passed_over())
        assert record is None or record.calendar.bounds(1) == market.pactum.period_of(agreement, 1)


def test_nothing_is_known_before_it_is_final(market):
    docket = Docket(market.node, market.book)
    market.open(market.soon())
    docket.refresh()
    assert docket.agreements() == {}
    market.anvil.mine(2)
    docket.refresh()
    assert len(docket.agreements()) == 1


def test_each_refresh_reads_only_what_is_new(market, monkeypatch: pytest.MonkeyPatch):
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    head = docket.head
    assert head is not None
    asked: list[tuple[int, int]] = []
    logs = Node.logs

    def noted(node: Node, first: int, last: int, *rest: Any) -> Any:
        asked.append((first, last))
        return logs(node, first, last, *rest)

    monkeypatch.setattr(Node, "logs", noted)
    docket.refresh()
    market.open(market.soon())
    docket.refresh()
    assert asked == [(head.number + 1, head.number + 1)]
    assert len(docket.agreements()) == 1


def test_later_parameters_do_not_touch_what_was_pinned(market, founding):
    first = market.open(market.soon())
    later = dataclasses.replace(founding.parameters, report_deadline=30, dispute_window=30, validator_bps=1_000, dao_bps=500)
    listing = Listing(str(market.book.token), relay_fee=7, min_fee=500)
    market.governor.act([market.pactum.set_parameters_call(later), market.pactum.list_token_call(listing)])
    second = market.open(market.soon())
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    found = docket.agreements()
    assert list(found) == [first, second]
    assert found[first].parameters == founding.parameters
    assert found[second].parameters == later
    assert found[second].listing == listing


@pytest.mark.parametrize(("begun", "left"), [(0, 1), (1, 2), (3, 4)])
def test_an_agreement_that_ends_early_has_fewer_periods_and_pins_what_it_pinned(market, begun: int, left: int):
    start = market.soon()
    agreement = market.open(start, 6)  # with a notice of one period
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    before = docket.agreements()[agreement]
    if begun:
        market.anvil.move_to(start + (begun - 1) * 3_600)
    market.pactum.terminate(market.customer, agreement)
    docket.refresh()
    record = docket.agreements()[agreement]
    assert record == dataclasses.replace(before, periods=left, calendar=dataclasses.replace(before.calendar, periods=left))
    assert market.pactum.agreement_of(agreement).periods == left
    assert record.calendar.period_at(start + left * 3_600) is None
    fresh = Docket(market.node, market.book, "latest")
    fresh.refresh()
    assert fresh.agreements() == docket.agreements()


def test_a_node_that_ends_what_was_never_opened_is_not_believed(market, monkeypatch: pytest.MonkeyPatch):
    agreement = market.open(market.soon(), 6)
    market.pactum.terminate(market.customer, agreement)
    logs = Node.logs
    opened = topics()[Opened]
    monkeypatch.setattr(Node, "logs", lambda *arguments: [log for log in logs(*arguments) if log.topics[0] != opened])
    with pytest.raises(ForgedLog, match=f"agreement {agreement} ends, and was never opened"):
        Docket(market.node, market.book, "latest").refresh()


def test_a_member_that_signed_twice_counts_no_more(market):
    member = market.anvil.signer(2)
    committee = CommitteeClient(market.node, market.book.committee)
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    assert docket.configurations[0].active == 0b1111
    market.expose(member, 5)
    docket.refresh()
    assert docket.configurations[0].active == 0b1101
    assert docket.configurations[0] == committee.configuration_of(docket.configurations[0].digest)


def test_a_member_counts_where_it_was_not_shown_to_have_signed_twice(market):
    committee = CommitteeClient(market.node, market.book.committee)
    first = committee.configuration_of(committee.configuration_at(market.soon()) or b"")
    others = [market.anvil.signer(account).address for account in (9, 8, 7, 6)]
    market.bond(others)
    market.governor.act([committee.configure_call(others, first.since_s + 1_000)])
    market.expose(market.anvil.signer(7), 5)
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    assert [entry.active for entry in docket.configurations] == [0b1111, 0b1011]


def test_a_reorg_under_the_tag_leaves_nothing_of_what_was_taken_back(market):
    stays = market.open(market.soon())
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    market.anvil.mine()
    taken_back = market.open(market.soon())
    docket.refresh()
    assert len(docket.agreements()) == 2
    market.node.request("anvil_reorg", 2, [])
    assert docket.refresh() == market.node.block("latest")
    assert list(docket.agreements()) == [stays]
    fresh = Docket(market.node, market.book, "latest")
    fresh.refresh()
    assert fresh.agreements() == docket.agreements()
    later = market.open(market.soon())  # the sender gives back what the re-org took, and it gets the same id
    docket.refresh()
    assert list(docket.agreements()) == [stays, taken_back, later]


def test_a_reorg_in_the_middle_of_a_reading_is_noticed(market, monkeypatch: pytest.MonkeyPatch):
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    market.anvil.mine()
    market.open(market.soon())
    logs = Node.logs

    def interrupted(*arguments: Any) -> Any:
        found = logs(*arguments)
        monkeypatch.setattr(Node, "logs", logs)
        market.node.request("anvil_reorg", 1, [])
        return found

    monkeypatch.setattr(Node, "logs", interrupted)
    assert docket.refresh() == market.node.block("latest")
    assert docket.agreements() == {}


def test_a_chain_that_never_holds_still_is_told(market, monkeypatch: pytest.MonkeyPatch):
    docket = Docket(market.node, market.book, "latest")
    logs = Node.logs

    def interrupted(*arguments: Any) -> Any:
        found = logs(*arguments)
        market.node.request("anvil_reorg", 1, [])
        return found

    monkeypatch.setattr(Node, "logs", interrupted)
    with pytest.raises(ChainMoved, match="changed while it was read"):
        docket.refresh()
    assert docket.head is None


def test_configurations_reign_one_after_the_other(market):
    committee = CommitteeClient(market.node, market.book.committee)
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    first = docket.configurations[0]
    assert first.until_s == FOREVER_S
    members = [market.anvil.signer(account).address for account in (9, 8, 7, 6)]
    since = first.since_s + 1_000
    market.bond(members)
    market.governor.act([committee.configure_call(members, since)])
    docket.refresh()
    assert [entry.index for entry in docket.configurations] == [0, 1]
    for entry in docket.configurations:
        assert committee.configuration_of(entry.digest) == entry == docket.configuration(entry.digest)
    for time_s in (0, first.since_s - 1, first.since_s, since - 1, since, since + 10**9):
        found = docket.configuration_at(time_s)
        assert committee.configuration_at(time_s) == (found.digest if found else None)


def test_unknown_texts_are_told(market):
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    with pytest.raises(UnknownText, match="no terms 0x0000"):
        docket.terms_text(bytes(32))
    with pytest.raises(TransactionReverted, match="NotPublished"):
        docket.law_text(bytes(32))


def test_terms_that_are_no_text_are_told(market):
    market.anyone.send(market.notary.call("publishTerms(bytes)", b"\xff\xfe"))
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    with pytest.raises(BadInput, match="not UTF-8"):
        docket.terms_text(text_id(b"\xff\xfe"))


def test_a_node_that_forges_a_text_is_not_believed(market, monkeypatch: pytest.MonkeyPatch):
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    before = docket.head
    market.notary.publish_terms(market.anyone, "more terms")
    logs = Node.logs

    def forged(*arguments: Any) -> Any:
        return [dataclasses.replace(log, data=log.data.replace(b"more", b"less")) for log in logs(*arguments)]

    with monkeypatch.context() as patch:
        patch.setattr(Node, "logs", forged)
        with pytest.raises(ForgedLog, match="do not hash to their id"):
            docket.refresh()
    assert docket.head == before
    docket.refresh()
    assert docket.terms_text(text_id("more terms")) == "more terms"


def test_a_node_that_forges_a_member_is_not_believed(market, monkeypatch: pytest.MonkeyPatch):
    member, stranger = (bytes.fromhex(market.anvil.signer(account).address[2:]) for account in (1, 9))
    logs = Node.logs

    def forged(*arguments: Any) -> Any:
        return [dataclasses.replace(log, data=log.data.replace(member, stranger)) for log in logs(*arguments)]

    monkeypatch.setattr(Node, "logs", forged)
    with pytest.raises(ForgedLog, match="configuration 0 does not hash to its digest"):
        Docket(market.node, market.book, "latest").refresh()


def test_a_node_that_is_down_leaves_what_was_read(market):
    agreement = market.open(market.soon())
    docket = Docket(market.node, market.book, "latest")
    docket.refresh()
    market.anvil.stop()
    with pytest.raises(NodeUnavailable):
        docket.refresh()
    assert list(docket.agreements()) == [agreement]


def test_a_book_of_a_later_block_is_told(market):
    docket = Docket(
        market.node, dataclasses.replace(market.book, deployed_block=market.node.block("latest").number + 1), "latest"
    )
    market.open(market.soon())
    with pytest.raises(ForgedLog, match="does the address book name the deployment's first block"):
        docket.refresh()
