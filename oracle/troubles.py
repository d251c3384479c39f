"""What goes wrong while an oracle goes on: told once, and kept apart from what does not depend on it.

An oracle works with relays, agreements and texts of others. Whatever one of them makes a step raise, mistakes of ours included,
must stop neither the steps for the others nor the probes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from governance.errors import SuretyError

Passing = tuple[type[Exception], ...]


def trouble_of(step: Callable[[], object], passing: Passing = ()) -> Exception | None:
    """Does a step; what it raised, if anything. Raises only what is ``passing``."""
    try:
        step()
    except passing:
        raise
    except Exception as error:  # noqa: BLE001 - the caller tells it
        return error
    return None


class Troubles:
    """Tells each trouble when it begins or changes, not in every round, and when it is over."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._said: dict[str, str] = {}

    def attempt(self, about: str, step: Callable[[], object], passing: Passing = ()) -> Exception | None:
        """Does a step, and tells its trouble; what it raised, if anything. Raises only what is ``passing``."""
        trouble = trouble_of(step, passing)
        if trouble is not None:
            self.say(about, trouble)
        elif self._said.pop(about, None) is not None:
            self._log.info("%s: goes on", about)
        return trouble

    def say(self, about: str, trouble: Exception, what: str = "") -> None:
        """Tells a trouble, and ``what`` came of it; one that nobody foresaw with its traceback."""
        foreseen = isinstance(trouble, SuretyError)
        message = what + (str(trouble) if foreseen else f"{type(trouble).__name__}: {trouble}")
        if self._said.get(about) != message:
            self._said[about] = message
            self._log.warning("%s: %s", about, message, exc_info=None if foreseen else trouble)
