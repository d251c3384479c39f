"""Whether an instance on a chain is what it was meant to be: its code, its owners, its references and every parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chain.abi import artifact
from chain.addressbook import AddressBook
from chain.calls import Contract
from chain.contracts import CommitteeClient, LawStoneClient, PactumClient, TimelockClient
from chain.deployment import DeployParameters, listings_of
from chain.events import CallScheduled, Event, RoleGranted, RoleRevoked, decode_known, topics
from chain.hashing import ZERO_ADDRESS, text_id
from chain.node import Node
from chain.timelock import OperationState, Role
from chain.values import LawStatus, Seat, everyone
from governance.errors import FatalError

Finding = tuple[str, Any, Any]
_PARTS = {
    "LawStone": "law_stone",
    "Zone": "zone",
    "Committee": "committee",
    "Tribunal": "tribunal",
    "Notary": "notary",
    "Pactum": "pactum",
    "TimelockController": "timelock",
    "MockToken": "token",
}
_OWNED = ("LawStone", "Committee", "Pactum")
_REFERENCES = {
    "LawStone": ("Committee",),
    "Zone": ("Pactum",),
    "Committee": ("Pactum",),
    "Tribunal": ("Pactum",),
    "Notary": ("Pactum", "Zone", "Committee", "LawStone"),
    "Pactum": ("Zone", "Committee", "Tribunal", "Notary"),
}
_GETTERS = {"Pactum": "PACTUM", "Zone": "ZONE", "Committee": "COMMITTEE", "LawStone": "LAW_STONE"}
_GETTERS |= {"Tribunal": "TRIBUNAL", "Notary": "NOTARY"}


class NotAsMeant(FatalError):
    """What stands on the chain differs from what was to be deployed. ``value`` is every difference."""


def verify(node: Node, book: AddressBook, values: DeployParameters, deployer: str, since_s: int | None = None) -> int:
    """Checks a fresh instance; gives the number of things that were compared. Raises NotAsMeant naming each that differs.

    ``since_s`` is when the first configuration was to begin. Governance may change most of this later: an instance that runs is
    judged by its logs.
    """
    compared = list(_Inspection(node, book, values.settled(deployer), since_s).all())
    wrong = [f"{what} is {found}, not {meant}" for what, found, meant in compared if found != meant]
    if wrong:
        raise NotAsMeant("; ".join(wrong), value=wrong, remedy="do not use this instance: deploy anew, from another journal")
    return len(compared)


class _Inspection:
    """One look at an instance. Each finding is what was looked at, what was found, and what was meant."""

    def __init__(self, node: Node, book: AddressBook, values: DeployParameters, since_s: int | None) -> None:
        self._node = node
        self._book = book
        self._values = values
        self._since_s = since_s
        self._addresses = {name: str(getattr(book, part)) for name, part in _PARTS.items() if getattr(book, part) is not None}

    def all(self) -> Iterator[Finding]:
        yield from self._codes()
        yield from self._owners()
        yield from self._references()
        yield from self._pactum()
        yield from self._committee()
        yield from self._laws()
        yield from self._timelock()

    def _codes(self) -> Iterator[Finding]:
        yield "the chain", self._node.chain_id(), self._book.chain_id
        for name, address in self._addresses.items():
            yield f"the code of {name} as compiled", artifact(name).made(self._node.code(address)), True

    def _owners(self) -> Iterator[Finding]:
        for name in _OWNED:
            yield f"the owner of {name}", self._address(name, "owner()"), self._book.timelock
            yield f"the next owner of {name}", self._address(name, "pendingOwner()"), ZERO_ADDRESS

    def _references(self) -> Iterator[Finding]:
        for name, others in _REFERENCES.items():
            for other in others:
                found = self._address(name, f"{_GETTERS[other]}()")
                yield f"{other} of {name}", found, self._addresses[other]

    def _pactum(self) -> Iterator[Finding]:
        pactum, values = PactumClient(self._node, self._book.pactum), self._values
        yield "the number of the parameters", pactum.current_parameters(), 1
        yield "the parameters", pactum.parameters_of(1), values.parameters
        for listing in listings_of(values, self._book):
            number = pactum.current_listing(listing.token)
            yield f"the listing of {listing.token}", number and pactum.listing_of(number), listing
        yield "the treasury", pactum.treasury(), values.treasury
        yield "the guardian", pactum.guardian(), values.guardian
        yield "whether opening is paused", pactum.is_opening_paused(), False
        yield "the longest thaw", pactum.longest_thaw_s(), values.parameters.thaw

    def _committee(self) -> Iterator[Finding]:
        committee, values = CommitteeClient(self._node, self._book.committee), self._values
        yield "the epoch's length", committee.epoch_length_s(), values.epoch_length_s
        yield "the bonds' token", committee.bond_token(), values.bond_token or self._book.token
        yield "the bond", committee.required_bond(), values.bond
        yield "the reporter's share of bonds", committee.read_value("uint16", "REPORTER_BPS()"), values.reporter_bps
        if values.members and self._since_s is not None:
            digest = committee.configuration_at(self._since_s)
            found = digest and committee.configuration_of(digest)
            yield "the first members", found and (found.index, found.members), (0, values.members)
            yield "the beginning of their reign", found and found.since_s, self._since_s
            yield "the active members", found and found.active, everyone(len(values.members))
            for member in values.members:
                yield f"whether {member} has its bond up", committee.bond_of(member) >= values.bond, True

    def _laws(self) -> Iterator[Finding]:
        stone = LawStoneClient(self._node, self._book.law_stone)
        meant = {Seat.SETTLEMENT: self._values.laws[:1], Seat.ROUTING: [self._values.routing_law]}
        for seat, texts in meant.items():
            wanted = next((text_id(text) for text in texts if text), None)
            yield f"the law that runs {seat.word}", stone.running_in(seat).law, wanted
        for text in self._values.all_laws:
            law = text_id(text)
            yield f"the status of law 0x{law.hex()}", stone.status_of(law), LawStatus.ENACTED
            yield f"the text of law 0x{law.hex()} as given", stone.text_of(law) == text, True

    def _timelock(self) -> Iterator[Finding]:
        """Who may do what, from the logs alone, so that nobody is overlooked; and that nothing else is proposed."""
        timelock, governor = TimelockClient(self._node, self._book.timelock), str(self._values.governor)
        yield "the timelock's delay", timelock.delay_s(), self._values.delay_s
        events = self._timelock_events()
        holders = _holders(events)
        meant = {Role.ADMIN: self._book.timelock, Role.EXECUTOR: ZERO_ADDRESS, Role.PROPOSER: governor, Role.CANCELLER: governor}
        for role, account in meant.items():
            yield f"who is {role.name.lower()}", sorted(holders.pop(role.id, set())), [account]
        yield "roles that nobody knows", sorted(role.hex() for role, accounts in holders.items() if accounts), []
        proposed = {event.id for event in events if isinstance(event, CallScheduled)}
        waiting = [f"0x{id_.hex()}" for id_ in proposed if _waits(timelock.state_of(id_))]
        yield "operations that can still be executed", sorted(waiting), []

    def _timelock_events(self) -> list[Event]:
        asked = [topics()[kind] for kind in (RoleGranted, RoleRevoked, CallScheduled)]
        last = self._node.block("latest").number
        logs = self._node.logs(self._book.deployed_block, last, {self._book.timelock}, asked)
        return decode_known(logs, {self._book.timelock})

    def _address(self, name: str, getter: str) -> str:
        return str(Contract(self._node, self._addresses[name]).read_value("address", getter))


def _holders(events: list[Event]) -> dict[bytes, set[str]]:
    """Who has which role after all these events."""
    found: dict[bytes, set[str]] = {}
    for event in events:
        if isinstance(event, RoleGranted):
            found.setdefault(event.role, set()).add(event.account)
        elif isinstance(event, RoleRevoked):
            found.setdefault(event.role, set()).discard(event.account)
    return found


def _waits(state: OperationState) -> bool:
    return state in (OperationState.WAITING, OperationState.READY)
