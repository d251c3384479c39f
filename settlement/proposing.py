"""Which agreement-periods go into which proposal. Pure: roots and times in, groups out.

A row rests on all observers of its report, so agreement-periods are grouped by who observed them. A group is ready at once when
every member that may still speak has spoken, and otherwise ``patience_ms`` after a quorum could first have made it.

A member signs a row again only on a superset of the observers on which it signed it before. A proposal of which one row has moved
on, to a larger set or onto the chain, may therefore never be signed by those who went along: the rest is proposed again, alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal that was made. ``complete``: a quorum signed it. ``stuck``: it is not signed as it is, for whatever reason."""

    id: str
    observers: int
    keys: tuple[Key, ...]
    complete: bool = False
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The agreement-periods of one proposal that is to be made, and the one that it takes over from, if any."""

    keys: tuple[Key, ...]
    instead_of: str | None = None


def due(candidate: Group, held: Sequence[Held], size: int) -> list[Part]:
    """What of a group is to be proposed, ``size`` agreement-periods at most at a time.

    That is what no proposal holds on as many observers, and what is left of those that may never be signed: all together where
    they lost some, or in halves, so that no row can hold up the others for good.
    """
    broken = _broken(held)
    covered = {
        key
        for one in held
        if one.id not in broken and one.observers & candidate.observers == candidate.observers
        for key in one.keys
    }
    left = dict.fromkeys(key for key in candidate.keys if key not in covered)
    parts: list[Part] = []
    for one in sorted((one for one in held if one.id in broken and one.observers == candidate.observers), key=_size):
        rest = tuple(key for key in one.keys if key in left)
        parts += [Part(keys, one.id) for keys in (_halves(rest) if len(rest) == len(one.keys) else [rest]) if keys]
        for key in rest:
            del left[key]
    return [*parts, *(Part(tuple(chunk)) for chunk in chunks(list(left), size))]


def outgrown(held: Iterable[Held]) -> set[str]:
    """The proposals of an epoch that share an agreement-period with one on all of their observers and on more."""
    every = list(held)
    masks: dict[Key, set[int]] = {}
    for one in every:
        for key in one.keys:
            masks.setdefault(key, set()).add(one.observers)
    return {
        one.id
        for one in every
        if any(mask != one.observers and mask & one.observers == one.observers for key in one.keys for mask in masks[key])
    }


def _broken(held: Sequence[Held]) -> set[str]:
    """Those that a quorum did not sign and that it may never sign as they are. One row alone cannot be made any smaller."""
    grown = outgrown(held)
    return {one.id for one in held if not one.complete and (one.id in grown or (one.stuck and len(one.keys) > 1))}


def _halves(keys: tuple[Key, ...]) -> list[tuple[Key, ...]]:
    middle = len(keys) // 2
    return [keys[:middle], keys[middle:]]


def _size(held: Held) -> int:
    return len(held.keys)


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
