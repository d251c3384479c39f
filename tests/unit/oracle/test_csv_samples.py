"""Reading samples from CSV: both readers agree, and every fault is named with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.errors import BadInput
from oracle.csv_samples import _fast, _NotPlain, _strict, parse_samples, read_samples
from oracle.samples import Samples

HEADER = b"ts,ok,latency_ms\n"


def listed(samples: Samples) -> list[tuple[int, int, int, str | None]]:
    names = samples.names
    return [
        (int(time), int(result), int(latency), names[number] if names is not None else None)
        for time, result, latency, number in zip(
            samples.scheduled_ms, samples.result, samples.latency_ms, samples.series, strict=True
        )
    ]


def test_columns_are_found_by_name_in_any_order_and_others_are_ignored() -> None:
    data = b"note,latency_ms,series,ts,ok\nx,5,b,10,1\n,7,a,11,0\n"
    assert listed(parse_samples(data)) == [(10_000, 1, 5, "b"), (11_000, 0, 7, "a")]


def test_without_a_series_column_there_are_no_names() -> None:
    samples = parse_samples(HEADER + b"1,1,1\n")
    assert samples.names is None
    assert listed(samples) == [(1_000, 1, 1, None)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_is_read(end: bytes) -> None:
    assert listed(parse_samples(HEADER.strip() + end + b"1,1,2" + end + end + b"3,0,4" + end)) == [
        (1_000, 1, 2, None),
        (3_000, 0, 4, None),
    ]


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert len(parse_samples(b"\xef\xbb\xbf" + HEADER + b"1,1,1\n")) == 1


def test_quoted_fields_are_read_also_with_line_breaks_inside() -> None:
    data = b'ts,ok,latency_ms,series\n"1","1",2,"a, ""b""\nc"\n2,0,3,d\n'
    assert listed(parse_samples(data)) == [(1_000, 1, 2, 'a, "b"\nc'), (2_000, 0, 3, "d")]


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("0", 0), ("true", 1), ("FALSE", 0), ("True", 1), ("false", 0)])
def test_ok_is_a_digit_or_a_word(text: str, value: int) -> None:
    assert parse_samples(HEADER + f"1,{text},1\n".encode()).result.tolist() == [value]


@pytest.mark.parametrize("data", [HEADER, HEADER.strip(), b"\n" + HEADER + b"\n\n"])
def test_a_header_alone_holds_no_samples(data: bytes) -> None:
    assert len(parse_samples(data)) == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "f.csv: the file is empty"),
        (b" \n\n", "f.csv: the file is empty"),
        (b"ts,ok\n1,1\n", "f.csv:1: no column latency_ms in the header"),
        (b"1,0,5\n", "f.csv:1: no column ts and no column ok"),
        (b"ts,ok,latency_ms,ok\n", "f.csv:1:4: column 'ok' stands twice"),
        (HEADER + b"1,1,1\n1,1\n", "f.csv:3:3: 2 fields under a header of 3"),
        (HEADER + b"1,1,1,1\n", "f.csv:2:4: 4 fields under a header of 3"),
        (HEADER + b"1,1,abc\n", "f.csv:2:3: latency_ms 'abc' is not a whole number >= 0"),
        (HEADER + b"1,1,-1\n", "f.csv:2:3: latency_ms '-1' is not"),
        (HEADER + b"1,1,1.5\n", "f.csv:2:3: latency_ms '1.5' is not"),
        (HEADER + b"1,1,\n", "f.csv:2:3: latency_ms '' is not"),
        (HEADER + b"1,1, 5\n", "f.csv:2:3: latency_ms ' 5' is not"),
        (HEADER + b"1,1,0x1F\n", "f.csv:2:3: latency_ms '0x1F' is not"),
        (HEADER + b"1,1,9223372036854775808\n", "f.csv:2:3: latency_ms '9223372036854775808' is too large"),
        (HEADER + b"1,2,1\n", "f.csv:2:2: ok '2' is not 0, 1, true or false"),
        (HEADER + b"1,,1\n", "f.csv:2:2: ok '' is not"),
        (HEADER + b"1700000000000,1,1\n", "f.csv:2:1: ts '1700000000000' is too large"),
        (HEADER + b"1e3,1,1\n", "f.csv:2:1: ts '1e3' is not Unix seconds"),
        (HEADER + b"1,1,1\n\n\nx,1,1\n", "f.csv:5:1: ts 'x' is not"),
        (HEADER + b"1,1,1\n2,1,1\0\n", "f.csv:3: a NUL byte"),
        (HEADER + b"1,1,1\n\xff,1,1\n", "f.csv:3: byte 0xff is not UTF-8"),
        (HEADER + b'1,1,"1\n', "f.csv:2: unexpected end of data"),
        (b'ts,ok,latency_ms,series\n1,1,1,"a\nb"\n1,1,x,c\n', "f.csv:4:3: latency_ms 'x' is not"),
    ],
)
def test_a_fault_is_named_with_line_and_column(data: bytes, told: str) -> None:
    with pytest.raises(BadInput, match=f"^{re.escape(told)}"):
        parse_samples(data, "f.csv")


def test_the_largest_latency_is_read() -> None:
    assert parse_samples(HEADER + b"1,1,9223372036854775807\n").latency_ms.tolist() == [2**63 - 1]


def test_a_file_that_is_missing_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv: cannot be read"):
        read_samples(tmp_path / "none.csv")


FIELD = st.one_of(
    st.integers(0, 2**65).map(str),
    st.sampled_from(["", "0", "1", "true", "False", "007", "+1", " 1", "1 ", "-0", "x", "NA", "null", "1_0", "\u0661"]),
    st.text("ab1,\"'\n\r \t;", max_size=4),
)
FILE = st.tuples(
    st.sampled_from(["ts,ok,latency_ms", "ok,series,ts,latency_ms", "series,ok,ts,latency_ms,x"]),
    st.lists(st.lists(FIELD, min_size=2, max_size=6), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
)


@given(FILE)
def test_what_the_fast_reader_takes_the_strict_one_reads_alike(file: tuple[str, list[list[str]], str]) -> None:
    header, rows, end = file
    text = end.join([header, *(",".join(row) for row in rows)])
    try:
        quick = _fast(text.encode())
    except Exception as error:
        if isinstance(error, _NotPlain) or type(error).__module__.startswith("pyarrow"):
            return
        raise
    assert listed(quick) == listed(_strict(text, "f"))


@given(
    st.lists(
        st.tuples(st.integers(0, 10**10), st.booleans(), st.integers(0, 10**6), st.sampled_from("abc")), min_size=1, max_size=30
    )
)
def test_sound_files_take_the_fast_reader(rows: list[tuple[int, bool, int, str]]) -> None:
    text = "\n".join(["ts,ok,latency_ms,series", *(f"{ts},{int(ok)},{ms},{name}" for ts, ok, ms, name in rows)])
    assert listed(_fast(text.encode())) == [(ts * 1_000, int(ok), ms, name) for ts, ok, ms, name in rows]
