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
        ("eu_health", "strategy(_, cost_first).", "strategy(_, latency_first)."),
        ("eu_health", "NoticeS >= 0.", "NoticeS > 0."),
        ("hipaa_residency", "    jurisdiction(Request, us),\n", ""),
        ("hipaa_residency", "provider_capacity(Provider, spot).", "provider_capacity(Provider, reserved)."),
        ("hipaa_residency", "keeps_personal_data(hipaa).", ""),
        ("hipaa_residency", "    provider_in_country(Provider, Country),\n", "    provider_in_country(_, Country),\n"),
        ("hipaa_residency", "amendment_seat(Amendment, routing)", "amendment_seat(Amendment, settlement)"),
        ("eu_documentation", "provider_compliant(Provider, dora_audit).", "provider_compliant(Provider, gdpr)."),
        ("eu_documentation", "    sector(Request, finance),\n", ""),
        ("eu_documentation", "risk_class(Request, high),", "risk_class(Request, limited),"),
        ("eu_documentation", "european(Request) :- country(Request, Place), of_the_union(Place).", ""),
        ("eu_documentation", "of_the_union(fr).", ""),
        ("confidential", "    confidentiality(Request, confidential),\n", ""),
        ("confidential", "guarded(Request) :- data_classification(Request, phi).", ""),
        ("confidential", "country_of_origin", "abroad"),
        ("spot_batch", "Price =< 1_500_000.", "Price < 1_500_000."),
        ("spot_batch", "Price =< 1_500_000.", "Price =< 1_500_001."),
        ("spot_batch", "P95 =< Target.", "P95 < Target."),
        ("spot_batch", "    Price =< Ceiling.\n", "    Price < Ceiling.\n"),
        ("spot_batch", "    p95_target_ms(Request, _).\n", "    true.\n"),
        ("aws_ec2_instance", "Good * 1000 >= All * 995.", "Good * 1000 > All * 995."),
        ("cloudflare_r2_queues", "Good * 100 < All * 99.", "Good * 100 < All * 99 + 1."),
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
