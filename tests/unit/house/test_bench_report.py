"""Benchmarks report honestly: targets are judged on the figure they name, and the page keeps what is not theirs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import report


def test_the_exponent_of_a_quadratic_cost_is_two() -> None:
    assert report.growth_exponent([(size, 3.0 * size**2) for size in (10, 100, 1000)]) == pytest.approx(2)


def test_a_target_is_judged_on_the_figure_that_it_names() -> None:
    points = [(10, 1.0), (100, 10.0)]
    by_value = report.measure("fold", 5.0, "s", target=report.at_most(4))
    by_ratio = report.measure("fold", 5.0, "s", against=("plain", 2.0), target=report.at_most(4, "ratio"))
    by_exponent = report.measure("fold", 5.0, "s", points=points, target=report.at_most(0.9, "exponent"))
    assert (by_value.met, by_ratio.met, by_exponent.met) == (False, True, False)
    assert by_ratio.ratio == 2.5


def test_a_figure_that_was_not_measured_keeps_no_promise() -> None:
    assert report.measure("fold", 1.0, "s", target=report.at_least(0, "ratio")).met is False


def test_a_missed_target_fails_the_benchmark_after_everything_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n")
    missed = report.measure("fold", 3, "s", target=report.at_most(2))
    assert report.finish("toy", [missed], out=tmp_path / "out", page=page) == 1
    (written,) = json.loads((tmp_path / "out" / "toy.json").read_text())
    assert list(written) == list(report.HEADINGS)
    assert written["met"] is False
    assert "| fold" in page.read_text()
    assert "fold" in capsys.readouterr().err


def test_a_table_is_replaced_between_its_markers_and_the_rest_stays() -> None:
    first = report.with_table("# Page\n", "toy", "one")
    page = f"{first}\nafter\n"
    assert report.with_table(page, "toy", "two") == page.replace("one", "two")
