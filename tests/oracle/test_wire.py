"""What oracles and relays say to each other: it comes back as it went, and anything else is refused with its place."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.values import Header
from governance.errors import BadInput
from governance.values import Observation, Ratio
from oracle.rows import Equivocation, SignedObservations
from oracle.wire import (
    MemberSignature,
    Proposal,
    Submission,
    load_proposal,
    load_proposals,
    load_signature,
    load_submission,
    parse,
    proposal_json,
    signature_json,
    submission_json,
)


def share(bits: int) -> st.SearchStrategy[Ratio]:
    return st.integers(0, 2**bits - 1).flatmap(lambda whole: st.builds(Ratio, st.integers(0, whole), st.just(whole)))


HASH = st.binary(min_size=32, max_size=32)
SIGNATURE = st.binary(min_size=64, max_size=64)
MEMBER = st.integers(0, 30)
EPOCH = st.integers(0, 2**64 - 1)
OBSERVATION = st.builds(
    Observation,
    agreement=st.integers(0, 2**96 - 1),
    period=st.integers(0, 2**32 - 1),
    samples=st.integers(0, 2**64 - 1),
    uptime=share(128),
    attained=share(64),
    coverage=share(64),
    p95_ms=st.integers(0, 2**32 - 1),
    evidence=HASH,
)
SIGNED = st.builds(SignedObservations, MEMBER, EPOCH, HASH, SIGNATURE, st.lists(OBSERVATION, max_size=3).map(tuple))
ROOT = st.tuples(HASH, SIGNATURE)
PROPOSAL = st.builds(
    Proposal,
    st.text("abc0189", min_size=1, max_size=64),
    st.builds(Header, HASH, EPOCH, HASH, st.integers(0, 2**32 - 1), st.just("0x" + "77" * 20)),
    st.lists(st.integers(0, 2**256 - 1), max_size=3).map(tuple),
    st.lists(SIGNED, max_size=3).map(tuple),
    st.lists(st.builds(Equivocation, MEMBER, EPOCH, st.tuples(ROOT, ROOT)), max_size=2).map(tuple),
)


def carried(document: Any) -> Any:
    """The document after its journey as text."""
    return parse(json.dumps(document), "test")


@given(st.builds(Submission, HASH, SIGNED))
def test_a_submission_comes_back_as_it_went(submission: Submission) -> None:
    assert load_submission(carried(submission_json(submission))) == submission


@given(st.lists(PROPOSAL, max_size=2))
def test_proposals_come_back_as_they_went(proposals: list[Proposal]) -> None:
    document = {"proposals": [proposal_json(proposal) for proposal in proposals]}
    assert load_proposals(carried(document)) == tuple(proposals)


@given(st.builds(MemberSignature, MEMBER, SIGNATURE))
def test_a_signature_comes_back_as_it_went(signature: MemberSignature) -> None:
    assert load_signature(carried(signature_json(signature))) == signature


@pytest.fixture
def sound(seen: Callable[..., Observation]) -> dict[str, Any]:
    signed = SignedObservations(1, 5, bytes(32), bytes(64), (seen(),))
    return dict(carried(submission_json(Submission(b"c" * 32, signed))))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (["member"], 32, "submission: member"),
        (["member"], True, "submission: member"),
        (["member"], -1, "submission: member"),
        (["epoch"], 1.0, "submission: epoch"),
        (["epoch"], str(2**64), "submission: epoch"),
        (["root"], "0x00", "submission: root"),
        (["root"], "00" * 32, "submission: root"),
        (["root"], None, "submission: root"),
        (["signature"], "0x" + "00" * 65, "submission: signature"),
        (["configuration"], "0x", "submission: configuration"),
        (["observations"], {}, "submission: observations"),
        (["observations", 0], [], "submission: observations[0]"),
        (["observations", 0, "agreement"], str(2**96), "submission: observations[0]: agreement"),
        (["observations", 0, "uptime"], ["1"], "submission: observations[0]: uptime"),
        (["observations", 0, "uptime"], ["2", "1"], "submission: observations[0]: uptime"),
        (["observations", 0, "uptime"], ["1", "1e3"], "submission: observations[0]: uptime"),
        (["observations", 0, "coverage"], ["0", str(2**64)], "submission: observations[0]: coverage"),
        (["observations", 0, "evidence"], "0x" + "0" * 63, "submission: observations[0]: evidence"),
        (["observations", 0, "extra"], 1, "submission: observations[0]: extra is not known"),
        (["extra"], 1, "submission: extra is not known"),
    ],
)
def test_what_is_not_of_its_form_is_refused_with_its_place(
    sound: dict[str, Any], path: list[Any], value: object, told: str
) -> None:
    document = copy.deepcopy(sound)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(BadInput, match=f"^{re.escape(told)}"):
        load_submission(document)


@pytest.mark.parametrize("key", ["member", "epoch", "root", "signature", "observations", "configuration"])
def test_a_missing_key_is_named(sound: dict[str, Any], key: str) -> None:
    del sound[key]
    with pytest.raises(BadInput, match=f"{key} is missing"):
        load_submission(sound)


@pytest.mark.parametrize("document", [None, [], "text", 1])
def test_what_is_no_object_is_refused(document: object) -> None:
    for load in (load_submission, load_proposal, load_proposals, load_signature):
        with pytest.raises(BadInput):
            load(document)


@pytest.mark.parametrize("number", ["../signatures", "a/b", "", "a b", 7, "\u00fc"])
def test_an_id_that_would_lead_elsewhere_is_refused(number: object) -> None:
    header = Header(bytes(32), 1, bytes(32), 7, "0x" + "77" * 20)
    document = proposal_json(Proposal("abc", header, (), ()))
    with pytest.raises(BadInput, match="no proposal id"):
        load_proposal({**document, "id": number})


def test_equivocations_may_be_left_out() -> None:
    header = Header(bytes(32), 1, bytes(32), 7, "0x" + "77" * 20)
    document = proposal_json(Proposal("abc", header, (), ()))
    del document["equivocations"]
    assert load_proposal(document).equivocations == ()


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadInput, match="relay: no JSON"):
        parse(text, "relay")
