"""What a trial of a law found, and how it travels between the two processes: one frame of JSON each way."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

_LENGTH = struct.Struct(">I")
MOST_FRAME_BYTES = 2**20


class Found(StrEnum):
    """How a trial ended."""

    ADMITTED = "admitted"  # it loads, and every question came to an end or was stopped
    REFUSED = "refused"  # it is no law; the offset and the message say why
    LIMIT = "limit"  # it had to be killed at the deadline
    CRASH = "crash"  # the process died of it
    BUSY = "busy"  # the machine gave it no time: nothing is known of it


@dataclass(frozen=True, slots=True)
class TrialReport:
    """The end of one trial.

    ``offset`` counts characters of the text from 0. ``asked`` are the questions that were put, as "decide/3 1 ended". Times are
    of the process that tried the law, memory is what it held above what it began with.
    """

    found: Found
    offset: int = 0
    message: str = ""
    asked: tuple[str, ...] = ()
    wall_ms: int = 0
    cpu_ms: int = 0
    memory_kib: int = 0

    def to_frame(self) -> dict[str, object]:
        """As JSON objects go."""
        return asdict(self)

    @classmethod
    def from_frame(cls, frame: dict[str, object]) -> Self:
        """Reads what ``to_frame`` wrote. Raises ValueError, TypeError or KeyError for anything else."""
        asked = frame.pop("asked")
        if not isinstance(asked, list):
            raise TypeError("asked is no list")
        return cls(Found(frame.pop("found")), asked=tuple(str(each) for each in asked), **frame)  # type: ignore[arg-type]


def write_frame(descriptor: int, frame: dict[str, object]) -> None:
    """Writes one frame. Raises OSError where nobody reads."""
    body = json.dumps(frame).encode()
    rest = memoryview(_LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def frame_of(data: bytes) -> dict[str, object] | None:
    """The one frame that the bytes hold, or None while it is not complete. Raises ValueError for what is no frame."""
    if len(data) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(data)
    if length > MOST_FRAME_BYTES:
        raise ValueError("a frame is too long")
    if len(data) < _LENGTH.size + length:
        return None
    frame = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    if not isinstance(frame, dict):
        raise ValueError("a frame is no object")
    return frame
