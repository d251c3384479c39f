"""Set up everything that ``make demo`` (``run``), ``make test`` (``dev``) or ``make prove`` (``prove``) needs.

Does nothing where all is in place. Standard library only: this is what runs before there is anything else.
"""

from __future__ import annotations

import contextlib
import fcntl
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.set_up.machine import Machine, StepFailed
from tools.set_up.steps import NodeTools, Prolog, ProofTools, PythonEnvironment, Step, Uv

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILES = ("run", "dev", "prove")


def main(arguments: list[str]) -> int:
    """Bring the profile's steps about, in order. Returns 0, 1 where a step could not be done, 2 for a wrong call."""
    profile = arguments[0] if arguments else "dev"
    if profile not in PROFILES or len(arguments) > 1:
        sys.stderr.write(f"setup: {' '.join(arguments)!r} is no profile; call tools/setup with one of: {', '.join(PROFILES)}\n")
        return 2
    machine = Machine(ROOT)
    with _one_at_a_time(machine):
        return bring_about(machine, plan(profile))


def plan(profile: str) -> list[Step]:
    """The steps of a profile, each after those that it needs."""
    if profile == "prove":
        return [*plan("dev"), ProofTools()]
    return [Uv(), PythonEnvironment(profile), Prolog(), NodeTools()]


def bring_about(machine: Machine, steps: list[Step]) -> int:
    """Do the steps that are not done. Returns 0, or 1 after saying which step failed, why, and what would do it."""
    if all(step.is_done(machine) for step in steps):
        return 0
    machine.say("something is missing or has changed; this takes a minute or two, and the next time no time at all")
    for number, step in enumerate(steps, start=1):
        machine.step = f"{number}/{len(steps)} {step.name}"
        if step.is_done(machine):
            machine.say("in place")
            continue
        try:
            step.do(machine)
        except StepFailed as failure:
            sys.stderr.write(f"setup: {machine.step}: cannot be done: {failure.why}\n")
            sys.stderr.write(f"  this would do it: {failure.command}\n  then give the same make command again\n")
            return 1
    machine.step = ""
    machine.say("done")
    return 0


@contextlib.contextmanager
def _one_at_a_time(machine: Machine) -> Iterator[None]:
    machine.home.mkdir(exist_ok=True)
    with (machine.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file, also when this process is killed
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
