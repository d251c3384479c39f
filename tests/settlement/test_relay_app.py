"""The relay's intake over real HTTP: the oracles' own client gets through, everything else gets one clear problem."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chain.row import unpack
from chain.typed_data import report_digest
from governance.errors import BadInput
from governance.values import Observation, Ratio
from oracle.interim import Interim, SignedInterim, interim_digest, tallies_json
from oracle.relay_client import RelayClient, RelayRefused
from oracle.wire import MemberSignature, Submission, observation_json, submission_json
from settlement import worker
from settlement.admission import LARGEST_OBSERVATION, MOST_UNKNOWN
from settlement.queries import Reader
from settlement.relay_app import LEAST_BYTES, MEDIA_TYPE, MOST_BYTES, TALLIES_BYTES, create_app
from settlement.tallies import Tallies
from settlement.worker import Intake


@pytest.fixture
def intake(sqlite_troupe) -> Iterator[Intake]:
    troupe = sqlite_troupe
    tallies = Tallies(troupe.store, troupe.docket, troupe.rules.committee, troupe.clock)
    served = Intake(create_app(troupe.relay, tallies, troupe.assents), "127.0.0.1", 0)
    served.start()
    yield served
    served.stop()
    assert not served.alive


@pytest.fixture
def http(intake) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=intake.url, trust_env=False, timeout=10) as client:
        yield client


def problem(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    document = response.json()
    assert document["status"] == status
    return str(document["detail"])


def test_oracles_push_pull_and_sign_and_auditors_fetch(sqlite_troupe, intake, observation) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    client = RelayClient(intake.url)
    digest = troupe.stage.configuration.digest
    for member in range(4):
        client.push(Submission(digest, troupe.signed(member, epoch, observation(agreement))))
    troupe.relay.propose()
    for member in (0, 2, 3):
        (proposal,) = client.proposals(digest, member)
        signed = report_digest(troupe.rules.pactum, proposal.header, proposal.rows)
        client.sign(proposal.id, MemberSignature(member, troupe.stage.members[member].sign_compact(signed)))
        assert client.proposals(digest, member) == ()
    assert client.proposals(bytes(32), 1) == ()
    assert troupe.reporter.step() == 1
    fetched = client.observation_set(proposal.header.observation_set)
    assert [unpack(word).agreement for word in fetched.rows] == [agreement]
    with pytest.raises(RelayRefused, match="no observation set"):
        client.observation_set(bytes(32))
    client.close()


def test_what_does_not_verify_is_a_problem_that_says_why(sqlite_troupe, http, observation) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    digest = troupe.stage.configuration.digest
    good = submission_json(Submission(digest, troupe.signed(0, epoch, observation(agreement))))

    def post(**changes: Any) -> httpx.Response:
        return http.post("/v1/observations", json={**good, **changes})

    assert "another" not in problem(post(signature="0x" + "11" * 64), 422)
    assert "member" in problem(post(member=True), 422)
    assert "member" in problem(post(member=0.0), 422)
    assert "epoch" in problem(post(epoch=-1), 422)
    assert "surprise" in problem(post(surprise=1), 422)
    assert "root" in problem(post(root="0x12"), 422)
    assert "observations" in problem(post(observations={}), 422)
    assert "epoch" in problem(post(epoch=2**63), 409)
    assert "configuration" in problem(post(configuration="0x" + "00" * 32), 409)
    assert post().status_code == 202
    assert post().status_code == 202
    other = submission_json(Submission(digest, troupe.signed(0, epoch, observation(agreement, 0, 3))))
    assert "two roots" in problem(http.post("/v1/observations", json=other), 409)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"member": NaN}', b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_message_is_refused(http, body) -> None:
    for path in ("/v1/observations", "/v1/tallies", f"/v1/proposals/0x{'00' * 32}/signatures"):
        problem(http.post(path, content=body), 422)


def test_a_body_without_end_is_cut_off(http) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 2**20 + 2):
            yield b" " * 2**20

    try:
        response = http.post("/v1/observations", content=endless())
    except httpx.WriteError:
        return  # the server hung up before it was told everything, which is as good
    assert "more than" in problem(response, 413)


def test_a_body_is_as_long_as_the_known_agreements_can_fill(sqlite_troupe, http) -> None:
    assert sqlite_troupe.relay.most_observations() == MOST_UNKNOWN
    most = LEAST_BYTES + MOST_UNKNOWN * LARGEST_OBSERVATION
    assert "no JSON" in problem(http.post("/v1/observations", content=b" " * most), 422)
    assert "more than" in problem(http.post("/v1/observations", content=b" " * (most + 1)), 413)
    sqlite_troupe.open()
    sqlite_troupe.look()
    assert "no JSON" in problem(http.post("/v1/observations", content=b" " * (most + LARGEST_OBSERVATION)), 422)
    assert "more than" in problem(http.post("/v1/tallies", content=b" " * (TALLIES_BYTES + 1)), 413)
    signature = f"/v1/proposals/0x{'00' * 32}/signatures"
    assert "more than" in problem(http.post(signature, content=b" " * (LEAST_BYTES + 1)), 413)


def test_the_largest_observation_fits_what_a_body_is_reckoned_with() -> None:
    share = Ratio(2**64 - 2, 2**64 - 1)
    largest = Observation(2**96 - 1, 2**32 - 1, 2**64 - 1, Ratio(2**128 - 2, 2**128 - 1), share, share, 2**32 - 1, bytes(32))
    assert len(json.dumps(observation_json(largest))) < LARGEST_OBSERVATION


def test_beyond_its_connections_the_relay_says_at_once_that_it_is_busy(sqlite_troupe, monkeypatch) -> None:
    monkeypatch.setattr(worker, "MOST_CONNECTIONS", 2)
    served = Intake(create_app(sqlite_troupe.relay, None, None), "127.0.0.1", 0)  # type: ignore[arg-type]
    served.start()
    try:
        with (
            httpx.Client(base_url=served.url, trust_env=False) as first,
            httpx.Client(base_url=served.url, trust_env=False) as second,
        ):
            assert (first.get("/healthz").status_code, second.get("/healthz").status_code) == (200, 503)
    finally:
        served.stop()


def test_paths_and_parameters_are_checked(http) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/v1/proposals?member=0").json() == {"proposals": []}
    for path in (
        "/v1/proposals",
        "/v1/proposals?member=31",
        "/v1/proposals?member=x",
        "/v1/proposals?member=0&configuration=0x1",
    ):
        problem(http.get(path), 422)
    problem(http.get("/v1/observation-sets/0x12"), 422)
    problem(http.get("/nowhere"), 404)
    problem(http.delete("/v1/observations"), 405)
    signature = {"member": 0, "signature": "0x" + "00" * 64}
    assert "no proposal" in problem(http.post(f"/v1/proposals/0x{'0f' * 32}/signatures", json=signature), 404)


def interim(troupe: Any, member: int, counts: Interim) -> SignedInterim:
    digest = interim_digest(troupe.rules.committee, counts)
    return SignedInterim(member, counts, troupe.stage.members[member].sign_compact(digest))


def test_interim_counts_of_members_make_the_status_so_far(sqlite_troupe, http) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open(2)
    start_s = troupe.stage.end_of(agreement, 0) - 100
    troupe.stage.move_to(start_s + 50)
    troupe.look()
    counts = Interim(agreement, 0, start_s + 40, 50, Ratio(49, 50), Ratio(48, 49), Ratio(4, 4), 700)
    signed = [interim(troupe, member, replace(counts, p95_ms=700 + member)) for member in range(3)]

    for one in signed:
        assert http.post("/v1/tallies", json=tallies_json(one.member, [one])).status_code == 202
    single = {"member": 1, **tallies_json(1, [signed[1]])["tallies"][0]}
    assert http.post("/v1/tallies", json=single).status_code == 202
    older = interim(troupe, 2, replace(counts, as_of_s=start_s + 10, uptime=Ratio(0, 50)))
    assert http.post("/v1/tallies", json=tallies_json(2, [older])).status_code == 202

    reader = Reader(troupe.store.url)
    view = reader.tallies([agreement])[agreement]
    assert (view.uptime, view.observers, view.p95_ms, view.as_of_s) == (Ratio(49, 50), 3, 701, start_s + 40)

    good = interim(troupe, 3, counts)

    def refused(one: SignedInterim) -> str:
        return problem(http.post("/v1/tallies", json=tallies_json(3, [good, one])), 422)

    assert "member 3" in refused(replace(signed[0], member=3))
    assert "does not run" in refused(interim(troupe, 3, replace(counts, as_of_s=start_s - 1)))
    assert "does not run" in refused(interim(troupe, 3, replace(counts, period=1, as_of_s=start_s + 99)))
    assert "does not run" in refused(interim(troupe, 3, replace(counts, period=1, as_of_s=start_s + 50 + 301)))
    assert "no period" in refused(interim(troupe, 3, replace(counts, period=2)))
    assert "no period" in refused(interim(troupe, 3, replace(counts, agreement=7)))
    many = tallies_json(3, [good] * 1_001)
    assert "at most" in problem(http.post("/v1/tallies", json=many), 422)
    assert reader.tallies([agreement])[agreement].observers == 3, "one bad count keeps all of its batch out"
    reader.close()


def test_a_port_in_use_is_said_before_anything_runs(sqlite_troupe, intake) -> None:
    port = int(intake.url.rpartition(":")[2])
    with pytest.raises(BadInput, match="cannot listen"):
        Intake(create_app(sqlite_troupe.relay, None, None), "127.0.0.1", port)  # type: ignore[arg-type]
