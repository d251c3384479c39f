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
MOST_SAMPLES = 10_000_000  # more than a probe every 300 ms for a month; others may have written the file
_TEXT = pa.dictionary(pa.int32(), pa.string())
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
        except OSError as error:
            raise EvidenceUnavailable(f"evidence cannot be written: {error}", value=self._root) from error
        return digest

    def get(self, digest: bytes) -> Evidence:
        """The evidence of a name, checked against it. Raises EvidenceUnavailable, EvidenceDamaged."""
        path = self._path(digest)
        try:
            content = bytes(self._files.cat_file(path))
        except OSError as error:
            raise EvidenceUnavailable(f"no evidence 0x{digest.hex()}", value=path, remedy="ask another keeper of it") from error
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
    if (found := hashlib.sha256(content).digest()) != digest:
        raise EvidenceDamaged(f"this file is 0x{found.hex()}", value=found, remedy=f"0x{digest.hex()} was asked for")
    try:
        table = _read(content)
        return Evidence(_stretch(table.schema.metadata or {}), _samples(table))
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
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
    file = parquet.ParquetFile(pa.BufferReader(content))
    if file.metadata.num_rows > MOST_SAMPLES:
        raise ValueError(f"{file.metadata.num_rows} samples")
    return file.read()


def _stretch(metadata: dict[bytes, bytes]) -> Stretch:
    return Stretch(**{name: _number(metadata[f"{_PREFIX}{name}".encode()]) for name in Stretch.__dataclass_fields__})


def _number(text: bytes) -> int:
    if not re.fullmatch(rb"[0-9]{1,40}", text):
        raise ValueError(f"{text[:40]!r} is not a whole number")
    return int(text)


def _samples(table: Any) -> Samples:
    if table.schema.names != _SCHEMA.names:
        raise ValueError(f"columns {table.schema.names}")
    by_name = {name: result for result, name in _RESULTS.items()}
    targets = table["target"].to_pylist()
    names = sorted(set(targets))
    number = {name: index for index, name in enumerate(names)}
    whole = {name: np.array(table[name].to_pylist(), np.int64) for name in ("scheduled_ms", "started_ms", "latency_ms")}
    return Samples(
        scheduled_ms=whole["scheduled_ms"],
        latency_ms=whole["latency_ms"],
        result=np.array([by_name[word] for word in table["result"].to_pylist()], np.uint8),
        series=np.array([number[name] for name in targets], np.int32),
        names=tuple(names),
        started_ms=whole["started_ms"],
        detail=np.array(table["detail"].to_pylist(), np.object_),
    )
