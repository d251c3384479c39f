"""What strangers can make a relay's intake hold at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from settlement.relay_app import BodyTooLarge, Desk, Overloaded


class Slow:
    """A request whose body comes piece by piece, when it is let."""

    def __init__(self, *pieces: bytes, held: bool = False) -> None:
        self.pieces = pieces
        self.begun = asyncio.Event()
        self.rest = asyncio.Event()
        if not held:
            self.rest.set()

    async def stream(self) -> AsyncIterator[bytes]:
        yield self.pieces[0]
        self.begun.set()
        await self.rest.wait()
        for piece in self.pieces[1:]:
            yield piece


async def read(desk: Desk, request: Any, most: int = 100) -> bytes:
    taken: list[bytes] = []
    await desk.read(request, most, taken.append)
    return b"".join(taken)


def test_bodies_under_way_are_bounded_together_and_make_room_when_they_end() -> None:
    async def play() -> None:
        desk = Desk(under_way=10)
        first = Slow(b"123456", b"7", held=True)
        reading = asyncio.create_task(read(desk, first))
        await first.begun.wait()
        with pytest.raises(Overloaded):
            await read(desk, Slow(b"123", b"45"))
        assert await read(desk, Slow(b"12", b"34")) == b"1234"
        first.rest.set()
        assert await reading == b"1234567"
        assert await read(desk, Slow(b"12345", b"67890")) == b"1234567890"

    asyncio.run(play())


def test_a_body_beyond_its_limit_is_refused_and_leaves_nothing_behind() -> None:
    async def play() -> None:
        desk = Desk(under_way=10)
        for _ in range(5):
            with pytest.raises(BodyTooLarge):
                await read(desk, Slow(b"1234", b"5"), most=4)
        assert await read(desk, Slow(b"1234567890")) == b"1234567890"

    asyncio.run(play())


def test_a_body_that_does_not_end_in_time_is_given_up() -> None:
    async def play() -> None:
        desk = Desk(under_way=10, timeout_s=0)
        for _ in range(5):
            with pytest.raises(Overloaded, match="took more than"):
                await read(desk, Slow(b"1234567890", held=True))

    asyncio.run(play())


def test_work_that_fails_gives_back_what_its_body_took() -> None:
    def fail(_: bytes) -> None:
        raise TimeoutError("of the database, not of the body")

    async def play() -> None:
        desk = Desk(under_way=10)
        for _ in range(5):
            with pytest.raises(TimeoutError, match="of the database"):
                await desk.read(Slow(b"1234567890"), 10, fail)  # type: ignore[arg-type]

    asyncio.run(play())


def test_no_more_is_worked_upon_at_a_time_than_there_are_workers() -> None:
    entered, leave, order = threading.Event(), threading.Event(), []

    def long() -> None:
        entered.set()
        assert leave.wait(10)
        order.append("long")

    async def play() -> None:
        desk = Desk(workers=1)
        first = asyncio.create_task(desk.work(long))
        await asyncio.to_thread(entered.wait, 10)
        second = asyncio.create_task(desk.work(lambda: order.append("second")))
        await asyncio.to_thread(lambda: None)
        assert order == []
        leave.set()
        await asyncio.gather(first, second)

    asyncio.run(play())
    assert order == ["long", "second"]
