"""Times and shares as people read and write them, exact in both directions."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from governance.errors import BadInput
from governance.values import BPS

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}:[0-9]{2})Z)?")
_DAY_S = 86_400
_FIRST_YEAR = 1970
_LAST_SHOWN_S = 253_402_300_799  # the last second of the year 9999, beyond which calendars end


def duration_of(seconds: int) -> str:
    """A length of time in all the units that it takes: 3,725 s is ``1 h 2 min 5 s``."""
    parts, left = [], seconds
    for length, name in _UNITS:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts) or "0 s"


def instant_of(time_s: int) -> str:
    """An instant in UTC; beyond the year 9999 in Unix seconds."""
    if time_s > _LAST_SHOWN_S:
        return f"{time_s} (Unix s)"
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def span_of(start_s: int, end_s: int) -> str:
    """A stretch of time as briefly as it can be named: a month in UTC as 2026-03, whole days by the first, else the instant."""
    if start_s > _LAST_SHOWN_S:
        return instant_of(start_s)
    start, after = datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(min(end_s, _LAST_SHOWN_S), UTC)
    following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1) if start.day == 1 else None
    if following == after and start_s % _DAY_S == 0:
        return f"{start:%Y-%m}"
    return f"{start:%Y-%m-%d}" if start_s % _DAY_S == end_s % _DAY_S == 0 else f"{start:%Y-%m-%d %H:%M:%S}"


def parse_instant(text: str) -> int:
    """Unix seconds of a day, or of a moment, in UTC. Raises BadInput for anything but 2026-03-14 and 2026-03-14T02:00:00Z."""
    form = _INSTANT.fullmatch(text.strip())
    try:
        found = datetime.fromisoformat(f"{form[1]}T{form[2] or '00:00:00'}") if form else None
    except ValueError:
        found = None
    if found is None or found.year < _FIRST_YEAR:
        raise BadInput(f"{text!r} is no moment", value=text, remedy="write it like 2026-03-14 or 2026-03-14T02:00:00Z, in UTC")
    return int(found.replace(tzinfo=UTC).timestamp())


def share_of(bps: int) -> str:
    """Basis points as a percentage, without zeros at its end: 1,250 is ``12.5 %``."""
    whole, rest = divmod(bps, 100)
    digits = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{digits} %"


def parse_share(text: str) -> int:
    """A percentage as basis points. Raises BadInput for anything but a share of at most 100 % with at most two decimals."""
    match = _SHARE.fullmatch(text.strip().removesuffix("%").strip())
    bps = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else BPS + 1
    if bps > BPS:
        raise BadInput(f"{text!r} is not a percentage", value=text, remedy="write it like 10 or 2.5; at most 100")
    return bps
