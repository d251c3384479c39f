"""A shape that costs more, is new or is gone does not pass unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import gas_check

SNAPSHOT = {"opening": 200_000, "a row": 10_000}


def test_equal_and_lower_figures_pass_and_one_percent_is_tolerated() -> None:
    assert list(gas_check.objections(SNAPSHOT, SNAPSHOT)) == []
    assert list(gas_check.objections({"opening": 202_000, "a row": 5_000}, SNAPSHOT)) == []


@pytest.mark.parametrize(
    ("measured", "objection"),
    [
        (SNAPSHOT | {"opening": 202_001}, "opening: 202,001 gas, +1.0% against the snapshot's 200,000"),
        (SNAPSHOT | {"claim": 1}, "claim: is not in the snapshot"),
        ({"opening": 200_000}, "a row: is in the snapshot and was not measured"),
    ],
)
def test_anything_else_is_said(measured: dict[str, int], objection: str) -> None:
    assert list(gas_check.objections(measured, SNAPSHOT)) == [objection]


def test_nothing_measured_is_no_success() -> None:
    assert list(gas_check.objections({}, {})) == ["nothing was measured"]


def test_the_snapshot_is_written_and_then_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gas_check, "MEASURED", tmp_path / "gas.json")
    monkeypatch.setattr(gas_check, "SNAPSHOT", tmp_path / "snapshot.json")
    assert gas_check.main([]) == 2
    lines = [{"measure": "opening", "value": 100.4, "unit": "gas"}, {"measure": "time", "value": 3, "unit": "s"}]
    (tmp_path / "gas.json").write_text(json.dumps(lines))
    assert gas_check.main([]) == 1
    assert "UPDATE=1" in capsys.readouterr().err
    assert gas_check.main(["--update"]) == 0
    assert json.loads((tmp_path / "snapshot.json").read_text()) == {"opening": 100}
    assert gas_check.main([]) == 0
    assert "+0.00%" in capsys.readouterr().out


def test_the_committed_snapshot_has_what_was_promised(repository: Path) -> None:
    snapshot = json.loads((repository / "bench" / "gas" / "snapshot.json").read_text())
    assert any("100 rows" in shape for shape in snapshot)
    assert min(snapshot.values()) > 0
