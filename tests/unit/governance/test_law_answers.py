"""Loading a law, asking it from many threads, and living beside Prolog in one process."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from governance import laws, questions
from governance.case import Case
from governance.errors import BadInput, FatalError
from governance.law import Law, LawFault, LawRefused, load_law, load_routing_law
from governance.values import Outcome

MakeCase = Callable[..., Case]


ASK = """
from pathlib import Path
import os, signal, sys, threading
from governance import laws
from governance.case import parse_case
from governance.engine import EngineFault
from governance.law import load_law
case = parse_case(Path("examples/case.json").read_text())

def ask():
    return load_law(laws.read("standard")).decide(case).tier
"""


def run(repository: Path, script: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of a Python of its own, in which Prolog was never started."""
    done = subprocess.run(
        [sys.executable, "-c", ASK + textwrap.dedent(script)],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_shipped_laws_are_read_by_name_with_or_without_ending() -> None:
    assert {"standard", "eu_health"} <= set(laws.names())
    assert laws.read("standard.pl") == laws.read("standard")
    with pytest.raises(BadInput, match="no law named 'absent' ships"):
        laws.read("absent")
    with pytest.raises(BadInput, match="no law named"):
        laws.read("../fence")


def test_a_law_loaded_for_one_purpose_does_not_serve_the_other(standard: Law, eu_health: Law, make_case: MakeCase) -> None:
    with pytest.raises(BadInput, match="was loaded for route_inference/2"):
        eu_health.decide(make_case())
    with pytest.raises(LawRefused, match="route_inference/2 is missing"):
        load_routing_law(standard.text)
    with pytest.raises(LawRefused, match="decide/3 is missing"):
        load_law(eu_health.text)


def test_the_same_text_is_loaded_once_and_keeps_its_own_name(standard: Law) -> None:
    again = load_law(standard.text, "again")
    assert again.handle == standard.handle
    assert (again.name, standard.name) == ("again", "standard")


def test_laws_do_not_see_each_other(make_case: MakeCase) -> None:
    one = load_law("mine(one).\ndecide(_, met, [X]) :- mine(X).")
    two = load_law("mine(two).\ndecide(_, met, [X]) :- mine(X).")
    assert (one.decide(make_case()).clauses, two.decide(make_case()).clauses) == (("one",), ("two",))
    with pytest.raises(LawRefused, match="mine/1 may not be called"):
        load_law("decide(_, met, [X]) :- mine(X).")


def test_answers_that_agree_are_one_and_cite_all_their_clauses(make_case: MakeCase) -> None:
    law = load_law("decide(_, met, [a]).\ndecide(_, met, [b, a]).")
    assert law.decide(make_case()).clauses == ("a", "b")


def test_clauses_are_written_as_prolog_would_read_them_back(make_case: MakeCase) -> None:
    law = load_law("decide(_, met, ['Article 44', at(1, 'x, y'), 'é']).")
    assert law.decide(make_case()).clauses == ("'Article 44'", "at(1,'x, y')", "é")


def test_counts_beyond_64_bits_reach_the_law_exactly(make_case: MakeCase) -> None:
    law = load_law("decide(case(_, share(A, _), _, _, _), breach(T, 0, 0), [x]) :- T is A mod 251.")
    large = 2**127 + 12_345
    case = make_case(uptime=(large, 2**128 - 1))
    assert law.decide(case).tier == large % 251


def test_decimals_are_compared_to_their_last_digit(make_case: MakeCase) -> None:
    law = load_law(
        "decide(case(S, _, _, _, _), breach(T, 0, 0), [x]) :- findall(x, above(S), Xs), length(Xs, T).\n"
        "above(S) :- S > 0.999999999999999.\nabove(S) :- S > 1.00000000000000.\nabove(S) :- S < 1.00000000000001."
    )
    assert [law.decide(make_case(samples=samples)).tier for samples in (0, 1, 2)] == [1, 2, 2]


def test_the_case_is_the_documented_term(make_case: MakeCase) -> None:
    law = load_law(
        "decide(case(7, share(1, 2), share(3, 4), share(5, 6), "
        "terms(share(999, 1000), [tier(1, share(99, 100), share(999, 1000), 1000, 0), "
        "tier(2, share(95, 100), share(99, 100), 2500, 0), tier(3, share(0, 1), share(95, 100), 10000, 1000)], "
        "latency(2000, share(95, 100), 1000), share(95, 100), 20)), met, [documented])."
    )
    assert law.decide(make_case(uptime=(1, 2), attained=(3, 4), coverage=(5, 6), samples=7)).clauses == ("documented",)


def test_comments_operators_and_control_are_those_of_prolog(make_case: MakeCase) -> None:
    law = load_law(
        """
        % a comment, and /* another */
        decide(case(S, _, _, _, _), breach(Tier, 0, 0), [tier(Tier)]) :-
            (   S >= 1_000, \\+ S =:= 1_001
            ->  Tier = 1
            ;   ( S < 10 ; S =:= 20 )
            ->  findall(X, member(X, [3, 1, 2]), Xs), msort(Xs, [Tier|_])
            ;   Tier is max(S mod 7, 0)
            ).
        """
    )
    tiers = [law.decide(make_case(samples=samples)).tier for samples in (1_000, 1_001, 5, 20, 30)]
    assert tiers == [1, 0, 1, 1, 2]


def test_every_fault_names_the_law_and_is_fatal(make_case: MakeCase) -> None:
    with pytest.raises(LawFault, match=r"^mine: the law gives no verdict; mend the law") as error:
        load_law("decide(_, met, [x]) :- fail.", "mine").decide(make_case())
    assert isinstance(error.value, FatalError)


def test_eight_threads_get_eight_times_the_right_answers(standard: Law, make_case: MakeCase) -> None:
    cases = [make_case(uptime=(good, 1_000)) for good in range(900, 1_001)]
    expected = [standard.decide(case) for case in cases]
    start = threading.Barrier(8)

    def ask_all(shift: int) -> bool:
        start.wait()
        order = [(number * 7 + shift) % len(cases) for number in range(5 * len(cases))]
        return all(standard.decide(cases[number]) == expected[number] for number in order)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask_all, range(8))) == [True] * 8


def test_a_law_that_runs_in_one_thread_does_not_keep_the_others_waiting(standard: Law, make_case: MakeCase) -> None:
    slow = load_law("decide(_, met, [x]) :- append(X, [a], Y), X == Y.")
    began, ended = threading.Event(), threading.Event()

    def ask_slow() -> None:
        began.set()
        with pytest.raises(LawFault):
            slow.decide(make_case())
        ended.set()

    thread = threading.Thread(target=ask_slow)
    thread.start()
    began.wait()
    answered = 0
    while not ended.is_set():
        assert standard.decide(make_case()).outcome is Outcome.MET
        answered += 1
    thread.join()
    assert answered > 100


def test_threads_give_their_engines_back(standard: Law, make_case: MakeCase) -> None:
    def ask_in_threads(count: int) -> int:
        for _ in range(count):
            thread = threading.Thread(target=standard.decide, args=(make_case(),))
            thread.start()
            thread.join()
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024**2)

    before = ask_in_threads(100)
    assert ask_in_threads(400) - before < 8  # MiB; without giving back, each engine keeps about 24 KiB and more


def test_a_thread_may_give_its_engine_back_and_ask_again(standard: Law, make_case: MakeCase) -> None:
    for _ in range(3):
        assert standard.decide(make_case()).outcome is Outcome.MET
        questions.detach()
    questions.detach()


def test_a_hundred_thousand_verdicts_keep_no_memory(standard: Law, make_case: MakeCase) -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "linux" else 1024)

    cases = [make_case(uptime=(good, 10**12)) for good in range(10_000)]
    for case in cases:
        standard.decide(case)
    before = peak()
    for case in cases * 3:
        standard.decide(case)
    assert peak() - before < 2_048  # KiB


def test_many_different_terms_are_forgotten_again(standard: Law, make_case: MakeCase) -> None:
    for minimum in range(5_000):
        terms = replace(make_case().terms, minimum_samples=minimum)
        outcome = standard.decide(make_case(samples=2_500, terms=terms)).outcome
        assert outcome is (Outcome.MET if minimum <= 2_500 else Outcome.NO_DATA)


def test_importing_starts_nothing(repository: Path) -> None:
    script = """
        import governance.routing
        assert threading.active_count() == 1
        assert not any("pyswip" in name for name in sys.modules)
        assert "libswipl" not in Path("/proc/self/maps").read_text() if Path("/proc/self/maps").exists() else True
    """
    assert run(repository, script) == (0, "", "")


@pytest.mark.parametrize(("ending", "code", "said"), [("pass", 0, ""), ("sys.exit(3)", 3, ""), ("sys.exit('over')", 1, "over\n")])
def test_a_process_that_asked_ends_as_it_would_have(repository: Path, ending: str, code: int, said: str) -> None:
    assert run(repository, f"assert ask() == 1\n{ending}") == (code, "", said)


def test_a_process_may_end_while_another_thread_asks(repository: Path) -> None:
    script = """
        def ask_on():
            while True:
                ask()
        for _ in range(4):
            threading.Thread(target=ask_on, daemon=True).start()
        for _ in range(100):
            ask()
    """
    assert run(repository, script) == (0, "", "")


def test_interrupts_stay_pythons(repository: Path) -> None:
    script = """
        ask()
        try:
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(10_000):
                ask()
        except KeyboardInterrupt:
            print("interrupted", ask())
    """
    assert run(repository, script) == (0, "interrupted 1\n", "")


def test_the_first_to_ask_may_be_a_thread_that_ends(repository: Path) -> None:
    script = """
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        assert ask() == 1
    """
    assert run(repository, script) == (0, "", "")


def test_a_users_own_start_up_file_is_not_read(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "swi-prolog").mkdir()
    (tmp_path / "swi-prolog" / "init.pl").write_text(":- format(user_error, 'read~n', []).\n")
    assert run(repository, "ask()", XDG_CONFIG_HOME=str(tmp_path)) == (0, "", "")


def test_a_machine_without_prolog_is_told_what_to_install(repository: Path, tmp_path: Path) -> None:
    code, _, complaint = run(repository, "ask()", LIBSWIPL_PATH=str(tmp_path / "libswipl.so"), SWI_HOME_DIR=str(tmp_path))
    assert code == 1
    assert "EngineMissing: SWI-Prolog cannot be loaded" in complaint
    assert "apt install swi-prolog-nox" in complaint


def test_a_fork_of_a_process_that_asked_is_refused_and_its_parent_goes_on(repository: Path) -> None:
    script = """
        ask()
        child = os.fork()
        if child == 0:
            try:
                ask()
            except EngineFault:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert ask() == 1
    """
    assert run(repository, script) == (0, "", "")


def test_processes_of_a_forkserver_each_start_their_own(repository: Path, tmp_path: Path) -> None:
    script = tmp_path / "pool.py"
    script.write_text(
        ASK
        + textwrap.dedent(
            """
            import multiprocessing

            def ask_again(_):
                return ask()

            if __name__ == "__main__":
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(["governance.law"])
                with context.Pool(2) as pool:
                    assert pool.map(ask_again, range(4)) == [1] * 4
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
