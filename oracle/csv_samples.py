"""Samples from a CSV file: columns ``ts`` (Unix seconds UTC), ``ok`` (1/0 or true/false), ``latency_ms``, optionally ``series``.

The header names the columns, in any order; other columns are ignored. Two readers give the same answer: a fast one, and,
where that one refuses, a strict one that names the line and the column of the fault (both 1-based, the header is line 1, the
column is counted in fields). The strict one has the last word.
"""

from __future__ import annotations

import csv
import io
import re
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from governance.errors import BadInput
from oracle.samples import Integers, Samples

LAST_TS = 32_503_679_999  # the last second of the year 2999: beyond it lie milliseconds mistaken for seconds
_LARGEST = 2**63 - 1
_NEEDED = ("ts", "ok", "latency_ms")
_YES, _NO = ("1", "true", "True", "TRUE"), ("0", "false", "False", "FALSE")
_BOM = b"\xef\xbb\xbf"


def read_samples(path: str | PathLike[str]) -> Samples:
    """All samples of a file; none where there is only a header.

    Raises BadInput for a missing, empty or unreadable file, a missing or doubled column, a row of another length, and a value
    that is not of its form; it names line and column.
    """
    source = fspath(path)
    return parse_samples(_content(source), source)


def parse_samples(data: bytes, source: str = "samples") -> Samples:
    """As ``read_samples``, from the bytes of such a file."""
    data = data.removeprefix(_BOM)
    _refuse_binary(data, source)
    try:
        return _fast(data)
    except (pa.ArrowException, _NotPlain):
        return _strict(data.decode(), source)


class _NotPlain(Exception):
    """The fast reader leaves this file to the strict one."""


def _content(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}", source=source, value=source, remedy="give a readable CSV file"
        ) from error


def _refuse_binary(data: bytes, source: str) -> None:
    if not data.strip():
        raise BadInput("the file is empty", source=source, remedy="begin with the header ts,ok,latency_ms")
    if (at := data.find(b"\0")) >= 0:
        raise BadInput("a NUL byte", source=source, line=_line_at(data, at), remedy="give a text file in UTF-8")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            source=source,
            line=_line_at(data, error.start),
            remedy="save the file as UTF-8",
        ) from error


def _line_at(data: bytes, at: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", data[:at])) + 1


def _fast(data: bytes) -> Samples:
    if b'"' in data:
        raise _NotPlain  # quoting is where readers differ
    header = re.split(rb"[\r\n]", data, maxsplit=1)[0].decode().split(",")
    if len(set(header)) != len(header) or not set(_NEEDED) <= set(header):
        raise _NotPlain
    wanted = [*_NEEDED, *(["series"] if "series" in header else [])]
    series = pa.dictionary(pa.int32(), pa.string())
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=1 << 24),
        convert_options=arrow_csv.ConvertOptions(
            column_types={"ts": pa.string(), "ok": pa.bool_(), "latency_ms": pa.string(), "series": series},
            include_columns=wanted,
            true_values=list(_YES),
            false_values=list(_NO),
            null_values=[],
            strings_can_be_null=False,
        ),
    )
    return _columns(table)


def _columns(table: pa.Table) -> Samples:
    ts, latency = _whole(table["ts"]), _whole(table["latency_ms"])
    if len(ts) and ts.max() > LAST_TS:
        raise _NotPlain
    result = _array(table["ok"].cast(pa.uint8()))
    if "series" not in table.column_names:
        return Samples(ts * 1_000, latency, result, np.zeros(len(ts), np.int32))
    series = table["series"].combine_chunks()
    return Samples(ts * 1_000, latency, result, _array(series.indices), tuple(series.dictionary.to_pylist()))


def _whole(column: pa.ChunkedArray) -> Integers:
    if not pc.all(pc.ascii_is_decimal(column), min_count=0).as_py():
        raise _NotPlain
    whole: Integers = _array(column.cast(pa.int64()))
    return whole


def _array(column: Any) -> Any:
    """A column as numpy sees it, without pandas, which pyarrow's own conversions import where it is installed."""
    chunk = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.from_dlpack(chunk) if len(chunk) else np.empty(0, chunk.type.to_pandas_dtype())


def _strict(text: str, source: str) -> Samples:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    table = _StrictTable(source)
    line = 1
    try:
        for fields in rows:
            if fields:
                table.take(fields, line)
            line = rows.line_num + 1
    except csv.Error as error:
        raise BadInput(str(error), source=source, line=line, remedy="quote as RFC 4180 does") from error
    return table.samples()


class _StrictTable:
    """Takes a CSV file row by row, and refuses it at the first fault."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._header: list[str] = []
        self._at: dict[str, int] = {}
        self._ts: list[int] = []
        self._ok: list[int] = []
        self._latency: list[int] = []
        self._series: list[int] = []
        self._names: dict[str, int] = {}

    def take(self, fields: list[str], line: int) -> None:
        if not self._header:
            self._take_header(fields, line)
            return
        if len(fields) != len(self._header):
            raise BadInput(
                f"{len(fields)} fields under a header of {len(self._header)}",
                source=self._source,
                line=line,
                column=min(len(fields), len(self._header)) + 1,
                value=fields,
                remedy="give every row the header's number of fields",
            )
        self._ts.append(self._whole_number("ts", fields, line, LAST_TS, "Unix seconds from 0 to the year 2999"))
        self._ok.append(self._yes_or_no(fields, line))
        self._latency.append(self._whole_number("latency_ms", fields, line, _LARGEST, "a whole number >= 0"))
        if "series" in self._at:
            self._series.append(self._names.setdefault(fields[self._at["series"]], len(self._names)))

    def samples(self) -> Samples:
        """The columns of what was taken."""
        named = "series" in self._at
        return Samples(
            np.array(self._ts, np.int64) * 1_000,
            np.array(self._latency, np.int64),
            np.array(self._ok, np.uint8),
            np.array(self._series, np.int32) if named else np.zeros(len(self._ts), np.int32),
            tuple(self._names) if named else None,
        )

    def _take_header(self, fields: list[str], line: int) -> None:
        self._header = fields
        for column, name in enumerate(fields, 1):
            if name in self._at:
                raise self._fault(line, column, f"column {name!r} stands twice in the header", name, "keep one of them")
            self._at[name] = column - 1
        missing = [name for name in _NEEDED if name not in self._at]
        if missing:
            raise BadInput(
                f"no column {' and no column '.join(missing)} in the header {','.join(fields)[:200]!r}",
                source=self._source,
                line=line,
                value=fields,
                remedy="begin with a header that names ts, ok and latency_ms, divided by commas",
            )

    def _whole_number(self, name: str, fields: list[str], line: int, largest: int, wanted: str) -> int:
        text = fields[self._at[name]]
        if not re.fullmatch(r"[0-9]+", text):
            raise self._fault(line, self._at[name] + 1, f"{name} {_short(text)} is not {wanted}", text, "")
        if len(text.lstrip("0")) > 19 or int(text) > largest:
            raise self._fault(line, self._at[name] + 1, f"{name} {_short(text)} is too large", text, f"at most {largest}")
        return int(text)

    def _yes_or_no(self, fields: list[str], line: int) -> int:
        text = fields[self._at["ok"]]
        if text not in _YES + _NO:
            raise self._fault(line, self._at["ok"] + 1, f"ok {_short(text)} is not 0, 1, true or false", text, "")
        return int(text in _YES)

    def _fault(self, line: int, column: int, message: str, value: object, remedy: str) -> BadInput:
        return BadInput(message, source=self._source, line=line, column=column, value=value, remedy=remedy)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
