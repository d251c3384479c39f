"""What thaws of a provider's stake in one token: a pool of shares, as in ``contracts/Zone.sol``. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MOST_SHARES_FOR_A_UNIT = 2**48


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its shares, and which of the pool's lives they belong to."""

    shares: int
    generation: int


@dataclass(frozen=True, slots=True)
class Pool:
    """All requests of one provider and token together. ``generation`` counts how often a slash wiped the pool out."""

    thawing: int = 0
    shares: int = 0
    generation: int = 0

    def start(self, amount: int, shares: int) -> Pool:
        """A request comes in."""
        return Pool(self.thawing + amount, self.shares + shares, self.generation)

    def end(self, asked: Asked, amount: int) -> Pool:
        """A request is taken, or taken back. One of an earlier life has no part in this one."""
        if asked.generation != self.generation:
            return self
        return Pool(self.thawing - amount, self.shares - asked.shares, self.generation)

    def seized(self, total: int) -> Pool:
        """The provider lost stake, and has ``total`` left: what thaws bears what the rest cannot."""
        if self.thawing <= total:
            return self
        if self.shares <= total * MOST_SHARES_FOR_A_UNIT:
            return Pool(total, self.shares, self.generation)
        return Pool(0, 0, self.generation + 1)

    def floor_worth(self, asked: Asked) -> int:
        """What a request would bring now, rounded down."""
        if asked.generation != self.generation or not self.shares:
            return 0
        return self.thawing * asked.shares // self.shares
