"""What hostile laws cost the host: each is refused or stopped, and how long and how much memory that took at worst.

Loading is the trial in another process, then the fence here; asking is one question with its own limits. Every law is run in this
very process, through the functions that settlement and routing use, and a law that ships is asked after each: it must answer.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

from bench import report
from bench.law.corpus import CASE, HostileLaw, corpus
from governance import laws, trial
from governance.errors import SuretyError
from governance.law import load_law

WITHIN_MS, WITHIN_MIB = 250, 64


def rows() -> list[report.Measure]:
    """Runs the whole corpus once. Each law must end in its own error, or the first row misses its target."""
    standard = load_law(laws.read("standard"), "standard")
    trial.examine("decide(_, met, [x]).", "decide/3")  # the process that tries laws is started once, by whichever comes first
    hostile = corpus()
    before_mib = _peak_mib()
    right, here_ms = 0, []
    for law in hostile:
        answered_ms, as_expected = _run(law)
        here_ms.append(answered_ms)
        right += as_expected and standard.decide(CASE).tier == 0
    grown_mib = _peak_mib() - before_mib
    there_mib = [_tried_mib(law) for law in hostile]
    return [
        report.measure("hostile laws refused or stopped", right, "laws", target=report.at_least(len(hostile))),
        report.measure("hostile law, worst", max(here_ms), "ms", target=report.at_most(WITHIN_MS)),
        report.measure("hostile law, median", statistics.median(here_ms), "ms"),
        report.measure("memory of the host, all of them", grown_mib, "MiB", target=report.at_most(WITHIN_MIB)),
        report.measure("memory of a trial, worst", max(there_mib), "MiB", target=report.at_most(WITHIN_MIB)),
        report.measure("memory of a trial, median", statistics.median(there_mib), "MiB"),
    ]


def _run(law: HostileLaw) -> tuple[float, bool]:
    """Milliseconds, and whether it ended as it must."""
    began = time.perf_counter()
    try:
        law.run()
    except SuretyError as error:
        return (time.perf_counter() - began) * 1000, type(error).__name__ == law.error
    return (time.perf_counter() - began) * 1000, False


def _tried_mib(law: HostileLaw) -> float:
    try:
        tried = trial.examine(law.text, "route_inference/2" if law.routes else "decide/3")
    except (SuretyError, UnicodeError):  # some texts are refused for their letters alone, before any trial
        return 0.0
    return tried.memory_kib / 1024


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform == "linux" else 1024**2)


if __name__ == "__main__":
    sys.stdout.write(report.table(rows()) + "\n")
