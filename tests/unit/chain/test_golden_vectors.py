"""The fast path against the vectors that were made by another route; the contract tests assert the same file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chain import merkle, row
from chain.agreements import agreement_id
from chain.hashing import text_id
from chain.keys import Signer, recover
from chain.offers import Offer
from chain.quorum import check_quorum, configuration_digest, join_signatures, members_of, quorum_of
from chain.typed_data import (
    COMMITTEE_NAME,
    LAW_STONE_NAME,
    PACTUM_NAME,
    Domain,
    amendment_id,
    assent_digest,
    observation_root_digest,
    offer_digest,
    report_digest,
    rows_hash,
    separator,
)
from chain.values import FOREVER_S, Amendment, Configuration, Header, Seat, everyone
from governance.values import Observation, Outcome, PeriodKind, Ratio, Row

FOLDER = Path(__file__).resolve().parents[2] / "vectors"
VECTORS: dict[str, Any] = json.loads((FOLDER / "digests.json").read_text("utf-8"))
CHAIN = int(VECTORS["domains"]["chain_id"])
PACTUM = Domain(CHAIN, VECTORS["domains"]["pactum"]["contract"])
LAW_STONE = Domain(CHAIN, VECTORS["domains"]["law_stone"]["contract"])
COMMITTEE = Domain(CHAIN, VECTORS["domains"]["committee"]["contract"])
SIGNERS = [Signer(bytes.fromhex(signer["key"][2:])) for signer in VECTORS["signers"]]


OFFER_NUMBERS = {name: name for name in ("fee", "deposit", "lead", "expiry", "nonce")} | {
    "max_credit_bps": "maxCreditBps",
    "max_slash_bps": "maxSlashBps",
    "min_provider_bps": "minProviderBps",
    "period_length": "periodLength",
    "max_periods": "maxPeriods",
    "notice_periods": "noticePeriods",
}


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _offer(document: dict[str, str]) -> Offer:
    fields: dict[str, Any] = {name: document[name] for name in ("provider", "customer", "token")}
    fields |= {name: _bytes(document[name]) for name in ("terms", "law")}
    fields |= {name: int(document[camel]) for name, camel in OFFER_NUMBERS.items()}
    return Offer(**fields, period_kind=PeriodKind(int(document["periodKind"])))


def _header(document: dict[str, str]) -> Header:
    configuration, observation_set = _bytes(document["configuration"]), _bytes(document["observationSet"])
    return Header(configuration, int(document["epoch"]), observation_set, int(document["observers"]), document["payee"])


def _observation(document: dict[str, str]) -> Observation:
    def ratio(name: str) -> Ratio:
        return Ratio(int(document[f"{name}_numerator"]), int(document[f"{name}_denominator"]))

    counts: dict[str, Any] = {name: int(document[name]) for name in ("agreement", "period", "samples", "p95_ms")}
    ratios: dict[str, Any] = {name: ratio(name) for name in ("uptime", "attained", "coverage")}
    return Observation(**counts, **ratios, evidence=_bytes(document["evidence"]))


def test_committed_vectors_are_what_the_script_makes():
    made = subprocess.run([sys.executable, FOLDER / "make_digests.py"], capture_output=True, check=True, text=True).stdout
    assert made == (FOLDER / "digests.json").read_text("utf-8")


def test_signers_have_the_addresses_of_their_keys():
    assert [signer.address for signer in SIGNERS] == [signer["address"] for signer in VECTORS["signers"]]


def test_domain_separators():
    assert separator(PACTUM, PACTUM_NAME) == _bytes(VECTORS["domains"]["pactum"]["separator"])
    assert separator(LAW_STONE, LAW_STONE_NAME) == _bytes(VECTORS["domains"]["law_stone"]["separator"])
    assert separator(COMMITTEE, COMMITTEE_NAME) == _bytes(VECTORS["domains"]["committee"]["separator"])


@pytest.mark.parametrize("vector", VECTORS["rows"])
def test_rows_pack_to_their_words_and_back(vector: dict[str, str]):
    fields = {name: int(value) for name, value in vector.items() if name not in ("word", "outcome")}
    value = Row(**fields, outcome=Outcome(int(vector["outcome"])))
    word = int(vector["word"], 16)
    assert row.pack(value) == word
    assert row.unpack(word) == value


@pytest.mark.parametrize("vector", VECTORS["offers"])
def test_offers_have_their_digests_and_signatures(vector: dict[str, Any]):
    offer, digest = _offer(vector["offer"]), _bytes(vector["digest"])
    assert offer_digest(PACTUM, offer) == digest
    assert SIGNERS[int(vector["signer"])].sign_digest(digest) == _bytes(vector["signature"])
    assert recover(digest, _bytes(vector["signature"])) == offer.provider


@pytest.mark.parametrize("vector", VECTORS["reports"])
def test_reports_have_their_digests_and_signatures(vector: dict[str, Any]):
    words = [int(word, 16) for word in vector["rows"]]
    digest, mask = _bytes(vector["digest"]), int(vector["signers"])
    assert rows_hash(words) == _bytes(vector["rows_hash"])
    assert report_digest(PACTUM, _header(vector["header"]), words) == digest
    joined = join_signatures({member: SIGNERS[member].sign_compact(digest) for member in members_of(mask)})
    assert joined == (mask, _bytes(vector["signatures"]))
    members = tuple(signer.address for signer in SIGNERS[:4])
    four = Configuration(b"", 0, 0, FOREVER_S, 3, members, everyone(4))
    check_quorum(four, digest, everyone(4), mask, _bytes(vector["signatures"]))


@pytest.mark.parametrize("vector", VECTORS["observation_roots"])
def test_observation_roots_have_their_digests_and_signatures(vector: dict[str, str]):
    digest = observation_root_digest(COMMITTEE, int(vector["epoch"]), _bytes(vector["root"]))
    assert digest == _bytes(vector["digest"])
    assert SIGNERS[int(vector["signer"])].sign_compact(digest) == _bytes(vector["signature"])


@pytest.mark.parametrize("vector", VECTORS["assents"])
def test_assents_have_their_digests_and_signatures(vector: dict[str, Any]):
    named = vector["amendment"]
    amendment = Amendment(
        Seat(int(named["seat"])),
        bool(int(named["takesSeat"])),
        _bytes(named["running"]),
        _bytes(named["proposed"]),
        int(named["revision"]),
        int(named["notice"]),
    )
    digest = assent_digest(LAW_STONE, amendment_id(amendment))
    assert digest == _bytes(vector["digest"])
    assert SIGNERS[int(vector["signer"])].sign_compact(digest) == _bytes(vector["signature"])


@pytest.mark.parametrize("vector", VECTORS["observations"])
def test_observations_have_their_leaves(vector: dict[str, str]):
    assert merkle.observation_leaf(_observation(vector)) == _bytes(vector["leaf"])


@pytest.mark.parametrize("vector", VECTORS["set_leaves"])
def test_sets_have_their_leaves(vector: dict[str, str]):
    leaf = merkle.set_leaf(int(vector["member"]), _bytes(vector["root"]), _bytes(vector["observation"]))
    assert leaf == _bytes(vector["leaf"])


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: f"{len(vector['leaves'])} leaves")
def test_trees_have_their_roots_and_proofs(vector: dict[str, Any]):
    leaves = [_bytes(leaf) for leaf in vector["leaves"]]
    assert merkle.root(leaves) == _bytes(vector["root"])
    assert [merkle.proof(leaves, leaf) for leaf in leaves] == [[_bytes(node) for node in path] for path in vector["proofs"]]


@pytest.mark.parametrize("vector", VECTORS["configurations"])
def test_configurations_have_their_digests_and_quorums(vector: dict[str, Any]):
    members = tuple(vector["members"])
    digest = configuration_digest(COMMITTEE, int(vector["index"]), int(vector["since"]), members)
    assert digest == _bytes(vector["digest"])
    assert quorum_of(len(members)) == int(vector["quorum"])


@pytest.mark.parametrize("vector", VECTORS["agreements"])
def test_agreements_have_their_ids(vector: dict[str, str]):
    offer = next(found for found in VECTORS["offers"] if found["digest"] == vector["offer_digest"])
    arguments = (vector["customer"], _offer(offer["offer"]), int(vector["start"]), int(vector["periods"]))
    assert agreement_id(PACTUM, *arguments) == int(vector["id"], 16)


@pytest.mark.parametrize("vector", VECTORS["texts"])
def test_texts_have_their_ids(vector: dict[str, str]):
    assert text_id(vector["text"]) == _bytes(vector["id"])
