"""``surety law decide --explain``: the lines of a law behind a verdict, or what came instead of one and from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import typer

from cli.console import out, print_facts, print_json, print_table
from governance.case import Case
from governance.law import Law, LawFault, load_law
from governance.proof import Proof, Step, prove
from governance.values import Verdict

_LONGEST = 100
KINDS = {
    "failure": "no clause gives an answer",
    "exception": "it raised an error",
    "limit": "it did not end within its limits",
    "crash": "the process that tried it died of it",
    "conflict": "it gives verdicts that differ",
    "misstated": "its answer is no verdict with its clauses",
}


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """A verdict as JSON."""
    return {
        "outcome": verdict.outcome.name.lower(),
        "tier": verdict.tier,
        "credit_bps": verdict.credit_bps,
        "slash_bps": verdict.slash_bps,
        "clauses": list(verdict.clauses),
    }


def verdict_facts(answer: Mapping[str, object]) -> dict[str, object]:
    """The same for people."""
    clauses = answer["clauses"]
    return {**answer, "clauses": ", ".join(clauses) if isinstance(clauses, list) else clauses}


def explain_case(name: str, text: str, case: Case, *, json_: bool) -> None:
    """Asks a law, and tells why it says what it says. Exits with 1 where it gives no verdict."""
    law: Law | None = None
    verdict: Verdict | None = None
    fault: LawFault | None = None
    try:
        law = load_law(text, name)
        verdict = law.decide(case)
    except LawFault as error:
        fault = error
    proof = prove(law, case) if law else Proof((), (), None, "")
    if json_:
        print_json(_document(text, verdict, fault, proof))
    elif verdict is not None:
        _show_verdict(name, text, verdict, proof)
    elif fault is not None:
        _show_fault(name, text, fault, proof)
    if fault is not None:
        raise typer.Exit(1)


def _document(text: str, verdict: Verdict | None, fault: LawFault | None, proof: Proof) -> dict[str, object]:
    found: dict[str, object] = verdict_json(verdict) if verdict else {"outcome": None}
    way = proof.way_of(verdict) if verdict else None
    found["lines"] = _steps_json(way.steps, text) if way else []
    if fault is not None:
        stop = proof.stopped if fault.kind in ("exception", "limit") else None
        found["fault"] = {
            "kind": fault.kind,
            "why": str(fault),
            "at": {"line": stop.line, "goal": stop.goal} if stop else None,
            "answers": [{"verdict": one.verdict, "lines": _steps_json(one.steps, text)} for one in proof.ways],
            "dead": [{"line": line, "failed_at": stop.line, "goal": stop.goal} for line, stop in proof.dead],
        }
    return found


def _steps_json(steps: Iterable[Step], text: str) -> list[dict[str, object]]:
    return [{"line": one.line, "predicate": one.predicate, "text": source_line(text, one.line)} for one in _once(steps)]


def _show_verdict(name: str, text: str, verdict: Verdict, proof: Proof) -> None:
    print_facts(f"{name} says", verdict_facts(verdict_json(verdict)))
    way = proof.way_of(verdict)
    out.print()
    if way is None:
        out.print("the clauses behind it could not be followed to their end", markup=False)
    else:
        _show_steps("The clauses of the law behind it, in the order of their use", text, way.steps)


def _show_fault(name: str, text: str, fault: LawFault, proof: Proof) -> None:
    print_facts(f"{name} gives no verdict", {"it was": f"{fault.kind}: {KINDS.get(fault.kind, '')}", "why": str(fault)})
    out.print()
    if fault.kind in ("exception", "limit") and proof.stopped is not None and proof.stopped.line:
        at = f" at {proof.stopped.goal}" if proof.stopped.goal and fault.kind == "exception" else ""
        out.print(f"in the clause on line {proof.stopped.line}{at}", markup=False)
        out.print(f"  {source_line(text, proof.stopped.line)}", markup=False)
    for one in proof.ways if fault.kind in ("conflict", "misstated") else ():
        _show_steps(f"The clauses behind {one.verdict}", text, one.steps)
    if fault.kind == "failure":
        rows = [(line, stop.line, stop.goal or "its head does not fit", source_line(text, line)) for line, stop in proof.dead]
        numeric = frozenset({"line", "failed on line"})
        print_table("Clauses of decide/3 without an answer", ("line", "failed on line", "last at", "text"), rows, numeric=numeric)


def _show_steps(title: str, text: str, steps: Sequence[Step]) -> None:
    rows = [(one.line, one.predicate, source_line(text, one.line)) for one in _once(steps)]
    print_table(title, ("line", "clause of", "text"), rows, numeric=frozenset({"line"}))


def _once(steps: Iterable[Step]) -> list[Step]:
    """Each clause where it was used first."""
    return list(dict.fromkeys(steps))


def source_line(text: str, line: int) -> str:
    """A line of a law, cut where it is long. Empty for one that it does not have."""
    lines = text.split("\n")
    found = lines[line - 1].strip() if 1 <= line <= len(lines) else ""
    return found if len(found) <= _LONGEST else found[: _LONGEST - 1] + "…"
