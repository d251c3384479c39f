"""Health, readiness and metrics, with a real node beside them: an Anvil."""

from __future__ import annotations

import re
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.tokens import RETRY_MS, Tokens
from chain.deployment import DeployParameters, deploy
from chain.hashing import text_id
from chain.node import Node
from chain.sender import Sender
from governance import laws
from governance.clock import ManualClock
from governance.values import Outcome, Row

LAW_TEXT = laws.read("standard")
START_S, HOUR_S = 1_800_000_000, 3_600
NOBODY = "http://user:secret@127.0.0.1:1/key"  # port 1: nothing listens there


@pytest.fixture(scope="module")
def token(anvil) -> str:
    """A real token of six decimals."""
    book = deploy(anvil.node, Sender(anvil.node, anvil.signer(0)), DeployParameters())
    assert book.token is not None
    return book.token


def metrics(client: Any) -> dict[str, dict[tuple[str, ...], float]]:
    text = client.get("/metrics").text
    return {
        sample.name: {tuple(other.labels.values()): other.value for other in family.samples if other.name == sample.name}
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_process_is_alive_even_where_nothing_else_is(sqlite_story, serve, tmp_path):
    sqlite_story.store.close()
    with serve(sqlite_story, rpc_url=NOBODY) as client:
        (tmp_path / "surety.sqlite").unlink()
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_is_ready_with_a_database_a_node_and_an_index_at_its_head(story, serve, anvil):
    story.block()
    with serve(story, rpc_url=anvil.rpc_url, max_lag_blocks=10**6) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {name: check["ok"] for name, check in answer.json()["checks"].items()} == dict.fromkeys(
        ("database", "node", "index"), True
    )


def test_it_is_not_ready_before_the_first_block(story, serve):
    with serve(story) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    checks = answer.json()["checks"]
    assert (checks["database"]["ok"], checks["index"]["ok"]) == (True, False)


def test_it_is_not_ready_when_the_index_lags_more_than_is_allowed(sqlite_story, serve, fresh_anvil):
    sqlite_story.block()
    fresh_anvil.mine(5)
    with serve(sqlite_story, rpc_url=fresh_anvil.rpc_url, max_lag_blocks=4) as client:
        at_the_limit = client.get("/readyz").status_code
        fresh_anvil.mine(1)
        beyond = client.get("/readyz")
    assert (at_the_limit, beyond.status_code) == (200, 503)
    assert "5 behind the head; 4 are allowed" in beyond.json()["checks"]["index"]["detail"]


def test_it_is_not_ready_without_its_node_and_tells_nobody_the_address(sqlite_story, serve):
    sqlite_story.block()
    with serve(sqlite_story, rpc_url=NOBODY, node_timeout_s=0.5) as client:
        answer = client.get("/readyz")
        told = answer.text + client.get("/metrics").text + client.get("/").text
    assert answer.status_code == 503
    assert answer.json()["checks"]["node"] == {"ok": False, "detail": "does not answer"}
    assert "secret" not in told
    assert "127.0.0.1" not in told


def test_it_is_not_ready_with_the_node_of_another_chain(sqlite_story, serve, anvil, monkeypatch):
    sqlite_story.block()
    monkeypatch.setattr(Node, "chain_id", lambda _: 1)
    with serve(sqlite_story, rpc_url=anvil.rpc_url) as client:
        answer = client.get("/readyz")
    assert answer.json()["checks"]["node"]["detail"] == "follows chain 1, not 31337"


def test_it_is_not_ready_on_a_database_without_tables(sqlite_url, serve, sqlite_story, tmp_path):
    with serve(sqlite_story) as client:
        sqlite_story.store.close()
        for file in tmp_path.glob("surety.sqlite*"):
            file.unlink()
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["ok"] is False


def test_metrics_tell_requests_by_template_and_status(sqlite_story, serve):
    with serve(sqlite_story) as client:
        for number in range(3):
            client.get(f"/v1/agreements/0x{number:024x}")
        client.get("/wp-admin.php")
        client.request("BREW", "/healthz")
        counted = metrics(client)["surety_http_requests_total"]
    assert counted["GET", "/v1/agreements/{agreement}", "404"] == 3
    assert counted["GET", "(none)", "404"] == 1
    assert {key for key in counted if key[0] == "OTHER"} == {("OTHER", "/healthz", "405")}


def test_two_applications_in_one_process_count_apart(sqlite_story, serve):
    with serve(sqlite_story) as first, serve(sqlite_story) as second:
        first.get("/healthz")
        assert ("GET", "/healthz", "200") not in metrics(second).get("surety_http_requests_total", {})


def test_metrics_tell_what_the_index_holds_and_money_in_token_units(story, serve, anvil, token):
    story.token = token
    story.begin(LAW_TEXT)
    agreement = story.open(story.register("Nordlicht"), law=text_id(LAW_TEXT))
    story.report(Row(agreement, 0, Outcome.BREACH, 2, 2_500, 0, 981_333, 1_000_000, 1_422), at_s=START_S + HOUR_S + 5)
    story.settle(agreement, 0, START_S + HOUR_S + 305)
    story.expire(agreement, 1, 2, START_S + 4 * HOUR_S)
    with serve(story, rpc_url=anvil.rpc_url) as client:
        found = metrics(client)
    assert found["surety_index_up"] == {(): 1}
    assert found["surety_node_up"] == {(): 1}
    assert found["surety_indexed_block"] == {(): story.number}
    assert found["surety_head_block"][()] >= 1
    assert found["surety_agreements"][("running",)] == 1
    assert found["surety_periods"] == {("met",): 0, ("breach",): 1, ("no_data",): 2}
    assert found["surety_periods_expired"] == {(): 2}
    money = {part: value for (part, symbol, _), value in found["surety_settled_token_units"].items() if symbol == "mUSD"}
    assert money["provider"] == 45 + 2 * 70
    assert money["customer_from_fee"] == 25 + 2 * 20
    assert money["dao"] == 30


def test_metrics_stay_while_the_database_is_away(sqlite_story, serve, tmp_path):
    with serve(sqlite_story) as client:
        client.get("/healthz")
        sqlite_story.store.close()
        for file in tmp_path.glob("surety.sqlite*"):
            file.unlink()
        found = metrics(client)
    assert found["surety_index_up"] == {(): 0}
    assert found["surety_http_requests_total"]["GET", "/healthz", "200"] == 1


def test_every_metric_has_a_help_text_and_the_prefix(sqlite_story, serve):
    with serve(sqlite_story) as client:
        text = client.get("/metrics").text
    names = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    assert names
    assert all(name.startswith("surety_") for name in names)
    assert all(re.search(rf"^# HELP {name} \S", text, re.MULTILINE) for name in names)


def test_a_token_is_asked_once_what_it_is_called(anvil, token):
    tokens = Tokens(anvil.node, ManualClock(0))
    assert tokens.of(token).model_dump() == {"address": token, "symbol": "mUSD", "decimals": 6}
    silent = Tokens(Node(NOBODY), ManualClock(0))
    silent._known = tokens._known
    assert silent.of(token).symbol == "mUSD"


def test_a_token_that_does_not_answer_is_asked_again_after_a_while(anvil, token):
    clock = ManualClock(0)
    tokens = Tokens(Node(NOBODY, timeout_s=0.5), clock)
    assert tokens.of(token).symbol is None
    tokens._node = anvil.node
    assert tokens.of(token).decimals is None
    clock.advance_to(RETRY_MS)
    assert tokens.of(token).decimals == 6


def test_an_address_that_is_no_token_has_no_description(anvil):
    assert Tokens(anvil.node, ManualClock(0)).of("0x" + "12" * 20).symbol is None
