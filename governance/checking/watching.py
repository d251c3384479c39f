"""Telling whoever waits how far a check is."""

from __future__ import annotations

from collections.abc import Callable

Watch = Callable[[str, float], None]  # what is looked at, and how far it is from 0 to 1


def pinned(watch: Watch, what: str, share: float) -> Callable[[int], None]:
    """For work that counts its own steps within one share of the whole."""
    return lambda _: watch(what, share)
