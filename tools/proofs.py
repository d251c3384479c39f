"""The table of docs/proofs.md: what was proved or searched, how large, with what result, when and by which command.

Programs write it, people do not: each line is replaced by the next run of the same proof.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs/proofs.md")
BEGIN, END = "<!-- proofs -->", "<!-- /proofs -->"


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the table."""

    proof: str
    size: str
    result: str
    date: str
    command: str


def record(proof: str, size: str, result: str, command: str, *, project: Path = ROOT) -> None:
    """Put today's result of a proof in the page, in place of the one before."""
    page = project / PAGE
    line = Proof(proof, size, result, f"{datetime.now(UTC):%Y-%m-%d}", f"`{command}`")
    page.write_text(with_proof(page.read_text(), line))


def with_proof(page: str, line: Proof) -> str:
    """The page with a line of this name: where the last one stood, else at the end of the table."""
    lines = {found.proof: found for found in recorded(page)}
    lines[line.proof] = line
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{_table(list(lines.values()))}{END}{after}"


def recorded(page: str) -> list[Proof]:
    """The lines that stand in a page."""
    inside = page.split(BEGIN, 1)[1].split(END, 1)[0].strip().splitlines()
    return [Proof(*(cell.strip() for cell in line.strip("|").split("|"))) for line in inside[2:]]


def _table(lines: list[Proof]) -> str:
    rows = [tuple(field.name for field in fields(Proof)), *(astuple(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text) + "\n"
