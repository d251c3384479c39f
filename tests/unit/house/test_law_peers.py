"""Routing is compared with its peers fairly: each decides by the same policy, and who cannot is named, never left out."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from bench.law import peers
from bench.law.peers import contest, environments, workload
from bench.law.peers.contest import Peer, WrongAnswer
from bench.law.peers.environments import CannotRun, brief, is_installed, python_of
from bench.law.peers.project import surety
from bench.law.peers.worker import Worker
from bench.law.peers.workload import Offer, Request

OFFER = Offer(id="o1", owner="de", country="de", gdpr=True, hipaa=True, capacity="on_demand", price_micro_usd=2_000_000)
REQUEST = Request(user_jurisdiction="eu", country="de", data_classification="phi", inference_type="realtime")
SPOT = {"capacity": "spot", "price_micro_usd": 1_500_000}


@pytest.mark.parametrize(
    ("offer", "request_", "expected"),
    [
        ({}, {}, True),
        ({"owner": "us"}, {}, False),
        ({"owner": "us"}, {"user_jurisdiction": "us"}, True),
        ({"gdpr": False}, {}, False),
        ({"gdpr": False}, {"user_jurisdiction": "us"}, True),
        ({"hipaa": False}, {}, False),
        ({"hipaa": False}, {"data_classification": "pii"}, True),
        ({"country": "fr"}, {}, False),
        ({"country": "fr"}, {"data_classification": "public"}, True),
        (SPOT, {}, False),
        (SPOT, {"inference_type": "batch"}, True),
        (SPOT | {"price_micro_usd": 1_500_001}, {"inference_type": "batch"}, False),
    ],
)
def test_the_oracle_reads_the_policy_sentence_by_sentence(
    offer: dict[str, object], request_: dict[str, object], expected: bool
) -> None:
    assert workload.lawful(cast("Offer", {**OFFER, **offer}), cast("Request", {**REQUEST, **request_})) is expected


def test_of_equally_cheap_offers_the_oracle_takes_the_smaller_id() -> None:
    twins = [cast("Offer", {**OFFER, "id": name}) for name in ("o2", "o1", "o3")]
    assert workload.cheapest_lawful(twins, REQUEST) == "o1"
    assert workload.cheapest_lawful([], REQUEST) is None


def test_the_workload_tries_ties_and_requests_that_nobody_may_serve() -> None:
    offers, requests = workload.offers(100), workload.requests()
    assert len({tuple(request.values()) for request in requests}) == len(requests) == 96
    answers = {workload.cheapest_lawful(offers, request) for request in requests}
    assert None in answers
    assert len(answers) > 10
    many = workload.offers(1_000)
    prices = {offer["id"]: offer["price_micro_usd"] for offer in many}
    best = {str(request): workload.cheapest_lawful(many, request) for request in requests}
    tied = [r for r in requests if [prices[o["id"]] for o in many if workload.lawful(o, r)].count(prices[str(best[str(r)])]) > 1]
    assert tied


def test_what_is_asked_before_a_cold_question_shares_no_fact_with_it() -> None:
    for request in workload.requests():
        other = workload.unlike(request)
        assert other in workload.requests()
        assert not set(request.items()) & set(other.items())


def test_routing_decides_by_the_policy() -> None:
    for count in (0, 1, 10, 200):
        offers = workload.offers(count)
        decide = surety(offers)
        assert [decide(request) for request in workload.requests()] == [
            workload.cheapest_lawful(offers, request) for request in workload.requests()
        ]


@pytest.mark.slow
@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: f"{peer.name}-{peer.form}")
def test_a_peer_decides_by_the_policy(peer: Peer) -> None:
    if not is_installed(peer.environment):
        pytest.skip(f"{peer.name} is not installed: python -m bench.law.peers installs it")
    with Worker(python_of(peer.environment), peer.engine) as worker:
        assert worker.started()
        for count in (1, 10, 100):
            offers, requests = workload.offers(count), workload.requests()
            worker.load(offers, peer.form)
            assert list(worker.ask(requests, peer.form).answers) == [peer.oracle(offers, request) for request in requests]


# What follows plays with peers that are made up, in this very environment.

TOY = """
    VERSION = "7"
    def prepare(offers, form):
        print("engines may print")
        async def decide(request):
            return {decision}
        return decide
"""
CHEAPEST = 'min((o["price_micro_usd"], o["id"]) for o in offers)[1]'


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Peer:
    """A peer whose engine decides by the expression that the test is parametrized with, and that promises a little."""
    folder = tmp_path / "bench" / "law" / "peers" / "engines"
    folder.mkdir(parents=True)
    source = Path(contest.__file__).parent
    for name in ("workload.py", "engines/serve.py"):
        (folder.parent / name).write_text((source / name).read_text())
    (folder / "toy.py").write_text(textwrap.dedent(TOY).replace("{decision}", request.param))
    monkeypatch.setattr("bench.law.peers.worker.REPOSITORY", tmp_path)
    return Peer("Toy", "as it likes", "toy", "toy", "", workload.cheapest_of_all, 0.001)


def lines_of(
    peer: Peer, sizes: tuple[int, ...] = (10, 20, 1_000), python: Callable[[str], Path] = lambda _: Path(sys.executable)
) -> list[dict[str, object]]:
    """What the report says of the peer."""
    measures = peers.rows(_quick, peers=[peer], sizes=sizes, rounds=2, python=python)
    return [
        {name: getattr(line, name) for name in ("measure", "unit", "against", "met", "sizes")}
        for line in measures
        if line.measure.startswith(peer.name)
    ]


def _quick(offers: object) -> contest.Decide:
    return lambda request: workload.cheapest_lawful(offers, request)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest, "TURN_S", 0.005)


@pytest.mark.parametrize("toy", [CHEAPEST], indirect=True)
def test_a_peer_that_is_right_has_a_line_for_each_size_and_keeps_or_breaks_its_promise_at_a_thousand(toy: Peer) -> None:
    lines = lines_of(toy)
    assert [line["measure"] for line in lines] == [
        "Toy 7, as it likes: 10 offers",
        "Toy 7, as it likes: 20 offers",
        "Toy 7, as it likes: 1,000 offers",
        "Toy 7, as it likes: 1,000 offers",
    ]
    assert [line["met"] for line in lines] == [None, None, True, None]
    assert lines[2]["sizes"] == (10, 20, 1_000)


@pytest.mark.parametrize("toy", ["offers[0]['id']"], indirect=True)
def test_a_peer_that_disagrees_with_the_oracle_is_not_timed_and_says_so(toy: Peer) -> None:
    (line,) = lines_of(toy)
    assert line["unit"] == "not measured"
    assert "disagrees with the oracle over 10 offers" in str(line["against"])
    assert line["met"] is False


@pytest.mark.parametrize("toy", [f"{CHEAPEST} if len(offers) < 1_000 else exit()"], indirect=True)
def test_a_peer_that_ends_in_the_middle_keeps_its_lines_and_says_so(toy: Peer) -> None:
    lines = lines_of(toy)
    assert [line["unit"] for line in lines] == ["us", "us", "not measured"]
    assert "ended by itself" in str(lines[-1]["against"])
    assert lines[-1]["met"] is False


@pytest.mark.parametrize("toy", [CHEAPEST], indirect=True)
def test_a_peer_is_not_asked_where_a_decision_would_take_too_long_and_says_so(toy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest, "SURVIVABLE_S", 0.0)
    lines = lines_of(toy, sizes=(10, 20))
    assert [line["unit"] for line in lines] == ["us", "not measured"]
    assert "not asked: a decision would take about" in str(lines[-1]["against"])


@pytest.mark.parametrize("toy", [CHEAPEST], indirect=True)
def test_a_size_that_cannot_be_loaded_in_time_breaks_the_promise_made_for_it(toy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest, "LOADABLE_S", 0.0)
    lines = lines_of(toy, sizes=(10, 1_000))
    assert [(line["unit"], line["met"]) for line in lines] == [("us", None), ("not measured", False)]
    assert "not asked: loading would take" in str(lines[-1]["against"])


@pytest.mark.parametrize("toy", ["__import__('time').sleep(60)"], indirect=True)
def test_a_peer_that_does_not_answer_in_time_is_ended(toy: Peer) -> None:
    with Worker(Path(sys.executable), toy.engine, allowed_s=2) as worker:
        worker.started()
        worker.load([OFFER], "")
        with pytest.raises(CannotRun, match="no answer within 2 s"):
            worker.ask([REQUEST], "")


def test_a_peer_that_cannot_be_installed_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environments, "REPOSITORY", tmp_path)
    monkeypatch.setenv("PATH", "")
    absent = Peer("Absent", "somehow", "casbin", "casbin_matcher", "", least_ratio=2)
    (line,) = lines_of(absent, sizes=(10,), python=lambda name: python_of(name, tmp_path))
    assert (line["unit"], line["met"]) == ("not measured", False)
    assert "uv is not there" in str(line["against"])


def test_a_cold_question_comes_second_and_a_first_one_first_always_to_offers_loaded_for_it() -> None:
    asked: list[list[Request]] = []

    def watched(offers: Sequence[Offer]) -> contest.Decide:
        mine: list[Request] = []
        asked.append(mine)

        def decide(request: Request) -> str | None:
            mine.append(request)
            return workload.cheapest_lawful(offers, request)

        return decide

    peers.rows(watched, peers=[], sizes=(10,), rounds=1)
    checked, *fresh, warm = asked
    assert len(checked) == 96
    assert {len(questions) for questions in fresh} == {1, 2}
    assert all(questions[0] == workload.unlike(questions[1]) for questions in fresh if len(questions) == 2)
    assert len(warm) >= 2 * 96


def test_this_project_must_agree_with_the_oracle_too() -> None:
    with pytest.raises(WrongAnswer, match="this project takes None"):
        peers.rows(lambda _: lambda _: None, peers=[], sizes=(10,), rounds=1)


def test_a_reason_fits_a_cell_and_names_no_address_and_no_path() -> None:
    spoken = brief("trace\nerror: no wheel at https://index.example/simple/x for /somewhere/deep | it says\n")
    assert spoken == "error: no wheel at ... for ... / it says"
    assert len(brief("x" * 500)) < 130
