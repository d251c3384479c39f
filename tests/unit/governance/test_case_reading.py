from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from governance.case import case_of, parse_case
from governance.errors import BadInput
from governance.terms import parse_terms
from governance.values import Ratio


@pytest.fixture
def text(example: Callable[[str], str]) -> str:
    return example("case.json")


def test_a_case_from_json_is_the_case_of_its_counts_and_terms(text: str, example: Callable[[str], str]) -> None:
    counts = 44_640, Ratio(44_500, 44_640), Ratio(43_900, 44_500), Ratio(8_928, 8_928)
    assert parse_case(text) == case_of(*counts, parse_terms(example("monthly.yaml")))


def test_a_case_without_latency_and_with_the_largest_counts_is_read(text: str) -> None:
    data = json.loads(text)
    del data["terms"]["latency"]
    data["uptime"] = [2**128 - 1, 2**128 - 1]
    case = parse_case(json.dumps(data))
    assert case.terms.latency is None
    assert case.uptime == Ratio(2**128 - 1, 2**128 - 1)


@pytest.mark.parametrize(
    ("old", "new", "place", "complaint"),
    [
        ('"samples": 44640', '"samples": "44640"', "2:14", "samples is '44640'"),
        ('"samples": 44640', '"samples": -1', "2:14", "samples is '-1'"),
        ('"samples": 44640', '"samples": 1.5', "2:14", "samples is '1.5'"),
        ('"samples": 44640', '"samples": 1e3', "2:14", "samples is '1e3'"),
        ('"samples": 44640', '"samples": true', "2:14", "samples is 'true'"),
        ('"samples": 44640', f'"samples": {2**64}', "2:14", "samples is"),
        pytest.param('"samples": 44640', f'"samples": {"9" * 5000}', "2:14", "samples is '999", id="5000 digits"),
        ('"samples"', '"sample"', "2:3", "unknown key 'sample'"),
        ('  "samples": 44640,\n', "", "1:1", "'samples' is missing"),
        ("[44500, 44640]", "[44641, 44640]", "3:13", "more good ones than counted"),
        ("[44500, 44640]", "[44500]", "3:13", "has 1 entries"),
        ("[44500, 44640]", "44500", "3:13", "uptime is one value"),
        ('"objective": "99.9"', '"objective": 99.9', "7:18", "objective 99.9 is a number"),
        ('"objective": "99.9"', '"objective": "99,9"', "7:18", "objective is '99,9'"),
        ('"objective": "99.9"', '"objective": "99.5"', "8:14", "does not begin where"),
        ('"credit_bps": 2500', '"credit_bps": 25000', "10:62", "credit_bps is '25000'"),
        ('"at_or_above": "95.0", ', "", "8:14", "open below"),
    ],
)
def test_what_is_wrong_in_a_case_is_refused_with_its_place(text: str, old: str, new: str, place: str, complaint: str) -> None:
    assert old in text
    with pytest.raises(BadInput, match=complaint) as error:
        parse_case(text.replace(old, new, 1), "c.json")
    assert f"{error.value.line}:{error.value.column}" == place
