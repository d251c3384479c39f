"""The demo, as the installed command runs it: every check of it holds, and it leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PERIODS = 4
PROVIDERS = {"steady", "sluggish", "flaky", "failing", "dark"}


@pytest.fixture(scope="module")
def result(repository, tmp_path_factory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [str(repository / ".venv" / "bin" / "surety"), "demo", "--json", "--periods", str(PERIODS)],
        cwd=home,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert done.returncode == 0, {name: held for name, held in found["checks"].items() if not held}
    found["left_files"] = [str(path) for path in Path(home).rglob("*")]
    found["left_processes"] = [process.pid for process in psutil.process_iter() if is_of(home, process)]
    return found


def is_of(home: Path, process: psutil.Process) -> bool:
    """Whether a process was started by this demo: all of its processes inherit its home."""
    try:
        return process.environ().get("HOME") == str(home)
    except psutil.Error:
        return False


def test_every_check_of_the_demo_holds(result):
    assert result["checks"]
    assert all(result["checks"].values()), result["checks"]


def test_the_demo_has_a_row_for_every_agreement_and_period(result):
    rows = {(row["name"], row["period"]) for row in result["periods"]}
    assert rows == {(name, period) for name in PROVIDERS for period in range(PERIODS)}
    assert all(row["gas"] and row["transaction"].startswith("0x") for row in result["periods"])


def test_each_fee_is_divided_to_the_unit(result):
    fee = 100 * 10**6
    for row in result["periods"]:
        from_deposit = max(0, int(row["customer"]) - 70 * 10**6) if row["credit_bps"] == 10_000 else 0
        shares = sum(int(row[share]) for share in ("provider", "validators", "dao", "customer", "winner"))
        assert shares - from_deposit == fee, row


def test_in_equals_out_to_the_unit(result):
    totals = {name: int(value) for name, value in result["totals"].items()}
    assert totals["in"] == totals["out"] + totals["left"]
    assert 0 <= totals["left"] - totals["member_bonds"] < 4


def test_the_disputed_row_was_ruled_on_and_its_bond_went_half_to_the_provider(result):
    (row,) = [row for row in result["periods"] if row["disputed"]]
    assert (row["name"], row["period"], row["outcome"]) == ("steady", 1, "met")
    assert int(result["totals"]["disputes_out"]) * 2 == int(result["totals"]["disputes_in"]) > 0


def test_the_last_period_has_no_report_and_pays_no_validator(result):
    last = [row for row in result["periods"] if row["period"] == PERIODS - 1]
    assert {(row["outcome"], row["expired"], row["validators"]) for row in last} == {("no_data", True, "0")}


def test_the_demo_keeps_to_its_memory(result):
    assert 0 < result["peak_memory_mib"] <= 1_024


def test_the_demo_leaves_no_process_and_no_file(result):
    assert result["left_processes"] == []
    assert result["left_files"] == []
