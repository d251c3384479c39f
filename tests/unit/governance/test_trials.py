"""The first run of a law that nobody knows: in another process, whose death or silence is an error and never a yes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from governance import law as law_module
from governance import laws, trial
from governance.case import Case
from governance.errors import RetryableError
from governance.law import Law, LawCrashed, LawFault, LawRefused, load_law
from governance.trial import TrialRoom, TrialUnavailable
from governance.trial_report import Found, TrialReport, frame_of

MET = "decide(_, met, [x])"
EXAMINE = f"""
from governance import trial
trial.examine("{MET}.", "decide/3")
print(trial._ROOM._process.pid, flush=True)
input()
"""
LINUX = sys.platform == "linux"


@pytest.fixture
def room() -> Iterator[TrialRoom]:
    room = TrialRoom()
    yield room
    room.close()


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Has all trials end in the given report; gives the list of the texts that were tried."""

    def end_in(report: TrialReport) -> list[str]:
        tried: list[str] = []

        def examine(text: str, entry: str) -> TrialReport:
            tried.append(text)
            return report

        monkeypatch.setattr(trial, "examine", examine)
        monkeypatch.setattr(law_module, "_LOADED", law_module._Loaded())
        return tried

    return end_in


def process_of(room: TrialRoom) -> psutil.Process:
    assert room._process is not None
    return psutil.Process(room._process.pid)


def run(repository: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own, in which processes may be forked and killed."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_law_that_nobody_knows_is_tried_once_and_one_that_ships_never(reports: Callable[..., list[str]]) -> None:
    tried = reports(TrialReport(Found.ADMITTED))
    load_law(laws.read("standard"))
    assert tried == []
    for _ in range(3):
        load_law(f"{MET}. % known by now")
    assert tried == [f"{MET}. % known by now"]


@pytest.mark.parametrize(
    ("report", "error", "words"),
    [
        (TrialReport(Found.REFUSED, 8, "not so"), LawRefused, r"^mine:1:9: not so"),
        (TrialReport(Found.LIMIT, message="no end"), LawRefused, r"^mine: no end; a law has a fifth of a second"),
        (TrialReport(Found.CRASH, message="ended by signal 11"), LawCrashed, r"^mine: ended by signal 11; it was not loaded"),
    ],
)
def test_what_a_trial_says_against_a_law_is_remembered_and_said_again(
    report: TrialReport, error: type[Exception], words: str, reports: Callable[..., list[str]]
) -> None:
    tried = reports(report)
    for _ in range(2):
        with pytest.raises(error, match=words):
            load_law(f"{MET}. % spoken against", "mine")
    assert len(tried) == 1


def test_a_crash_is_a_fault_of_its_own_beside_failure_exception_and_limit() -> None:
    assert issubclass(LawCrashed, LawFault)
    kinds = {law_module.LawFailed, law_module.LawError, law_module.LawLimit, LawCrashed}
    assert not any(issubclass(one, other) for one in kinds for other in kinds if one is not other)


def test_a_law_that_could_not_be_tried_is_not_loaded_and_may_be_tried_again(reports: Callable[..., list[str]]) -> None:
    tried = reports(TrialReport(Found.BUSY))
    for _ in range(2):
        with pytest.raises(TrialUnavailable, match="too busy") as error:
            load_law(f"{MET}. % no time")
        assert isinstance(error.value, RetryableError)
    assert len(tried) == 2


def test_refusals_are_remembered_up_to_a_bound(reports: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    tried = reports(TrialReport(Found.REFUSED, 0, "no"))
    monkeypatch.setattr(law_module, "_KEPT_REFUSALS", 2)
    for text in ("a.", "b.", "c.", "c.", "b.", "a."):
        with pytest.raises(LawRefused):
            load_law(text)
    assert tried == ["a.", "b.", "c.", "a."]


def test_a_law_on_trial_holds_up_none_that_is_loaded(
    reports: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, make_case: Callable[..., Case]
) -> None:
    reports(TrialReport(Found.ADMITTED))
    load_law(f"{MET}. % loaded")
    begun, enough = threading.Event(), threading.Event()

    def examine(text: str, entry: str) -> TrialReport:
        begun.set()
        enough.wait(30)
        return TrialReport(Found.ADMITTED)

    monkeypatch.setattr(trial, "examine", examine)
    slow = threading.Thread(target=load_law, args=(f"{MET}. % on trial",))
    slow.start()
    assert begun.wait(30)
    assert load_law(f"{MET}. % loaded").decide(make_case()).clauses == ("x",)
    enough.set()
    slow.join()


def test_every_question_of_a_trial_is_put_to_laws_like_those_that_ship(room: TrialRoom) -> None:
    amended = "\npermit_amendment(A) :- amendment_notice_s(A, S), S >= 0.\naccept_establishment(A) :- amendment_revision(A, _).\n"
    settling = room.examine(laws.read("standard") + "% other", "decide/3")
    routing = room.examine(laws.read("eu_health") + amended, "route_inference/2")
    assert settling.found is routing.found is Found.ADMITTED
    assert settling.asked[:4] == tuple(f"decide/3 {number} ended" for number in (1, 2, 3, 4))
    assert routing.asked[:8] == tuple(f"route_inference/2 {number} ended" for number in range(1, 9))
    assert {"permit_amendment/1 1 ended", "accept_establishment/1 1 ended"} <= set(routing.asked)


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("loop", "inferences"),
        ("append(X, [a], Y), X == Y", "time"),
        ("length(_, 100_000_000)", "private_table_space|stack|global"),
        ("X is 1 // 0, X > 1", "error"),
        ("fail", "ended"),
    ],
)
def test_a_law_without_an_answer_is_admitted_once_it_was_stopped(body: str, end: str, room: TrialRoom) -> None:
    report = room.examine(f"loop :- loop.\n{MET} :- {body}.", "decide/3")
    assert report.found is Found.ADMITTED
    assert report.asked[0].removeprefix("decide/3 1 ") in end.split("|")


def test_a_trial_tells_the_place_of_what_is_wrong(room: TrialRoom) -> None:
    report = room.examine(f"% a law\n{MET} :- halt.", "decide/3")
    assert (report.found, report.offset, report.message) == (Found.REFUSED, 31, "halt/0 may not be called by a law")
    assert room.examine(f"{MET}.", "route_inference/2").message == "route_inference/2 is missing"


def test_the_process_holds_nothing_of_ours_but_two_pipes(room: TrialRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURETY_PASSWORD", "secret")
    with Path(__file__).open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        room.examine(f"{MET}.", "decide/3")
    process = process_of(room)
    assert "SURETY_PASSWORD" not in process.environ()
    assert process.cwd() == "/"
    assert process.open_files() == []
    assert process.net_connections() == []
    assert process.num_threads() == 1
    assert process.children() == []


def test_laws_are_tried_for_a_process_that_ignores_its_children_and_blocks_signals(repository: Path) -> None:
    script = f"""
        import signal
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
        from governance import trial
        report = trial.examine("{MET} :- append(X, [a], Y), X == Y.", "decide/3")
        print(report.found, report.asked[0])
    """
    done = run(repository, script)
    assert done.stdout == "admitted decide/3 1 time\n", done.stderr


def test_a_process_that_died_is_replaced(room: TrialRoom) -> None:
    room.examine(f"{MET}.", "decide/3")
    first = process_of(room)
    first.kill()
    psutil.wait_procs([first], timeout=30)
    assert room.examine(f"{MET}.", "decide/3").found is Found.ADMITTED
    assert process_of(room).pid != first.pid


def test_a_process_that_does_not_answer_is_ended_and_nothing_is_admitted(
    room: TrialRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.examine(f"{MET}.", "decide/3")
    first = process_of(room)
    first.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(trial, "ANSWER_WITHIN_S", 0.0)
    with pytest.raises(TrialUnavailable, match="does not answer"):
        room.examine(f"{MET}.", "decide/3")
    assert psutil.wait_procs([first], timeout=30)[1] == []


def test_where_no_process_can_be_started_no_law_is_admitted(
    room: TrialRoom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "absent"))
    with pytest.raises(TrialUnavailable, match="cannot be started"):
        room.examine(f"{MET}.", "decide/3")
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\n")
    silent.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(silent))
    with pytest.raises(TrialUnavailable, match="does not start"):
        room.examine(f"{MET}.", "decide/3")


def test_a_room_may_be_closed_at_any_time_and_opened_again(room: TrialRoom) -> None:
    room.close()
    room.examine(f"{MET}.", "decide/3")
    process = process_of(room)
    room.close()
    room.close()
    assert not process.is_running()
    assert room.examine(f"{MET}.", "decide/3").found is Found.ADMITTED


@pytest.mark.skipif(not LINUX, reason="only Linux ends a child with its parent")
def test_the_process_ends_with_the_one_that_it_serves(repository: Path) -> None:
    host = subprocess.Popen(
        [
            sys.executable,
            "-c",
            EXAMINE,
        ],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with host:
        assert host.stdout is not None
        process = psutil.Process(int(host.stdout.readline()))
        host.kill()
    assert psutil.wait_procs([process], timeout=30)[1] == []


CHILD = """
import ctypes, os, time
from governance import trial_child, trial_process
from governance.trial_report import Found

def outcome(child, deadlines=(0.2, 0.4, 0.8, 1.6)):
    trial_process.be_tried = child
    trial_process.DEADLINES_S = deadlines
    there, here = os.pipe()
    report = trial_process._Trials(None, there, here)._tried("", "decide/3")
    try:
        os.waitpid(-1, os.WNOHANG)
        print("a child is left")
    except ChildProcessError:
        return report

def spin(*_):
    while True:
        pass
"""


@pytest.mark.parametrize(
    ("child", "found"),
    [
        ("lambda *_: os.abort()", "crash the process that tried it was ended by signal 6"),
        ("lambda *_: ctypes.string_at(0)", "crash the process that tried it was ended by signal 11"),
        ("lambda *_: os._exit(0)", "crash the process that tried it ended with 0"),
        ("lambda *_: 1 // 0", "crash the process that tried it ended with 1"),
        ("lambda prolog, text, entry, report, parent: os.write(report, b'nonsense')", "crash"),
        ("spin", "limit it does not come to an end: too much time"),
        ("lambda *_: time.sleep(60), (0.01, 0.02)", "busy"),
    ],
)
def test_whatever_becomes_of_the_child_it_is_known_and_no_child_is_left(child: str, found: str, repository: Path) -> None:
    done = run(repository, CHILD + f"report = outcome({child})\nprint(report.found, report.message)")
    assert done.stdout.startswith(found), done.stderr


@pytest.mark.skipif(not LINUX, reason="only Linux bounds the address space")
def test_the_child_has_64_mib_and_writes_no_file(repository: Path, tmp_path: Path) -> None:
    script = f"""
import os, resource
from governance import trial_child

def tries(what):
    try:
        what()
        return "done"
    except (OSError, MemoryError) as error:
        return type(error).__name__

trial_child._bound()
small, large = tries(lambda: bytearray(40 * 2**20)), tries(lambda: bytearray(65 * 2**20))
file = os.open({str(tmp_path / "file")!r}, os.O_CREAT | os.O_WRONLY)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
print(small, large, tries(lambda: os.write(file, b"x")), resource.getrlimit(resource.RLIMIT_CPU)[1])
"""
    assert run(repository, script).stdout == "done MemoryError OSError 1\n"


def test_a_frame_is_read_only_when_all_of_it_is_there() -> None:
    assert frame_of(b"") is None
    assert frame_of(b"\0\0\0\x02{") is None
    assert frame_of(b"\0\0\0\x02{}") == {}
    for wrong in (b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x01{"):
        with pytest.raises(ValueError, match=r"frame|Expecting|property"):
            frame_of(wrong)


def test_a_report_arrives_as_it_was_sent() -> None:
    report = TrialReport(Found.LIMIT, 3, "é", ("decide/3 1 time",), 200, 180, 4_096)
    assert TrialReport.from_frame(report.to_frame() | {"asked": list(report.asked)}) == report
    with pytest.raises(TypeError):
        TrialReport.from_frame(report.to_frame() | {"asked": "all"})


def test_a_law_that_passed_its_trial_is_loaded_here(make_case: Callable[..., Case]) -> None:
    law: Law = load_law(f"{MET}. % passes")
    assert law.decide(make_case()).clauses == ("x",)
    assert law.defines == {"decide/3"}
