"""How values are written for machines (ids, instants, amounts) and for people (percentages, durations, token units).

Exact integers in, text out; nothing is rounded but where the docstring says so, and always down.
"""

from __future__ import annotations

from datetime import UTC, datetime

AGREEMENT_DIGITS = 24
LAST_ISO_S = 253_402_300_799  # 9999-12-31T23:59:59Z; a start is a uint64, and a stranger may choose it
NBSP = "\N{NO-BREAK SPACE}"
_DURATIONS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def agreement_hex(agreement: int) -> str:
    """An agreement's id: 0x and 24 hex digits."""
    return f"0x{agreement:0{AGREEMENT_DIGITS}x}"


def iso(time_s: int | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC; None for no time, and for one beyond the year 9999."""
    if time_s is None or not 0 <= time_s <= LAST_ISO_S:
        return None
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(time_s: int | None) -> str:
    """An instant as a person reads it, always in UTC."""
    written = iso(time_s)
    return f"{written[:10]} {written[11:19]} UTC" if written else "far in the future"


def percent(ppm: int | None, places: int = 3) -> str:
    """Parts per million as a percentage, cut (not rounded) to some places: 999,999 ppm is never shown as 100 %."""
    if ppm is None:
        return "–"
    sign, size = ("−", -ppm) if ppm < 0 else ("", ppm)
    whole, rest = divmod(size, 10_000)
    digits = f"{rest:04d}"[:places]
    return f"{sign}{whole}{'.' + digits if digits else ''}{NBSP}%"


def exact_percent(ppm: int | None) -> str:
    """Parts per million as a percentage, with as many places as it takes and no more."""
    if ppm is None:
        return "–"
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}{f'.{rest:04d}'.rstrip('0') if rest else ''}{NBSP}%"


def share(bps: int) -> str:
    """Basis points as a percentage, exactly."""
    whole, rest = divmod(bps, 100)
    return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''}{NBSP}%"


def units(amount: int, decimals: int | None) -> str:
    """An amount of smallest units in token units, exactly; digits in groups of three. Without decimals, the amount itself."""
    if not decimals:
        return f"{amount:,}"
    sign, size = ("−", -amount) if amount < 0 else ("", amount)
    whole, rest = divmod(size, 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0")
    return f"{sign}{whole:,}{'.' + digits if digits else ''}"


def duration(seconds: int) -> str:
    """A length of time in its two largest units, cut: 3,725 s is ``1 h 2 min``."""
    size, parts = abs(seconds), []
    for length, name in _DURATIONS:
        count, size = divmod(size, length)
        if count:
            parts.append(f"{count:,}{NBSP}{name}")
    return " ".join(parts[:2]) or f"0{NBSP}s"


def away(time_s: int, now_s: int) -> str:
    """How far a time is from now: ``in 5 min`` or ``5 min ago``."""
    return f"in {duration(time_s - now_s)}" if time_s > now_s else f"{duration(now_s - time_s)} ago" if time_s < now_s else "now"


def address_short(address: str) -> str:
    """An address as its two ends."""
    return f"{address[:6]}…{address[-4:]}"
