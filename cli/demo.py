"""``surety demo``: the whole of Surety in a bounded scenario whose outcome is known beforehand, and checked."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.console import Stage, err, print_json, progress
from cli.demo_checks import Audited, audit_all, checks_of, surprises
from cli.demo_dispute import Doubt
from cli.demo_report import DemoResult, show
from cli.demo_totals import costed, totals_of
from cli.history import PeriodHistory, periods_of, read_events
from cli.plan import StackPlan
from cli.stack import LIAR, Stack, running
from cli.state import StateDirectory
from cli.withdrawals import Withdrawals, thaw_everything, withdraw_everything
from governance.errors import RetryableError, SuretyError

KILLED = 3
SILENCED = (2, 3)
MARGIN_S = 12
_KEPT = "kept"
GIB = 1 << 30


class DemoStalled(RetryableError):
    """The scenario did not come to its end in time."""


@dataclass(slots=True)
class Told:
    """What happened while the scenario ran. ``requests`` are the numbers of the providers' requests for their stake."""

    peak_memory_bytes: int = 0
    lines: list[str] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)


def run_demo(periods: int, *, json_: bool) -> bool:
    """Runs the scenario; True when every check of it held."""
    begun = time.monotonic()
    with _folder() as folder:
        plan = StackPlan(StateDirectory(folder), periods=periods)
        with progress("setting up", 10, quiet=json_) as stage, running(plan, stage, liar=LIAR) as stack:
            told = Told()
            _play(stack, stage, told)
            stack.anvil.mine(3)  # what was decided last becomes final, as it would in the next blocks
            stage.at(0, "auditing every period from chain and evidence")
            events = read_events(stack.connection)
            history = periods_of(events)
            audited = audit_all(stack, history, stage)
            stage.at(0, "withdrawing")
            withdrawals = withdraw_everything(stack, told.requests)
            told.peak_memory_bytes = max(told.peak_memory_bytes, stack.memory_bytes())
            result = _result(stack, history, audited, withdrawals, told)
            money = stack.connection.money()
        if not result.held:
            _keep(folder)
    result.seconds = round(time.monotonic() - begun, 1)
    if json_:
        print_json(result.as_json())
    else:
        show(result, money)
    return result.held


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder. Where something went wrong it stays, so that its logs can be read."""
    folder = Path(tempfile.mkdtemp(prefix="surety-demo-"))
    try:
        yield folder
    except SuretyError:
        _keep(folder)
        raise
    finally:
        if not (folder / _KEPT).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path) -> None:
    (folder / _KEPT).touch()
    err.print(f"everything is kept in {folder}; the logs are in {folder / 'logs'}", markup=False)


def _result(stack: Stack, history: list[PeriodHistory], audited: Audited, withdrawals: Withdrawals, told: Told) -> DemoResult:
    totals = totals_of(stack.connection, withdrawals.gas)
    order = {one.agreement: number for number, one in enumerate(stack.founded)}
    checks = checks_of(stack, history, audited, totals)
    checks["memory_within_1_gib"] = told.peak_memory_bytes <= GIB
    return DemoResult(
        names={one.agreement: one.provider.name for one in stack.founded},
        periods=sorted(costed(stack.connection, history), key=lambda one: (order[one.told.agreement], one.told.period)),
        totals=totals,
        checks=checks,
        withdrawals=withdrawals,
        findings=(*audited.findings, *surprises(stack, history)),
        lines=tuple(told.lines),
        peak_memory_mib=told.peak_memory_bytes >> 20,
    )


def _play(stack: Stack, stage: Stage, told: Told) -> None:
    """Lets the periods pass, makes the oracles fail on time, and waits until everything is settled."""
    plan = stack.plan
    start_s = stack.founded[0].start_s
    end_s = start_s + plan.periods * plan.period_s
    over_s = end_s + plan.report_deadline_s + plan.dispute_window_s + MARGIN_S
    acts, doubt = _acts(stack, told, stage), Doubt(stack)
    while not _all_closed(stack):
        now_s = time.time()
        if now_s > over_s:
            raise DemoStalled("not every period was settled in time", remedy="run it again on a quieter machine")
        while acts and now_s >= acts[0].at_s:
            acts.pop(0).do()
        for line in doubt.step(now_s):
            _tell(told, stage, line)
        stack.crew.check()
        told.peak_memory_bytes = max(told.peak_memory_bytes, stack.memory_bytes())
        stage.at(10 * max(0.0, min(1.0, (now_s - start_s) / (over_s - MARGIN_S - start_s))), _now(stack, now_s, start_s, end_s))
        time.sleep(min(0.25, max(0.01, acts[0].at_s - now_s)) if acts else 0.25)


def _now(stack: Stack, now_s: float, start_s: int, end_s: int) -> str:
    if now_s < start_s:
        return f"first period in {start_s - now_s:.0f} s"
    if now_s >= end_s:
        return "last deadline and dispute window"
    return f"period {int(now_s - start_s) // stack.plan.period_s + 1} of {stack.plan.periods}"


def _all_closed(stack: Stack) -> bool:
    pactum = stack.connection.pactum
    return all(pactum.agreement_of(one.agreement).closed for one in stack.founded)


@dataclass(frozen=True, slots=True)
class _Act:
    at_s: float
    do: Callable[[], None]


def _acts(stack: Stack, told: Told, stage: Stage) -> list[_Act]:
    """When which oracle fails: one is killed in every odd period and started again; at the end two stay away."""
    plan, start_s = stack.plan, stack.founded[0].start_s
    acts = []
    for period in range(plan.periods - 1):
        begin = start_s + period * plan.period_s
        if period % 2:
            acts.append(_Act(begin + plan.period_s * 0.3, _killing(stack, told, stage, period)))
            acts.append(_Act(begin + plan.period_s * 0.5, _restarting(stack, told, stage, period)))
        else:
            line = f"period {period}: oracle {LIAR} swears that every provider is down"
            acts.append(_Act(begin, lambda line=line: _tell(told, stage, line)))  # type: ignore[misc]
    last = start_s + (plan.periods - 1) * plan.period_s
    acts.append(_Act(last + plan.period_s * 0.1, _thawing(stack, told, stage, plan.periods - 1)))
    acts.append(_Act(last + plan.period_s * 0.5, _silencing(stack, told, stage, plan.periods - 1)))
    return acts


def _killing(stack: Stack, told: Told, stage: Stage, period: int) -> Callable[[], None]:
    def act() -> None:
        stack.crew.kill(f"oracle-{KILLED}")
        _tell(told, stage, f"period {period}: oracle {KILLED} is killed")

    return act


def _restarting(stack: Stack, told: Told, stage: Stage, period: int) -> Callable[[], None]:
    def act() -> None:
        stack.start_oracle(KILLED)
        _tell(told, stage, f"period {period}: oracle {KILLED} starts again")

    return act


def _thawing(stack: Stack, told: Told, stage: Stage, period: int) -> Callable[[], None]:
    def act() -> None:
        told.requests = thaw_everything(stack)
        _tell(told, stage, f"period {period}: every provider asks for its stake, which goes on backing what it backs")

    return act


def _silencing(stack: Stack, told: Told, stage: Stage, period: int) -> Callable[[], None]:
    def act() -> None:
        for member in SILENCED:
            stack.crew.kill(f"oracle-{member}")
        _tell(told, stage, f"period {period}: oracles {SILENCED[0]} and {SILENCED[1]} are down; no quorum, no report")

    return act


def _tell(told: Told, stage: Stage, line: str) -> None:
    told.lines.append(line)
    stage.say(line)
