"""Hands on to every relay what other members were seen to sign.

Relays that hold different parts of a committee propose different sets. A member that signed one of them signs no other but a
superset of it, so the votes would be split for good, with everybody honest: the superset must be within every relay's reach.
A relay that is shown a second root of a member has the proof that it equivocated.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from functools import partial

from governance.clock import Clock
from governance.errors import RetryableError
from oracle.heard import Heard, Key
from oracle.ports import Relay
from oracle.rows import SignedObservations
from oracle.troubles import Troubles, trouble_of

log = logging.getLogger(__name__)


class Forwarder:
    """One witness's hands. What was handed over is known to this process alone: after a restart it is done again."""

    def __init__(self, heard: Heard, clock: Clock, turn_ms: int) -> None:
        self._heard = heard
        self._clock = clock
        self._turn_ms = turn_ms
        self._oldest = 0
        self._held: dict[str, set[Key]] = {}  # what each relay has, or refused
        self._known: set[Key] = set()
        self._troubles = Troubles(log)

    def note(self, configuration: bytes, epoch: int, others: Sequence[SignedObservations]) -> None:
        """Keeps what other members signed, verified. Raises DatabaseUnavailable."""
        self._known |= self._heard.note(configuration, epoch, others)

    def shown(self, relay: Relay, configuration: bytes, members: Sequence[SignedObservations]) -> None:
        """A relay that shows a submission has it."""
        keys = {(configuration, signed.epoch, signed.member, signed.root) for signed in members}
        self._held.setdefault(relay.url, set()).update(keys & self._known)

    def forward(self, relays: Iterable[Relay], taken: Collection[tuple[str, int]]) -> None:
        """Hands every relay what it was neither given nor shows, of epochs of which it took this oracle's own submission.

        ``taken`` holds these as (relay, epoch): who did not take them yet would refuse the others' as well. A relay is asked
        once, unless it does not answer. Raises DatabaseUnavailable.
        """
        keys = self._heard.since(self._oldest)
        for relay in relays:
            held = self._held.setdefault(relay.url, set())
            missing = [key for key in keys if (relay.url, key[1]) in taken and key not in held]
            self._troubles.attempt(f"forwarding to {relay.url}", partial(self._hand, relay, missing))

    def forget(self, before: int) -> None:
        """Drops what belongs to earlier epochs. Raises DatabaseUnavailable."""
        if before <= self._oldest:
            return
        self._heard.forget(before)
        self._oldest = before
        self._known = {key for key in self._known if key[1] >= before}
        self._held = {url: {key for key in held if key[1] >= before} for url, held in self._held.items()}

    def _hand(self, relay: Relay, missing: Sequence[Key]) -> None:
        until_ms = self._clock.now_ms() + self._turn_ms
        for key in missing:
            submission = self._heard.submission(key)
            refused = trouble_of(partial(relay.push, submission), (RetryableError,))
            self._held[relay.url].add(key)
            if refused is not None:
                self._troubles.say(f"forwarding to {relay.url}", refused, f"epoch {key[1]} of member {key[2]}: ")
            if self._clock.now_ms() >= until_ms:
                return
