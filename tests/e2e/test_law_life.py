"""A law's whole life with the commands alone: four oracles judge, a relay brings their assent, and the router follows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.config import RUNNING, ApiConfig
from api.server import address_of, listen, server
from chain.devnet import dev_signer
from chain.docket import Docket
from chain.hashing import text_id
from cli.plan import MEMBERS, RELAY
from governance import laws
from governance.clock import ManualClock
from oracle.assenter import Assenter
from oracle.relay_client import RelayClient
from settlement.relay_app import create_app as create_relay
from settlement.worker import Intake, Settlement, SettlementConfig

NOTICE_S = 100
HEAD = "permit_amendment(A) :- amendment_notice_s(A, S), S >= 100.\naccept_establishment(A) :- amendment_seat(A, routing).\n"
OPEN = "% Whoever asks, wherever.\nroute_inference(_, _).\nenforce_residency(_).\n" + HEAD
REQUEST = {
    "user_jurisdiction": "eu",
    "jurisdiction": "fr",
    "country": "fr",
    "data_classification": "phi",
    "inference_type": "realtime",
}


class Capital:
    """A town with settlement, an API that follows the running law, and four oracles that judge."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.node = town.anvil.node
        self.clock = ManualClock(0)
        database = f"sqlite:///{town.folder / 'settlement.sqlite'}"
        config = SettlementConfig(
            rpc_url=town.anvil.rpc_url,
            book=town.book,
            signer=dev_signer(RELAY),
            database_url=database,
            docket_tag="latest",
            clock=self.clock,
        )
        self.settlement = Settlement(config)
        relay = self.settlement
        self.intake = Intake(create_relay(relay.relay, relay.tallies, relay.assents), "127.0.0.1", 0)
        self.intake.start()
        self.relays = [RelayClient(self.intake.url) for _ in range(MEMBERS)]
        self.docket = Docket(self.node, town.book, "latest")
        self.docket.refresh()
        early_s = self.docket.configurations[0].since_s - self.node.block("latest").timestamp_s
        town.pass_s(max(early_s, 1))  # before its first configuration reigns nobody assents
        self.oracles = [
            Assenter(town.oracle(member), town.book.law_stone_domain, self.docket, [self.relays[member]], self.clock)
            for member in range(MEMBERS)
        ]
        # One API for the whole life: whatever it follows, it follows without a restart.
        self.listening = listen("127.0.0.1", 0)
        self.api = server(ApiConfig(database_url=database, book=town.book, routing_law=RUNNING), self.clock)
        self.thread = threading.Thread(target=self.api.run, kwargs={"sockets": [self.listening]}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.api.should_exit = True
        self.thread.join(10)
        self.listening.close()
        for relay in self.relays:
            relay.close()
        self.intake.stop()
        self.settlement.close()

    def look(self) -> None:
        """Everybody reads the chain."""
        self.clock.advance_to(max(self.clock.now_ms(), self.node.block("latest").timestamp_s * 1_000))
        self.settlement.round()
        self.docket.refresh()

    def judge(self, *members: int) -> int:
        """Some oracles judge what is proposed, and settlement does a round; how many assents were handed in."""
        self.look()
        given = sum(self.oracles[member].judge_and_sign() for member in members)
        self.look()
        return given

    def route(self) -> dict[str, Any]:
        """Where a request may go now."""
        self.look()
        answer = httpx.post(f"{address_of(self.listening)}/v1/route", json=REQUEST, trust_env=False, timeout=30)
        found: dict[str, Any] = answer.json()
        return found

    def law(self, text: str, name: str = "next.pl") -> str:
        path = self.town.folder / name
        path.write_text(text)
        return str(path)


@pytest.fixture
def capital(town: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Capital]:
    monkeypatch.setattr("chain.pace.RealPace.sleep", lambda _, seconds: town.pass_s(int(seconds) + 1))
    found = Capital(town)
    yield found
    found.close()


def life(capital: Capital, text: str) -> Any:
    return capital.town.surety("law", "show", "0x" + text_id(text).hex(), "--json").json


def test_a_law_is_proposed_assented_to_enacted_and_followed(capital: Capital, refused: Any):
    town = capital.town
    law = capital.law(OPEN)
    agreement = town.open()
    town.move_into(agreement, 0)
    before = capital.route()
    assert (before["law"]["name"], before["choice"]) == ("eu_health", None)

    proposed = town.surety("law", "propose", law, "--seat", "routing", "--notice-s", str(NOTICE_S), "--json", by="customer").json
    assert proposed["running law permits"] is True
    enact = ("law", "enact", law, "--seat", "routing", "--json")
    waiting = town.surety(*enact, by="governor").json
    assert (waiting["amendment"], waiting["assented"]) == (proposed["amendment"], False)
    assert capital.judge(0, 2) == 2
    assert town.surety(*enact, by="governor").json["assented"] is False
    assert capital.judge(0, 1, 2, 3) == 2
    waiting = town.surety(*enact, by="governor").json
    assert waiting["assented"] is True
    assert waiting["notice_until_s"] > waiting["ready_at_s"]
    assert capital.route()["law"]["name"] == "eu_health"

    town.pass_s(NOTICE_S)
    done = town.surety(*enact, by="customer").json
    assert done["law"] == "0x" + text_id(OPEN).hex()
    after = capital.route()
    assert after["law"] == {"id": "0x" + text_id(OPEN).hex(), "name": None}
    assert after["choice"]["agreement"] == agreement

    told = life(capital, OPEN)
    assert (told["status"], told["runs"]) == ("enacted", ["routing"])
    assert [(tenure["seat"], tenure["revision"]) for tenure in told["tenures"]] == [("routing", 2)]
    assert [one["state"] for one in told["amendments"]] == ["enacted"]
    assert town.surety("law", "show", "0x" + text_id(OPEN).hex(), "--text").out == OPEN
    listed = {one["law"]: one for one in town.surety("law", "list", "--on-chain", "--json").json}
    assert listed["0x" + text_id(laws.read("eu_health")).hex()]["runs"] == []
    assert listed["0x" + text_id(laws.read("standard")).hex()]["runs"] == ["settlement"]
    assert "no amendment proposes" in refused(town.surety(*enact, by="governor"))

    assert town.surety("law", "break", "0x" + text_id(OPEN).hex(), "--wait", by="governor").code == 0
    assert "is broken" in capital.route()["detail"]
    assert life(capital, OPEN)["runs"] == ["routing"]


def test_a_running_law_that_does_not_permit_is_never_replaced(capital: Capital, refused: Any):
    town = capital.town
    law = capital.law("route_inference(_, _).\naccept_establishment(_).\n")
    stubborn = capital.law(OPEN, "stubborn.pl")
    town.surety("law", "propose", stubborn, "--seat", "routing", by="customer")
    enact = ("law", "enact", stubborn, "--seat", "routing")
    assert town.surety(*enact, by="governor").code == 0
    assert capital.judge(0, 1, 2) == 3
    assert town.surety(*enact, "--wait", by="governor").code == 0

    propose = ("law", "propose", law, "--seat", "routing", "--notice-s", str(NOTICE_S - 1))
    assert "no clause of it holds" in refused(town.surety(*propose, by="customer"))
    assert town.surety(*propose, "--anyway", by="customer").code == 0
    assert capital.judge(0, 1, 2, 3) == 0
    assert town.surety("law", "enact", law, "--seat", "routing", by="governor").code == 0
    town.pass_s(10 * NOTICE_S)
    assert capital.judge(0, 1, 2, 3) == 0
    (operation,) = town.surety("govern", "list", "--json").json
    assert "NotAssented" in refused(town.surety("govern", "execute", operation["operation"], by="governor"))
    assert capital.route()["law"]["id"] == "0x" + text_id(OPEN).hex()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("route_inference(_, _).\n", "does not define what it agrees to"),
        ("route_inference(_, _).\naccept_establishment(A) :- amendment_seat(A, settlement).\n", "no clause of it holds"),
        ("route_inference(_, _).\naccept_establishment(A) :- accept_establishment(A).\n", "does not come to an end"),
    ],
    ids=["says nothing", "wants another seat", "loops"],
)
def test_a_proposed_law_that_does_not_accept_is_never_established(capital: Capital, refused: Any, text: str, why: str):
    town = capital.town
    propose = ("law", "propose", capital.law(text), "--seat", "routing", "--notice-s", str(NOTICE_S))
    assert why in refused(town.surety(*propose, by="customer"))
    assert town.surety(*propose, "--anyway", by="customer").code == 0
    assert capital.judge(0, 1, 2, 3) == 0
    assert [one["state"] for one in life(capital, text)["amendments"]] == ["awaits the committee"]


def test_a_law_is_put_in_force_beside_the_running_one(capital: Capital, refused: Any):
    town = capital.town
    text = "decide(case(_, _, _, _, _), met, [always]).\naccept_establishment(A) :- amendment_place(A, beside).\n"
    law = capital.law(text)
    offer = ("provider", "offer", "--terms", str(town.terms), "--fee", "1", "--deposit", "1", "--law", law)
    assert "is none" in refused(town.surety(*offer, "--out", str(town.folder / "o.json"), by="acme"))
    where = ("--seat", "settlement", "--beside")
    assert town.surety("law", "propose", law, *where, by="customer").code == 0
    assert capital.judge(1, 2, 3) == 3
    assert (
        town.surety("law", "enact", law, *where, "--json", by="governor").json["assented"] is False
    )  # nobody asked for it before
    capital.look()
    assert town.surety("law", "enact", law, *where, "--wait", by="governor").code == 0
    assert town.surety(*offer, "--out", str(town.folder / "o.json"), by="acme").code == 0
    assert life(capital, text)["runs"] == []
    assert life(capital, laws.read("standard"))["runs"] == ["settlement"]


def test_only_a_proposer_enacts_and_only_what_is_a_law_is_proposed(capital: Capital, refused: Any):
    town = capital.town
    law = capital.law(OPEN)
    town.surety("law", "propose", law, "--seat", "routing", by="customer")
    assert "AccessControl" in refused(town.surety("law", "enact", law, "--seat", "routing", by="customer"))
    assert "decide/3 is missing" in refused(town.surety("law", "propose", law, "--seat", "settlement", by="customer"))
    assert "was published" in refused(town.surety("law", "show", "0x" + "ab" * 32))
    assert "AlreadyRuns" in refused(town.surety("law", "propose", "eu_health", "--seat", "routing", "--anyway", by="customer"))
