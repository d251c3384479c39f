"""The description of the API, held against what the API does: nothing answers undocumented, whatever it is asked."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chain.hashing import text_id
from governance import laws
from governance.values import Outcome, Row

LAW_TEXT = laws.read("standard")
START_S, HOUR_S = 1_800_000_000, 3_600
PATHS = {
    ("get", "/v1/agreements"),
    ("get", "/v1/agreements/{agreement}"),
    ("get", "/v1/agreements/{agreement}/periods"),
    ("get", "/v1/settlements"),
    ("get", "/v1/laws/{law}"),
    ("get", "/v1/providers/{provider}"),
    ("post", "/v1/route"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


@pytest.fixture
def told(sqlite_story):
    """A story with something of everything, and the identifiers in it."""
    story = sqlite_story
    story.begin(LAW_TEXT)
    provider = story.register(
        "good", {"name": "Nordlicht", "jurisdiction": "de", "regions": [{"name": "eu_west", "country": "de"}]}
    )
    agreement = story.open(provider, law=text_id(LAW_TEXT))
    story.report(Row(agreement, 0, Outcome.MET, 0, 0, 0, 999_950, 1_000_000, 812), at_s=START_S + HOUR_S + 5)
    story.settle(agreement, 0, START_S + HOUR_S + 305)
    story.tally(agreement, 0, START_S + 1_800, slots=30, lost_ppb=0)
    story.names = {"agreement": f"0x{agreement:024x}", "law": "0x" + text_id(LAW_TEXT).hex(), "provider": provider}
    return story


@pytest.fixture
def client(told, serve):
    with serve(told, max_body_bytes=20_000) as client:
        yield client


@pytest.fixture
def described(client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def resolved(document: Any, schemas: dict[str, Any]) -> None:
    """Fails on a reference to a shape that is not there."""
    if isinstance(document, dict):
        if "$ref" in document:
            assert document["$ref"].removeprefix("#/components/schemas/") in schemas
        for value in document.values():
            resolved(value, schemas)
    if isinstance(document, list):
        for value in document:
            resolved(value, schemas)


def test_every_endpoint_is_described_with_its_problems(described):
    assert {(method, path) for path, methods in described["paths"].items() for method in methods} == PATHS
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"]
            assert operation["description"]
            documented = set(operation["responses"])
            assert documented >= {"200", "400", "405", "413", "422", "500", "503"}
            assert ("404" in documented) == ("{" in path)
            assert ("415" in documented) == (method == "post")
            for status, answer in operation["responses"].items():
                assert ("application/problem+json" in answer["content"]) == (status != "200")


def test_the_description_is_whole(described):
    assert described["openapi"].startswith("3.1")
    resolved(described, described["components"]["schemas"])
    assert not {"HTTPValidationError", "ValidationError"} & set(described["components"]["schemas"])


def test_every_parameter_and_every_field_of_a_request_is_described(described):
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (path, parameter["name"])
    for name, field in described["components"]["schemas"]["RouteRequest"]["properties"].items():
        assert field.get("description") or field.get("enum"), name


def test_the_example_of_a_request_is_one(client, described):
    content = described["paths"]["/v1/route"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert client.post("/v1/route", json=example["value"]).status_code == 200


def test_the_docs_page_names_every_endpoint_and_every_shape(client, described):
    page = client.get("/docs").text
    for method, path in PATHS:
        assert f"{method.upper()} {path}" in page
    for name in described["components"]["schemas"]:
        assert f'id="shape-{name}"' in page


def test_every_type_of_problem_is_explained_where_it_points(client):
    page = client.get("/docs").text
    type_ = client.get("/nowhere").json()["type"]
    assert type_ == "/docs#problem-not-found"
    assert 'id="problem-not-found"' in page


def test_what_exists_answers_200(client, told):
    for method, path in PATHS - {("post", "/v1/route")}:
        assert client.request(method, path.format(**told.names)).status_code == 200, path


def documented(client: Any, described: dict[str, Any], method: str, template: str, path: str, **more: Any) -> None:
    answer = client.request(method.upper(), path, **more)
    operation = described["paths"][template][method]
    assert str(answer.status_code) in operation["responses"], answer.text
    assert answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


segment = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=70).filter(lambda text: text not in {".", ".."}),
    st.from_regex(r"0x[0-9a-fA-F]{20,70}", fullmatch=True),
)
value = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.integers().map(str), segment)
key = st.one_of(
    st.sampled_from(["limit", "after", "state", "provider", "customer", "agreement"]), st.text("abc_", min_size=1, max_size=5)
)


@RELAXED
@given(data=st.data())
def test_no_parameter_makes_it_fail_or_answer_undocumented(client, described, told, data: st.DataObject):
    method, template = data.draw(st.sampled_from(sorted(PATHS - {("post", "/v1/route"), ("get", "/metrics")})))
    names = {name: data.draw(st.one_of(st.just(right), segment)) for name, right in told.names.items()}
    query = data.draw(st.lists(st.tuples(key, value), max_size=4))
    path = template.format(**{name: quote(text, safe="") for name, text in names.items()})
    if any("/" in text for text in names.values()):  # a slash in a segment makes it another path
        assert client.get(path).status_code in {200, 404, 422}
    else:
        documented(client, described, method, template, path, params=query)


json_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(["eu", "de", "phi", "batch"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
FACTS = {
    "user_jurisdiction": ["eu", "us", "zz"],
    "jurisdiction": ["de", "us"],
    "country": ["de", "fr"],
    "data_classification": ["public", "pii", "phi"],
    "inference_type": ["realtime", "batch"],
}


@RELAXED
@given(data=st.data())
def test_no_body_makes_it_fail_or_answer_undocumented(client, described, data: st.DataObject):
    facts = {name: data.draw(st.sampled_from(right)) for name, right in FACTS.items()}
    changes = data.draw(
        st.dictionaries(st.one_of(st.sampled_from([*FACTS, "customer"]), st.text(max_size=6)), json_value, max_size=2)
    )
    body = data.draw(st.one_of(st.just(facts | changes), json_value))
    headers = {"content-type": data.draw(st.sampled_from(["application/json", "application/json; charset=utf-8", "text/plain"]))}
    documented(client, described, "post", "/v1/route", "/v1/route", content=json.dumps(body), headers=headers)


@RELAXED
@given(content=st.binary(max_size=200))
def test_no_bytes_make_it_fail(client, described, content: bytes):
    headers = {"content-type": "application/json"}
    documented(client, described, "post", "/v1/route", "/v1/route", content=content, headers=headers)
