"""Evidence: the same samples give the same file, its name is its content, and counting it again gives the observation."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from governance.errors import BadInput
from governance.terms import parse_terms
from oracle import evidence as evidence_module
from oracle.evidence import EvidenceDamaged, EvidenceStore, EvidenceUnavailable, Stretch, read_evidence, recount, to_parquet
from oracle.fold import fold
from oracle.samples import Result, Sample, Samples

STRETCH = Stretch(agreement=2**95, period=3, start_s=600, end_s=1_200, slot_s=60)


def some() -> Samples:
    return Samples.of(
        [
            Sample(600_000, 600_004, 12, Result.OK),
            Sample(660_000, 660_001, 3_000, Result.ERROR, "no whole answer in 3000 ms"),
            Sample(720_000, 720_900, 0, Result.EXCLUDED, "prober: started 900 ms late"),
        ],
        "endpoint",
    )


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    store = EvidenceStore(str(tmp_path / "new" / "folder"))
    found = store.get(store.put(STRETCH, some()))
    assert found.stretch == STRETCH
    assert found.samples.names == ("endpoint",)
    for column in ("scheduled_ms", "started_ms", "latency_ms", "result", "detail"):
        assert getattr(found.samples, column).tolist() == getattr(some(), column).tolist()


def test_the_name_is_the_sha_256_of_the_file(tmp_path: Path) -> None:
    digest = EvidenceStore(str(tmp_path)).put(STRETCH, some())
    assert [path.name for path in tmp_path.iterdir()] == [f"{digest.hex()}.parquet"]


def test_the_same_samples_give_the_same_bytes_in_any_order() -> None:
    backwards = some().where(np.array([2, 1, 0]))
    assert to_parquet(STRETCH, backwards) == to_parquet(STRETCH, some())


def test_samples_outside_the_period_stay_out() -> None:
    outside = Samples.of([Sample(ms, ms, 1, Result.OK) for ms in (599_999, 600_000, 1_199_999, 1_200_000)])
    content = to_parquet(STRETCH, outside)
    assert parquet.read_table(io.BytesIO(content))["scheduled_ms"].to_pylist() == [600_000, 1_199_999]


def test_anybody_can_read_it_as_a_table() -> None:
    table = parquet.read_table(io.BytesIO(to_parquet(STRETCH, some())))
    assert table["slot_ms"].to_pylist() == [600_000, 660_000, 720_000]
    assert table["result"].to_pylist() == ["ok", "error", "excluded"]
    assert table.schema.metadata[b"surety.agreement"] == str(2**95).encode()


def test_putting_again_changes_nothing(tmp_path: Path) -> None:
    store = EvidenceStore(str(tmp_path))
    assert store.put(STRETCH, some()) == store.put(STRETCH, some())
    assert len(list(tmp_path.iterdir())) == 1


def test_any_fsspec_store_will_do() -> None:
    store = EvidenceStore("memory://evidence-test")
    assert len(store.get(store.put(STRETCH, some())).samples) == 3


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    store = EvidenceStore(str(tmp_path))
    digest = store.put(STRETCH, some())
    path = tmp_path / f"{digest.hex()}.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(EvidenceDamaged, match="was asked for"):
        store.get(digest)


def test_missing_evidence_may_be_asked_for_again(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnavailable):
        EvidenceStore(str(tmp_path)).get(bytes(32))


def test_a_file_that_is_no_evidence_is_refused() -> None:
    def refused(content: bytes) -> None:
        with pytest.raises(EvidenceDamaged):
            read_evidence(content, hashlib.sha256(content).digest())

    refused(b"")
    refused(b"PAR1 not really PAR1")
    sound = to_parquet(STRETCH, some())
    refused(sound[:100] + bytes(200) + sound[300:])
    sink = io.BytesIO()
    parquet.write_table(pa.table({"target": ["a"]}), sink)
    refused(sink.getvalue())
    sink = io.BytesIO()
    parquet.write_table(parquet.read_table(io.BytesIO(to_parquet(STRETCH, some()))).replace_schema_metadata(None), sink)
    refused(sink.getvalue())


def written(rows: int, detail: Any, **metadata: object) -> bytes:
    """An evidence file whose samples all say the same."""
    said = {f"surety.{name}": str(value) for name, value in {**asdict(STRETCH), **metadata}.items()}
    zeros = pa.array(np.zeros(rows, np.int64))

    def words(word: str) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([word]))

    columns = {"target": words(""), "slot_ms": zeros, "scheduled_ms": zeros, "started_ms": zeros, "latency_ms": zeros}
    table = pa.table({**columns, "result": words("ok"), "detail": detail if detail is not None else words("")})
    sink = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(said), sink, compression="zstd")
    return sink.getvalue()


def read(content: bytes) -> Any:
    return read_evidence(content, hashlib.sha256(content).digest())


def test_one_long_word_in_every_row_takes_no_more_memory_than_one() -> None:
    rows, word = 20_000, "x" * 100_000  # two gigabytes, spelt out
    detail = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([word]))
    content = written(rows, detail)
    assert len(content) < 10_000
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        samples = read(content).samples
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()
    assert pa.total_allocated_bytes() - before < 50 << 20
    assert (len(samples), samples.detail[0], samples.detail[-1]) == (rows, word, word)


def test_a_file_that_unpacks_to_far_more_than_samples_take_is_refused() -> None:
    rows = 2_000
    plain = pa.array(["x" * 10_000 + str(number) for number in range(rows)])
    content = written(rows, plain.dictionary_encode())
    assert len(content) < 1 << 20
    with pytest.raises(EvidenceDamaged, match="2000 samples in"):
        read(content)


def test_more_samples_than_a_period_can_have_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_module, "MOST_SAMPLES", 2)
    with pytest.raises(EvidenceDamaged, match="3 samples"):
        read(to_parquet(STRETCH, some()))


def test_a_file_that_the_memory_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise MemoryError("no more")

    monkeypatch.setattr(evidence_module, "_samples", full)
    with pytest.raises(EvidenceDamaged):
        read(to_parquet(STRETCH, some()))


def test_a_file_that_is_too_large_is_refused_half_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EvidenceStore(str(tmp_path))
    digest = store.put(STRETCH, some())
    monkeypatch.setattr(evidence_module, "LARGEST_FILE", 100)
    with pytest.raises(EvidenceDamaged, match="more than 100 bytes"):
        store.get(digest)


def test_missing_values_are_refused() -> None:
    gaps = pa.array([None, "a"]).dictionary_encode()
    with pytest.raises(EvidenceDamaged, match="missing"):
        read(written(2, gaps))


@pytest.mark.parametrize("change", [{"end_s": 600}, {"end_s": 10**30}, {"slot_s": 0}, {"start_s": 2**62, "end_s": 2**62 + 1}])
def test_a_stretch_that_no_period_has_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(EvidenceDamaged):
        read(written(2, None, **change))


def test_a_store_that_breaks_in_its_own_way_may_be_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class BucketError(Exception):
        pass

    def fall(*_: Any, **__: Any) -> Any:
        raise BucketError("no route")

    store = EvidenceStore(str(tmp_path))
    monkeypatch.setattr(store, "_files", SimpleNamespace(cat_file=fall, makedirs=fall))
    with pytest.raises(EvidenceUnavailable, match="no route"):
        store.put(STRETCH, some())
    with pytest.raises(EvidenceUnavailable, match="no route"):
        store.get(bytes(32))


def test_a_store_of_no_known_kind_is_refused() -> None:
    with pytest.raises(BadInput):
        EvidenceStore("nosuch://bucket")


@pytest.fixture(scope="module")
def terms(repository: Path) -> Any:
    return parse_terms((repository / "examples" / "demo.yaml").read_text())


SAMPLE = st.builds(
    lambda offset, late, latency, result, detail: Sample(590_000 + offset, 590_000 + offset + late, latency, result, detail),
    st.integers(0, 650_000),
    st.integers(0, 5_000),
    st.integers(0, 2**40),
    st.sampled_from(Result),
    st.sampled_from(["", "status 500", "wrong content", "\u00fc\n"]),
)


@given(st.lists(SAMPLE, max_size=40, unique_by=lambda sample: sample.scheduled_ms), st.sampled_from(["a", None]))
def test_counting_again_gives_the_same_observation(terms: Any, samples: list[Sample], name: str | None) -> None:
    columns = Samples.of(samples, name)
    content = to_parquet(STRETCH, columns)
    evidence = read_evidence(content, hashlib.sha256(content).digest())
    assert recount(evidence, terms) == fold(columns, STRETCH.start_s, STRETCH.end_s, terms)
    assert to_parquet(evidence.stretch, evidence.samples) == content


def test_recorded_samples_make_evidence_too(recorded: Callable[..., Samples]) -> None:
    columns = recorded(5)
    bare = Samples(columns.scheduled_ms, columns.latency_ms, columns.result, columns.series, columns.names)
    start_s = int(columns.scheduled_ms[0]) // 1_000
    table = parquet.read_table(io.BytesIO(to_parquet(Stretch(1, 0, start_s, start_s + 300, 300), bare)))
    assert table["started_ms"].to_pylist() == columns.scheduled_ms.tolist()
    assert set(table["detail"].to_pylist()) == {""}
