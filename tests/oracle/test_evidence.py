"""Evidence: the same samples give the same file, its name is its content, and counting it again gives the observation."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from governance.errors import BadInput
from governance.terms import parse_terms
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
    import hashlib

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
    import hashlib

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
