"""Pictures made of characters: how a whole was divided, and how much something went up or down."""

from __future__ import annotations

from collections.abc import Sequence

from cli.console import out

_BLOCKS, _PLAIN = "█▒░", "#=."


def divided(parts: Sequence[int], width: int = 20) -> str:
    """A bar of ``width`` characters, each part as long as its share of them all; up to three parts, each of another character.

    What is not nothing has at least one character. Empty where everything is nothing.
    """
    lengths = _lengths(parts, width)
    return "".join(mark * length for mark, length in zip(_marks(), lengths, strict=False))


def legend(names: Sequence[str]) -> str:
    """What each character of such a bar stands for."""
    return ", ".join(f"{mark} {name}" for mark, name in zip(_marks(), names, strict=False))


def swung(amount: int, largest: int, width: int = 12) -> str:
    """A bar that goes left of its middle for what is lost and right of it for what is gained; ``largest`` fills its side."""
    length = -(-abs(amount) * width // largest) if largest else 0
    bar = _marks()[0] * length
    left, right = (bar, "") if amount < 0 else ("", bar)
    return f"{left.rjust(width)}|{right.ljust(width)}"


def _marks() -> str:
    """Characters that whoever reads this can show."""
    return _PLAIN if out.options.ascii_only else _BLOCKS


def _lengths(parts: Sequence[int], width: int) -> list[int]:
    """Whole lengths that sum to the width: rounded down, what is left to the largest remainders."""
    whole = sum(parts)
    if whole <= 0:
        return []
    lengths = [max(part * width // whole, int(part > 0)) for part in parts]
    order = sorted(range(len(parts)), key=lambda at: -(parts[at] * width % whole))
    for at in order:
        if sum(lengths) < width and parts[at]:
            lengths[at] += 1
    while sum(lengths) > width:
        lengths[max(range(len(parts)), key=lengths.__getitem__)] -= 1
    return lengths
