"""Which agreement-periods go into which proposal. Pure: roots and times in, groups out.

A row rests on all observers of its report, so agreement-periods are grouped by who observed them. A group is ready at once when
every member that may still speak has spoken, and otherwise ``patience_ms`` after a quorum could first have made it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from chain.quorum import mask_of, members_of
from oracle.rows import Key


@dataclass(frozen=True, slots=True)
class Voice:
    """One member's root: which agreement-periods are under it, and when the relay got it."""

    member: int
    received_ms: int
    keys: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Group:
    """Agreement-periods that exactly these members observed."""

    observers: int
    keys: tuple[Key, ...]


def group(
    voices: Sequence[Voice], dropped: Collection[int], size: int, quorum: int, *, now_ms: int, patience_ms: int
) -> list[Group]:
    """The groups of an epoch that are ready to be proposed. Members in ``dropped`` signed two roots and have no voice."""
    heard = [voice for voice in voices if voice.member not in dropped]
    complete = len(heard) >= size - len(set(dropped))
    ready = []
    for observers, keys in _by_observers(heard).items():
        members = members_of(observers)
        if len(members) < quorum:
            continue
        times = sorted(voice.received_ms for voice in heard if voice.member in members)
        if complete or now_ms - times[quorum - 1] >= patience_ms:
            ready.append(Group(observers, tuple(sorted(keys))))
    return ready


def uncovered(candidate: Group, covered: Mapping[Key, Collection[int]]) -> Group:
    """What of a group no proposal holds yet. ``covered``: by agreement-period, the observers of its proposals.

    A proposal on fewer observers covers nothing: a late observation deserves a second one, on the superset.
    """
    return Group(
        candidate.observers,
        tuple(
            key
            for key in candidate.keys
            if not any(observers & candidate.observers == candidate.observers for observers in covered.get(key, ()))
        ),
    )


def chunks(keys: Sequence[Key], size: int) -> Iterator[list[Key]]:
    """Stretches of at most ``size``, in order."""
    rest = iter(keys)
    while chunk := list(islice(rest, size)):
        yield chunk


def _by_observers(voices: Sequence[Voice]) -> dict[int, list[Key]]:
    observers: dict[Key, list[int]] = {}
    for voice in voices:
        for key in voice.keys:
            observers.setdefault(key, []).append(voice.member)
    groups: dict[int, list[Key]] = {}
    for key, members in observers.items():
        groups.setdefault(mask_of(members), []).append(key)
    return groups
