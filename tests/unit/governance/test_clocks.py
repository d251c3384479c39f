from __future__ import annotations

import time

import pytest

from governance.clock import ManualClock, SystemClock
from governance.errors import BadInput


def test_the_system_clock_counts_milliseconds_since_the_epoch() -> None:
    before = int(time.time() * 1_000)
    assert before <= SystemClock().now_ms() <= before + 60_000


def test_a_manual_clock_stands_until_it_is_advanced() -> None:
    clock = ManualClock(5_000)
    assert clock.now_ms() == 5_000
    clock.advance_to(7_000)
    clock.advance_to(7_000)
    assert clock.now_ms() == 7_000


def test_a_manual_clock_never_runs_backwards() -> None:
    clock = ManualClock(5_000)
    with pytest.raises(BadInput, match="stands at 5000"):
        clock.advance_to(4_999)
    assert clock.now_ms() == 5_000
