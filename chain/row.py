"""The packed row of a report: one 256-bit word per agreement-period, as ``contracts/libraries/Rows.sol`` reads it.

Most significant bits first:
agreement 96 | period 32 | outcome 8 | tier 8 | credit_bps 16 | slash_bps 16 | uptime_ppm 24 | coverage_ppm 24 | p95_ms 32
"""

from __future__ import annotations

from governance.errors import BadInput
from governance.values import Outcome, Row

LAYOUT = (
    ("agreement", 96),
    ("period", 32),
    ("outcome", 8),
    ("tier", 8),
    ("credit_bps", 16),
    ("slash_bps", 16),
    ("uptime_ppm", 24),
    ("coverage_ppm", 24),
    ("p95_ms", 32),
)
WORD_BITS = 256


def pack(row: Row) -> int:
    """The word of a row. Raises BadInput naming the first field that does not fit."""
    word = 0
    for name, bits in LAYOUT:
        value = getattr(row, name)
        if not isinstance(value, int) or value < 0 or value >> bits:
            raise BadInput(f"{name} {value!r} does not fit in {bits} bits of a row", value=row, remedy=f"0 <= {name} < 2**{bits}")
        word = word << bits | int(value)
    return word


def unpack(word: int) -> Row:
    """The row of a word. Raises BadInput for a number that is not a word, and for an outcome that does not exist."""
    if word < 0 or word >> WORD_BITS:
        raise BadInput(f"{word} is not a 256-bit word", value=word)
    found: dict[str, int] = {}
    for name, bits in reversed(LAYOUT):
        found[name] = word & ((1 << bits) - 1)
        word >>= bits
    return Row(outcome=_outcome(found.pop("outcome")), **found)


def _outcome(value: int) -> Outcome:
    try:
        return Outcome(value)
    except ValueError as error:
        raise BadInput(f"outcome {value} does not exist", value=value, remedy="1 Met, 2 Breach, 3 NoData") from error
