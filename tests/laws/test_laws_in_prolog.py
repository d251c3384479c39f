"""The laws' own tests, run by SWI-Prolog alone: what Prolog sees is what Python is told."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

RUN = "current_prolog_flag(argv, Arguments), append(_, ['files:'|Files], Arguments), load_files(Files), run_tests, halt"
TESTS = sorted(path.stem for path in Path(__file__).parent.glob("*.plt"))


def run_tests(law: Path, tests: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["swipl", "-f", "none", "-g", RUN, "-t", "halt(1)", "--", "files:", str(law), str(tests)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_shipped_law_has_tests_of_its_own(repository: Path) -> None:
    assert sorted(path.stem for path in (repository / "governance" / "laws").glob("*.pl")) == TESTS


@pytest.mark.parametrize("name", TESTS)
def test_a_law_passes_its_own_tests(repository: Path, name: str) -> None:
    done = run_tests(repository / "governance" / "laws" / f"{name}.pl", Path(__file__).parent / f"{name}.plt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tests passed" in done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("standard", "Good * Denominator < Numerator * All.", "Good * Denominator =< Numerator * All."),
        ("standard", "Good * Denominator >= Numerator * All.", "Good * Denominator > Numerator * All."),
        ("standard", "Samples < Minimum.", "Samples =< Minimum."),
        ("standard", "CreditBps is max(UptimeBps, LatencyBps)", "CreditBps is min(UptimeBps, LatencyBps) - 1"),
        ("standard", "covered(_, share(0, _)).", "covered(share(0, 0), _)."),
        ("eu_health", "Price =< 1_500_000.", "Price < 1_500_000."),
        ("eu_health", "provider_jurisdiction(Provider, us).", "provider_jurisdiction(Provider, cn)."),
        ("eu_health", "provider_compliant(Provider, hipaa).", "provider_compliant(Provider, gdpr)."),
        ("eu_health", "    provider_compliant(Provider, gdpr),\n", ""),
        ("eu_health", "    data_classification(Request, phi),\n", ""),
    ],
)
def test_a_broken_line_breaks_a_test(repository: Path, tmp_path: Path, name: str, right: str, wrong: str) -> None:
    text = (repository / "governance" / "laws" / f"{name}.pl").read_text()
    assert right in text
    broken = tmp_path / f"{name}.pl"
    broken.write_text(text.replace(right, wrong))
    done = run_tests(broken, Path(__file__).parent / f"{name}.plt")
    assert done.returncode == 1
    failed, passed = re.search(r"(\d+) tests? failed\n% (\d+) tests? passed", done.stdout + done.stderr).groups()  # type: ignore[union-attr]
    assert 0 < int(failed) < int(passed)
