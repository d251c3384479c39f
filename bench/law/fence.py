"""What hostile laws cost the host: each is refused or stopped, and how long and how much memory that took at worst.

Loading is the trial in another process, then the fence here; asking is one question with its own limits. Every law is run in this
very process, through the functions that settlement and routing use, and a law that ships is asked after each: it must answer.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import dataclass

from bench import report
from bench.law.corpus import CASE, HostileLaw, corpus
from governance import laws, trial
from governance.errors import SuretyError
from governance.law import load_law
from governance.trial_report import Found, TrialReport

WITHIN_MS, WITHIN_MIB = 250, 64


@dataclass(frozen=True, slots=True)
class _Cost:
    """Of one law: loading it with its trial and asking it, in milliseconds of the wall and of all processors; a trial's MiB."""

    load_ms: float
    load_processor_ms: float
    ask_ms: float
    ask_processor_ms: float
    trial_mib: float


def rows() -> list[report.Measure]:
    """Runs the whole corpus once. Each law must end in its own error, or the first row misses its target.

    The wall tells the truth on a machine that has nothing else to do; the processor's time does so on a busy one too.
    """
    standard = load_law(laws.read("standard"), "standard")
    trial.examine("decide(_, met, [x]).", "decide/3")  # the process that tries laws is started once, by whichever comes first
    hostile = corpus()
    before_mib = _peak_mib()
    right, costs = 0, []
    for law in hostile:
        as_expected, cost = _run(law)
        costs.append(cost)
        right += as_expected and standard.decide(CASE).tier == 0
    grown_mib = _peak_mib() - before_mib
    within_ms, within_mib = report.at_most(WITHIN_MS), report.at_most(WITHIN_MIB)
    trial_mib = max(each.trial_mib for each in costs)
    return [
        report.measure("hostile laws refused or stopped", right, "laws", target=report.at_least(len(hostile))),
        report.measure("hostile law loaded, median", statistics.median(each.load_ms for each in costs), "ms"),
        report.measure("hostile law loaded, worst", max(each.load_ms for each in costs), "ms", target=within_ms),
        report.measure(
            "hostile law loaded, worst, processor", max(each.load_processor_ms for each in costs), "ms", target=within_ms
        ),
        report.measure("hostile law asked, worst", max(each.ask_ms for each in costs), "ms", target=within_ms),
        report.measure(
            "hostile law asked, worst, processor", max(each.ask_processor_ms for each in costs), "ms", target=within_ms
        ),
        report.measure("memory of the host, all of them", grown_mib, "MiB", target=within_mib),
        report.measure("memory of a trial, worst", trial_mib, "MiB", target=within_mib),
    ]


def _run(law: HostileLaw) -> tuple[bool, _Cost]:
    """Whether it ended as it must, and what it cost. The trial is put a second time, alone, to learn what it takes."""
    as_expected, loaded = False, None
    began = _clocks()
    try:
        loaded = law.load()
    except SuretyError as error:
        as_expected = type(error).__name__ == law.error
    between = _clocks()
    try:
        if loaded:
            law.ask(loaded)
    except SuretyError as error:
        as_expected = type(error).__name__ == law.error
    ended = _clocks()
    tried = _tried(law)
    if not as_expected:
        sys.stdout.write(f"{law.name}: not {law.error}\n")
    return as_expected, _Cost(
        load_ms=between[0] - began[0],
        load_processor_ms=between[1] - began[1] + tried.cpu_ms,
        ask_ms=ended[0] - between[0],
        ask_processor_ms=ended[1] - between[1],
        trial_mib=tried.memory_kib / 1024,
    )


def _clocks() -> tuple[float, float]:
    """The wall's and this process's own, in milliseconds."""
    return time.perf_counter() * 1000, time.process_time() * 1000


def _tried(law: HostileLaw) -> TrialReport:
    try:
        return trial.examine(law.text, "route_inference/2" if law.routes else "decide/3")
    except UnicodeError:  # such a text is refused for its letters, before any trial
        return TrialReport(Found.REFUSED)


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform == "linux" else 1024**2)


if __name__ == "__main__":
    sys.stdout.write(report.table(rows()) + "\n")
