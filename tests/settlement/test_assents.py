"""The committee's assent on its way to the chain: taken in over HTTP, verified, and brought to LawStone by a quorum alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chain.hashing import text_id
from chain.law_stone import LawStoneClient
from chain.reverts import TransactionReverted
from chain.timelock import Operation, TimelockClient
from chain.typed_data import Domain, assent_digest
from chain.values import Amendment, LawStatus, Seat
from governance.errors import BadInput
from oracle.relay_client import RelayClient, RelayRefused
from oracle.wire import AssentSignature, assent_json
from settlement.admission import NotYet
from settlement.relay_app import create_app
from settlement.worker import Intake

FIRST = "decide(case(_, _, _, _, _), met, [first]).\npermit_amendment(_).\n"
SECOND = "decide(case(_, _, _, _, _), met, [second]).\naccept_establishment(_).\n"


class Council:
    """A troupe whose first law runs, and one amendment that was proposed."""

    def __init__(self, troupe: Any) -> None:
        self.troupe = troupe
        self.stage = troupe.stage
        self.stone: LawStoneClient = self.stage.law_stone
        self.stone.publish(self.stage.governor, FIRST)
        self.stage.govern(self.stone.found_call(Seat.SETTLEMENT, text_id(FIRST)))
        self.stone.publish(self.stage.customer, SECOND)
        self.amendment = self.propose(SECOND)
        self.id = self.stone.amendment_of(self.amendment)
        self.ask_for(self.amendment)
        self.stage.move_to(self.stage.configuration.since_s)
        troupe.look()

    def ask_for(self, amendment: Amendment) -> None:
        """Governance proposes to the timelock to enact it."""
        timelock = TimelockClient(self.stage.node, self.stage.book.timelock)
        timelock.schedule(self.stage.governor, Operation((self.stone.enact_call(amendment),), bytes(32)), 0)

    def propose(self, text: str, notice_s: int = 0) -> Amendment:
        amendment = self.stone.amendment(Seat.SETTLEMENT, text_id(text), True, notice_s)
        self.stone.propose(self.stage.customer, amendment)
        return amendment

    def signed(self, member: int, *, amendment: bytes | None = None, stone: Domain | None = None) -> AssentSignature:
        digest = assent_digest(stone or self.stage.book.law_stone_domain, amendment or self.id)
        return AssentSignature(self.stage.configuration.digest, member, self.stage.members[member].sign_compact(digest))

    def give(self, *members: int) -> None:
        for member in members:
            self.troupe.assents.take(self.id, self.signed(member))


@pytest.fixture
def council(sqlite_troupe: Any) -> Council:
    return Council(sqlite_troupe)


@pytest.fixture
def intake(council: Council) -> Iterator[Intake]:
    served = Intake(create_app(council.troupe.relay, None, council.troupe.assents), "127.0.0.1", 0)  # type: ignore[arg-type]
    served.start()
    yield served
    served.stop()


def test_an_assent_is_brought_once_a_quorum_gave_its(council: Council) -> None:
    council.give(0, 2)
    assert council.troupe.assent_reporter.step() == 0
    assert not council.stone.progress_of(council.id).assented
    council.give(2, 3)
    assert council.troupe.assent_reporter.step() == 1
    assert council.stone.progress_of(council.id).assented
    council.troupe.look()
    assert council.troupe.assent_reporter.step() == 0
    council.troupe.assents.forget()
    assert council.troupe.assents.given(council.id) == []
    council.stage.govern(council.stone.enact_call(council.amendment))
    assert council.stone.running_in(Seat.SETTLEMENT).law == text_id(SECOND)


def test_the_relay_pays_for_no_assent_that_governance_did_not_ask_for(council: Council) -> None:
    many = [council.propose(SECOND, notice_s) for notice_s in (1, 2, 3)]
    council.troupe.look()
    for amendment in many:
        key = council.stone.amendment_of(amendment)
        for member in (0, 1, 2):
            council.troupe.assents.take(key, council.signed(member, amendment=key))
    assert council.troupe.assent_reporter.step() == 0
    council.ask_for(many[1])
    council.troupe.look()
    assert council.troupe.assent_reporter.step() == 1
    assert council.stone.progress_of(council.stone.amendment_of(many[1])).assented


def test_the_relay_keeps_what_verifies_and_nothing_else(council: Council) -> None:
    assents = council.troupe.assents
    with pytest.raises(BadInput, match="signed"):
        assents.take(council.id, council.signed(0, amendment=bytes(32)))
    with pytest.raises(BadInput, match="signed"):
        assents.take(council.id, council.signed(0, stone=council.stage.book.committee_domain))
    forged = AssentSignature(council.stage.configuration.digest, 1, council.signed(0).signature)
    with pytest.raises(BadInput, match="signed"):
        assents.take(council.id, forged)
    with pytest.raises(NotYet, match="no amendment"):
        assents.take(b"\1" * 32, council.signed(0))
    with pytest.raises(NotYet, match="no configuration"):
        assents.take(council.id, AssentSignature(b"\1" * 32, 0, council.signed(0).signature))
    assert assents.given(council.id) == []
    council.give(0, 0)
    assert [given.member for given in assents.given(council.id)] == [0]


def test_a_member_that_was_struck_off_does_not_assent(council: Council) -> None:
    council.give(0, 1, 2)
    council.stage.expose(2)
    council.troupe.look()
    assert council.troupe.assent_reporter.step() == 0
    with pytest.raises(BadInput, match="does not count any more"):
        council.give(2)
    council.give(3)
    assert council.troupe.assent_reporter.step() == 1


def test_a_committee_that_is_not_in_force_does_not_assent(council: Council) -> None:
    now_s = council.stage.now_s
    for changes, refusal in (({"since_s": now_s + 60}, NotYet), ({"until_s": now_s}, BadInput)):
        configuration = replace(council.stage.configuration, **changes)
        council.troupe.docket.configuration = lambda _, found=configuration: found
        with pytest.raises(refusal, match="not in force"):
            council.give(0)


def test_nothing_is_signed_for_an_amendment_that_is_void(council: Council) -> None:
    third = "decide(case(_, _, _, _, _), met, [third]).\n"
    council.stone.publish(council.stage.customer, third)
    late = council.stone.amendment_of(council.propose(third))
    council.give(0, 1, 2)
    assert council.troupe.assent_reporter.step() == 1
    council.stage.govern(council.stone.enact_call(council.amendment))
    council.troupe.look()
    for amendment in (council.id, late):
        with pytest.raises(BadInput, match="void"):
            council.troupe.assents.take(amendment, council.signed(0, amendment=amendment))


def test_governance_alone_gets_no_law_through(council: Council) -> None:
    with pytest.raises(TransactionReverted, match="NotAssented"):
        council.stage.govern(council.stone.enact_call(council.amendment))
    with pytest.raises(TransactionReverted, match="Taken"):
        council.stage.govern(council.stone.found_call(Seat.SETTLEMENT, text_id(SECOND)))
    assert council.stone.status_of(text_id(SECOND)) is LawStatus.PUBLISHED


def test_members_hand_in_and_anybody_fetches(council: Council, intake: Intake) -> None:
    client = RelayClient(intake.url)
    client.assent(council.id, council.signed(3))
    client.assent(council.id, council.signed(3))
    with pytest.raises(RelayRefused, match="signed"):
        client.assent(council.id, AssentSignature(council.stage.configuration.digest, 2, council.signed(3).signature))
    client.close()
    with httpx.Client(base_url=intake.url, trust_env=False) as http:
        path = f"/v1/amendments/0x{council.id.hex()}/signatures"
        assert http.get(path).json() == {"signatures": [assent_json(council.signed(3))]}
        assert http.post(path, json={**assent_json(council.signed(2)), "surprise": 1}).status_code == 422
        assert http.post(path, content=b"{").status_code == 422
        assert http.post(f"/v1/amendments/0x{'01' * 32}/signatures", json=assent_json(council.signed(2))).status_code == 409
        assert http.get(f"/v1/amendments/0x{'01' * 32}/signatures").json() == {"signatures": []}
        assert http.get("/v1/amendments/0x12/signatures").status_code == 422


def test_the_index_keeps_the_whole_life_and_a_reorganisation_takes_it_back(
    council: Council, reader: Any, content: Any, tmp_path: Any
) -> None:
    found = reader(council)
    (amendment,) = found.amendments()
    assert (amendment.amendment, amendment.law) == ("0x" + council.id.hex(), "0x" + text_id(SECOND).hex())
    assert (amendment.seat, amendment.takes_seat, amendment.notice_s) == (Seat.SETTLEMENT, True, 0)
    assert (amendment.assented, amendment.enacted) == (None, None)
    assert found.running(Seat.SETTLEMENT) == "0x" + text_id(FIRST).hex()
    assert found.running(Seat.ROUTING) is None
    council.give(0, 1, 2)
    council.troupe.assent_reporter.step()
    council.stage.govern(council.stone.enact_call(council.amendment))
    council.troupe.look()
    (amendment,) = found.amendments()
    assert amendment.assented is not None
    assert amendment.enacted is not None
    assert found.running(Seat.SETTLEMENT) == "0x" + text_id(SECOND).hex()
    law = found.law("0x" + text_id(FIRST).hex())
    assert [(tenure.seat, tenure.revision) for tenure in law.tenures] == [(Seat.SETTLEMENT, 1)]
    assert law.publisher == council.stage.governor.address
    kept, anew = content(council.troupe.store), content.fresh(council.stage, tmp_path)
    assert all(kept[table] == anew[table] for table in ("amendments", "assents", "enactments", "law_events"))
    council.stage.reorganise(3)
    council.troupe.look()
    assert found.running(Seat.SETTLEMENT) == "0x" + text_id(FIRST).hex()
    assert content(council.troupe.store)["enactments"][-1]["takes_seat"]


@pytest.fixture
def reader() -> Iterator[Any]:
    from settlement.queries import Reader

    opened: list[Reader] = []

    def build(council: Council) -> Reader:
        opened.append(Reader(str(council.troupe.store.engine.url.render_as_string(hide_password=False))))
        return opened[-1]

    yield build
    for one in opened:
        one.close()
