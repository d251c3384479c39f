from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.documents import MAX_BYTES, Fields, Listing, Scalar, decode, read_file, read_json, read_yaml
from governance.errors import BadInput


def place_of(error: pytest.ExceptionInfo[BadInput]) -> tuple[int | None, int | None]:
    return error.value.line, error.value.column


def test_every_value_keeps_the_place_where_it_stands() -> None:
    (root,) = read_yaml("a: 1\nb:\n  - x\n  - {c: 'd'}\n", "t")
    listing = root.values["b"]
    assert isinstance(listing, Listing)
    inner = listing.items[1]
    assert isinstance(inner, Fields)
    value = inner.values["c"]
    assert isinstance(value, Scalar)
    assert (value.text, value.is_text, value.place.line, value.place.column) == ("d", True, 4, 9)


@pytest.mark.parametrize("plain", ["1", "1.5", "yes", "null", "2026-01-01", "0x10", "~", "on"])
def test_what_yaml_would_convert_is_kept_as_it_was_written(plain: str) -> None:
    (root,) = read_yaml(f"a: {plain}\nb: '{plain}'", "t")
    first, second = root.values["a"], root.values["b"]
    assert isinstance(first, Scalar)
    assert isinstance(second, Scalar)
    assert (first.text, first.is_text) == (plain, False)
    assert (second.text, second.is_text) == (plain, True)


@pytest.mark.parametrize(
    ("text", "line", "column", "complaint"),
    [
        ("a: 1\na: 2", 2, 1, "given twice"),
        ("a: &x 1\nb: *x", 1, 4, "anchors and aliases"),
        ("a: !!python/object/apply:os.system ['true']", 1, 4, "tags"),
        ("a: !!int 3", 1, 4, "tags"),
        ("a: [1\nb: 2", 2, 2, "not YAML"),
        ("a: b: c", 1, 5, "not YAML"),
        ("? [a]\n: 1", 1, 3, "a key is one word"),
        ("- a", 1, 1, "a document is a list"),
        ("just words", 1, 1, "a document is one value"),
        ("a: \x07", 1, 4, "U+0007"),
        ("a: \ud800", 1, 4, "surrogate"),
        pytest.param("a: " + "[" * 40 + "]" * 40, 1, 19, "nested deeper", id="deep brackets"),
        pytest.param("a:\n" + "".join("  " * n + "- \n" for n in range(1, 40)), 17, 33, "nested deeper", id="deep dashes"),
        pytest.param("a: [" + "1," * 20_000 + "]", 1, 19_999, "more than", id="many values"),
    ],
)
def test_a_yaml_that_is_ambiguous_or_costly_is_refused_with_its_place(text: str, line: int, column: int, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint.replace("+", r"\+")) as error:
        read_yaml(text, "t")
    assert place_of(error) == (line, column)
    assert str(error.value).startswith(f"t:{line}:{column}: ")


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    text = 'a: &a ["x","x"]\n' + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(BadInput, match="anchors and aliases"):
        read_yaml(text, "t")


def test_a_document_beyond_the_size_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadInput, match=f"larger than {MAX_BYTES} bytes"):
        read_yaml("a: " + "x" * MAX_BYTES, "t")


def test_bytes_that_are_not_utf8_are_named_with_their_place() -> None:
    with pytest.raises(BadInput, match="byte 0xff is not UTF-8") as error:
        decode(b"first\nsec\xffond", "t")
    assert place_of(error) == (2, 4)


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read the file"):
        read_file(tmp_path / "absent.yaml")
    with pytest.raises(BadInput, match="cannot read the file"):
        read_file(tmp_path)


def test_a_file_is_not_read_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(BadInput, match="larger than"):
        read_file(path)
    path.write_bytes(b"x" * MAX_BYTES)
    assert len(read_file(path)) == MAX_BYTES


def test_json_is_read_with_places_and_tabs() -> None:
    root = read_json('{\n\t"a": [1,\t"two"]}', "t")
    listing = root.values["a"]
    assert isinstance(listing, Listing)
    one, two = listing.items
    assert isinstance(one, Scalar)
    assert isinstance(two, Scalar)
    assert (one.text, one.is_text, two.text, two.is_text) == ("1", False, "two", True)
    assert (two.place.line, two.place.column) == (2, 11)


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("{'a': 1}", 1, "not JSON"),
        ('{"a": 1,\n}', 2, "not JSON"),
        ('{"a": 1}\n{"b": 2}', 2, "not JSON"),
        ('{"a": NaN}', None, "NaN is no number"),
        ('{"a": 1,\n "a": 2}', 2, "given twice"),
        ("[1]", 1, "a document is a list"),
        ("", 1, "not JSON"),
        pytest.param("[" * 60_000, None, "not JSON", id="brackets"),
    ],
)
def test_what_is_not_json_is_refused(text: str, line: int | None, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint) as error:
        read_json(text, "t")
    assert error.value.line == line


@given(st.text(max_size=200))
def test_no_text_makes_the_readers_fail_otherwise_than_with_bad_input(text: str) -> None:
    for read in (read_yaml, read_json):
        try:
            read(text, "t")
        except BadInput as error:
            assert str(error).startswith("t")  # noqa: PT017 - most texts are refused, a few are documents


@given(st.binary(max_size=200))
def test_no_bytes_make_decoding_fail_otherwise_than_with_bad_input(data: bytes) -> None:
    try:
        assert decode(data, "t").encode() == data
    except BadInput as error:
        assert error.line is not None  # noqa: PT017 - most bytes are no text, some are
