"""The samples of one agreement-period, kept so that anybody can count again: one Parquet file, named by its own SHA-256.

A row is a sample: ``target``, ``slot_ms`` (where its slot begins), ``scheduled_ms``, ``started_ms``, ``latency_ms``, ``result``
(ok, error, excluded), ``detail``; by target and scheduled time. Results are as they were measured: what maintenance excludes
follows from the terms. The file's metadata say whose period it is. The same samples give the same bytes, so that a crash
between writing and signing leaves nothing to clean up.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem
from pyarrow import parquet

from governance.errors import BadInput, RetryableError
from governance.terms import Terms
from oracle.fold import Counts, fold, slot_start_ms
from oracle.samples import Result, Samples

_RESULTS = {result: result.name.lower() for result in Result}
_PREFIX = "surety."
# Others may have written a file, and one of a few kilobytes can unpack to anything: it is measured before it is read.
MOST_SAMPLES = 10_000_000  # more than a probe every 300 ms for a month
LARGEST_FILE = 1 << 28
_LARGEST_UNPACKED = 1 << 30
_UNPACKED_SAMPLE = 512  # the most bytes that a sample takes, on average
_UNPACKED_ANYWAY = 1 << 20
_LATEST_S = 1 << 40  # no agreement lasts beyond it
_TEXT = pa.dictionary(pa.int32(), pa.string())
_TEXT_COLUMNS = ["target", "result", "detail"]
_SCHEMA = pa.schema(
    [
        ("target", _TEXT),
        ("slot_ms", pa.int64()),
        ("scheduled_ms", pa.int64()),
        ("started_ms", pa.int64()),
        ("latency_ms", pa.int64()),
        ("result", _TEXT),
        ("detail", _TEXT),
    ]
)


class EvidenceUnavailable(RetryableError):
    """The evidence store does not answer, or does not have the file (yet)."""


class EvidenceDamaged(BadInput):
    """A file whose content is not what its name says, or that is no evidence."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whose samples a file holds: a period ``[start_s, end_s)`` of an agreement, in slots of ``slot_s`` seconds."""

    agreement: int
    period: int
    start_s: int
    end_s: int
    slot_s: int


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """What a file holds."""

    stretch: Stretch
    samples: Samples


class EvidenceStore:
    """Evidence files under one fsspec URL: a folder, or a bucket."""

    def __init__(self, url: str) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise BadInput(f"no evidence store: {error}", value=url, remedy="give a folder, or an fsspec URL") from error

    def put(self, stretch: Stretch, samples: Samples) -> bytes:
        """Keeps the samples of a period; the SHA-256 that names them. Raises EvidenceUnavailable."""
        content = to_parquet(stretch, samples)
        digest = hashlib.sha256(content).digest()
        try:
            self._write(self._path(digest), content)
        except Exception as error:  # each kind of store has errors of its own
            raise EvidenceUnavailable(f"evidence cannot be written: {_told(error)}", value=self._root) from error
        return digest

    def get(self, digest: bytes) -> Evidence:
        """The evidence of a name, checked against it. Raises EvidenceUnavailable, EvidenceDamaged."""
        path = self._path(digest)
        try:
            content = bytes(self._files.cat_file(path, start=0, end=LARGEST_FILE + 1))
        except Exception as error:  # each kind of store has errors of its own
            raise EvidenceUnavailable(
                f"no evidence 0x{digest.hex()}: {_told(error)}", value=path, remedy="ask another keeper of it"
            ) from error
        return read_evidence(content, digest)

    def _path(self, digest: bytes) -> str:
        return f"{self._root.rstrip('/')}/{digest.hex()}.parquet"

    def _write(self, path: str, content: bytes) -> None:
        self._files.makedirs(self._root, exist_ok=True)
        if not isinstance(self._files, LocalFileSystem):
            self._files.pipe_file(path, content)  # an object store shows a file whole or not at all
            return
        draft = f"{path}.{os.getpid()}.draft"
        self._files.pipe_file(draft, content)
        Path(draft).replace(path)


def read_evidence(content: bytes, digest: bytes) -> Evidence:
    """The evidence in a file's bytes, if they are those that the digest names. Raises EvidenceDamaged."""
    if len(content) > LARGEST_FILE:
        raise EvidenceDamaged(f"a file of more than {LARGEST_FILE} bytes", value=digest.hex(), remedy="no evidence is as large")
    if (found := hashlib.sha256(content).digest()) != digest:
        raise EvidenceDamaged(f"this file is 0x{found.hex()}", value=found, remedy=f"0x{digest.hex()} was asked for")
    try:
        table = _read(content)
        return Evidence(_stretch(table.schema.metadata or {}), _samples(table))
    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError, ArithmeticError, MemoryError) as error:
        raise EvidenceDamaged(f"no evidence file: {error}", value=digest.hex(), remedy="ask its oracle for the file") from error


def recount(evidence: Evidence, terms: Terms) -> Counts:
    """What these samples come to under these terms: equals the signed observation, or the oracle lied or erred."""
    return fold(evidence.samples, evidence.stretch.start_s, evidence.stretch.end_s, terms)


def to_parquet(stretch: Stretch, samples: Samples) -> bytes:
    """The file of a period: those of the samples that are scheduled in it."""
    time = samples.scheduled_ms
    inside = samples.where((time >= stretch.start_s * 1_000) & (time < stretch.end_s * 1_000)).by_time()
    metadata = {f"{_PREFIX}{name}": str(value) for name, value in asdict(stretch).items()}
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(sink, _SCHEMA.with_metadata(metadata), compression="zstd", version="2.6") as writer:
        writer.write_table(_table(inside, stretch.slot_s).replace_schema_metadata(metadata))
    return bytes(sink.getvalue())


def _table(samples: Samples, slot_s: int) -> Any:
    started = samples.scheduled_ms if samples.started_ms is None else samples.started_ms
    detail = np.full(len(samples), "", np.object_) if samples.detail is None else samples.detail
    names = samples.names or ("",)
    columns = [
        _texts([names[number] for number in samples.series.tolist()]),
        _whole(slot_start_ms(samples.scheduled_ms, slot_s)),
        _whole(samples.scheduled_ms),
        _whole(started),
        _whole(samples.latency_ms),
        _texts([_RESULTS[Result(number)] for number in samples.result.tolist()]),
        _texts(detail.tolist()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _whole(values: Any) -> Any:
    """An Arrow column over numpy's memory, without pandas, which pyarrow's own conversion imports where it is installed."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values, np.int64))])


def _texts(values: list[str]) -> Any:
    """A dictionary column whose words stand in alphabetical order."""
    words = sorted(set(values))
    number = {word: index for index, word in enumerate(words)}
    indices = np.array([number[value] for value in values], np.int32)
    encoded = [word.encode() for word in words]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    dictionary = pa.Array.from_buffers(pa.string(), len(words), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))])
    return pa.DictionaryArray.from_arrays(
        pa.Array.from_buffers(pa.int32(), len(indices), [None, pa.py_buffer(indices)]), dictionary
    )


def _read(content: bytes) -> Any:
    """The table, its words as dictionaries: spelt out, one long word in every row would fill the memory."""
    file = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=_TEXT_COLUMNS)
    found, rows = file.schema_arrow, file.metadata.num_rows
    if found.remove_metadata() != _SCHEMA:
        raise ValueError(f"columns {found.names}")
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    unpacked = sum(group.column(number).total_uncompressed_size for group in groups for number in range(group.num_columns))
    if rows > MOST_SAMPLES or unpacked > min(_LARGEST_UNPACKED, _UNPACKED_ANYWAY + rows * _UNPACKED_SAMPLE):
        raise ValueError(f"{rows} samples in {unpacked} bytes")
    return file.read(columns=[name for name in _SCHEMA.names if name != "slot_ms"], use_threads=False)


def _stretch(metadata: dict[bytes, bytes]) -> Stretch:
    found = Stretch(**{name: _number(metadata[f"{_PREFIX}{name}".encode()]) for name in Stretch.__dataclass_fields__})
    if not (found.start_s < found.end_s <= _LATEST_S and 0 < found.slot_s <= _LATEST_S):
        raise ValueError(f"no period is {found}")
    return found


def _number(text: bytes) -> int:
    if not re.fullmatch(rb"[0-9]{1,40}", text):
        raise ValueError(f"{text[:40]!r} is not a whole number")
    return int(text)


def _samples(table: Any) -> Samples:
    names, series = _words(table["target"])
    results, result = _words(table["result"])
    details, detail = _words(table["detail"])
    by_name = {name: int(result) for result, name in _RESULTS.items()}
    return Samples(
        scheduled_ms=_numbers(table["scheduled_ms"]),
        latency_ms=_numbers(table["latency_ms"]),
        result=np.array([by_name[word] for word in results], np.uint8)[result],
        series=series,
        names=names,
        started_ms=_numbers(table["started_ms"]),
        detail=np.array(details, np.object_)[detail],
    )


def _words(column: Any) -> tuple[tuple[str, ...], Any]:
    """The words that stand in a dictionary column, in alphabetical order, and for every row the number of its word."""
    column.validate(full=True)
    found = column.unify_dictionaries().combine_chunks()
    spelt = found.dictionary.to_pylist()
    numbers = _column(found.indices, np.int32)
    used = {spelt[number] for number in np.unique(numbers).tolist()}
    words = tuple(sorted(used))
    place = {word: index for index, word in enumerate(words)}
    return words, np.array([place.get(word, 0) for word in spelt], np.int32)[numbers]


def _numbers(column: Any) -> Any:
    return _column(column.combine_chunks(), np.int64)


def _column(array: Any, kind: Any) -> Any:
    """An Arrow column as numpy's, without pandas again."""
    if array.null_count:
        raise ValueError(f"{array.null_count} missing values")
    if not len(array):
        return np.zeros(0, kind)
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)].copy()


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
