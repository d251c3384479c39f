"""Amounts as people write them, exact: ``12.5`` of a token with six decimals is 12,500,000 of its smallest unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from governance.errors import BadInput

_AMOUNT = re.compile(r"(\d{1,60})(?:\.(\d{1,60}))?")


@dataclass(frozen=True, slots=True)
class Money:
    """One token's name and precision."""

    token: str
    symbol: str
    decimals: int

    def parse(self, text: str) -> int:
        """An amount in the smallest unit. Raises BadInput for anything that is not an exact, non-negative amount."""
        match = _AMOUNT.fullmatch(text.strip())
        if match is None:
            raise BadInput(f"{text!r} is not an amount", value=text, remedy="write it like 12 or 12.5")
        whole, part = match[1], (match[2] or "").rstrip("0")
        if len(part) > self.decimals:
            raise BadInput(
                f"{text} has more decimals than {self.symbol}", value=text, remedy=f"use at most {self.decimals} decimals"
            )
        return int(whole + part.ljust(self.decimals, "0"))

    def show(self, amount: int) -> str:
        """An amount without its symbol, no digit lost: trailing zeros after the second decimal are left out."""
        whole, part = divmod(abs(amount), 10**self.decimals)
        digits = str(part).rjust(self.decimals, "0") if self.decimals else ""
        digits = digits[:2] + digits[2:].rstrip("0")
        return f"{'-' if amount < 0 else ''}{whole}{'.' + digits if digits else ''}"

    def label(self, amount: int) -> str:
        """An amount with its symbol."""
        return f"{self.show(amount)} {self.symbol}"


def show_agreement(agreement: int) -> str:
    """An agreement's id as people and programs see it: 0x and 24 hex digits."""
    return f"0x{agreement:024x}"


def parse_agreement(text: str) -> int:
    """An agreement's id. Raises BadInput for anything but 0x and 24 hex digits."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{24}", text):
        raise BadInput(
            f"{text!r} is not an agreement's id", value=text, remedy="0x and 24 hex digits, as `surety agreement list` shows"
        )
    return int(text, 16)


def percent_of(ppm: int | None) -> str | None:
    """Parts per million as a percentage with all four of its decimals, so that nothing is rounded on the way."""
    return None if ppm is None else f"{'-' if ppm < 0 else ''}{abs(ppm) // 10_000}.{abs(ppm) % 10_000:04d}"
