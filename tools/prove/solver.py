"""Answers a query of halmos, in SMT-LIB, with whichever of two solvers is first. Usage: solver.py QUERY.smt2.

Yices sees words of bits, cvc5 integers: the first finds counterexamples and follows packed words, the second sees through shares
of amounts, on which the first gives up. Both stop when the query is answered, or when whoever asked is gone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import cvc5

ANSWERS = ("sat", "unsat")
OVER_INTEGERS = {"produce-models": "true", "solve-bv-as-int": "sum"}


def over_integers(query: str) -> None:
    """Solve it here with cvc5, and print what it says."""
    solver = cvc5.Solver()
    for name, value in OVER_INTEGERS.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, query)
    command = parser.nextCommand()
    while not command.isNull():
        sys.stdout.write(command.invoke(solver, parser.getSymbolManager()))
        command = parser.nextCommand()


def first_answer(query: str) -> str:
    """What the first solver says that knows; if none does, what the last one says."""
    yices = Path(sys.executable).parent / "yices-smt2"
    commands = (
        [str(yices), "--smt2-model-format", "--bvconst-in-decimal", query],
        [sys.executable, __file__, "--over-integers", query],
    )
    said: SimpleQueue[str] = SimpleQueue()
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for command in commands]
    for process in running:
        Thread(target=lambda solver: said.put(solver.communicate()[0]), args=(process,), daemon=True).start()
    answer = ""
    try:
        for _ in running:
            answer = said.get()
            if answer.partition("\n")[0].strip() in ANSWERS:
                break
    finally:
        for process in running:
            process.kill()
    return answer


if __name__ == "__main__":
    if sys.argv[1] == "--over-integers":
        over_integers(sys.argv[2])
    else:
        print(first_answer(sys.argv[1]))
