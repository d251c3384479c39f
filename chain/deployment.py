"""Putting the contracts on a chain: a whole instance that belongs to its timelock from the first moment on."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from chain.addressbook import AddressBook
from chain.contracts import CommitteeClient, LawStoneClient, PactumClient, TimelockClient, TokenClient
from chain.creating import Creator, DeploymentFailed, Displaced, Plan, create_address
from chain.hashing import ZERO_ADDRESS, keccak, text_id
from chain.journal import Journal
from chain.node import Node
from chain.pace import Pace, RealPace
from chain.reverts import TransactionReverted
from chain.sender import Call, CallSender
from chain.timelock import Operation, OperationState, Role
from chain.values import LawStatus, Listing, Parameters, Seat
from governance.errors import BadInput, FatalError

__all__ = ["BondsMissing", "DeployParameters", "DeploymentFailed", "create_address", "deploy", "open_journal"]

DAY_S = 86_400
CIRCLE = ("LawStone", "Committee", "Zone", "Tribunal", "Notary", "Pactum")
ATTEMPTS = 3


class BondsMissing(FatalError):
    """Members of the first configuration have not put up their bonds. ``value`` is what each still lacks."""


@dataclass(frozen=True, slots=True)
class DeployParameters:
    """What a deployment begins with. Times in seconds, money in the token's smallest unit.

    ``members`` make the first configuration, in force from ``since_s`` (by default ``lead_s`` after it is announced); none are
    configured where there are none. Their bonds are posted by the deployer where ``post_bonds``, else they must be there.
    ``governor`` may propose to the timelock afterwards, and wait ``delay_s``; None is the deployer. ``treasury`` None, and an
    arbiter of the zero address, stand for the governor; ``guardian`` None is nobody. ``laws`` are texts of laws
    that settle: the first takes its seat, the others stand beside it. ``routing_law`` takes the seat of routing, which stays
    vacant without one. ``listings`` are of tokens that exist; ``test_token`` deploys a MockToken, lists it with ``min_fee`` and
    ``relay_fee``, and makes it the bonds' token where ``bond_token`` names none.
    """

    members: tuple[str, ...] = ()
    since_s: int | None = None
    lead_s: int = 5
    epoch_length_s: int = 3_600
    parameters: Parameters = field(
        default_factory=lambda: Parameters(
            report_deadline=7_200,
            dispute_window=7_200,
            resolution_deadline=DAY_S,
            thaw=2 * DAY_S,
            longest_period=31 * DAY_S,
            validator_bps=2_000,
            dao_bps=1_000,
            dispute_bond_bps=1_000,
            arbiter=ZERO_ADDRESS,
        )
    )
    treasury: str | None = None
    guardian: str | None = None
    governor: str | None = None
    delay_s: int = 0
    laws: tuple[str, ...] = ()
    routing_law: str | None = None
    bond_token: str | None = None
    bond: int = 1_000_000
    reporter_bps: int = 5_000
    post_bonds: bool = True
    test_token: bool = True
    min_fee: int = 1_000
    relay_fee: int = 0
    listings: tuple[Listing, ...] = ()

    def settled(self, deployer: str) -> DeployParameters:
        """The same, with everybody named who is left to be somebody else by default."""
        governor = self.governor or deployer
        arbiter = governor if self.parameters.arbiter == ZERO_ADDRESS else self.parameters.arbiter
        parameters = replace(self.parameters, arbiter=arbiter)
        return replace(self, governor=governor, treasury=self.treasury or governor, parameters=parameters)

    @property
    def all_laws(self) -> tuple[str, ...]:
        """The texts of the laws of both seats."""
        return tuple(dict.fromkeys((*self.laws, *([self.routing_law] if self.routing_law else []))))

    @property
    def fingerprint(self) -> bytes:
        """What tells these parameters from others; when the first configuration begins is no part of it."""
        return keccak(json.dumps(asdict(replace(self, since_s=None)), sort_keys=True).encode())


def deploy(
    node: Node, deployer: CallSender, values: DeployParameters, journal: Journal | None = None, pace: Pace | None = None
) -> AddressBook:
    """Deploys everything, or what an earlier run with the same journal left to do.

    The timelock owns the contracts from their construction. While its delay is nothing, one operation of the deployer's sets
    parameters, lists tokens, enacts laws, announces the first configuration, and at last hands the timelock to the governor
    and raises its delay. Raises what sending raises, BondsMissing, or DeploymentFailed.
    """
    settled = values.settled(deployer.address)
    if not settled.test_token and settled.bond_token is None:
        raise BadInput("bonds have no token", remedy="name bond_token, or let a test token be deployed")
    if journal is None:
        journal = open_journal(None, node, deployer.address, settled)
    return _Founding(node, deployer, settled, journal, pace or RealPace()).run()


def open_journal(path: Path | None, node: Node, deployer: str, values: DeployParameters) -> Journal:
    """The journal of a deployment: the one at this path, if it was begun for the same, else a new one.

    Raises BadInput where the file is of another chain, deployer or set of parameters.
    """
    settled = values.settled(deployer)
    chain_id = node.chain_id()
    if path is not None and path.exists():
        found = Journal.load(path)
        if (found.chain_id, found.deployer, found.fingerprint) != (chain_id, deployer, settled.fingerprint):
            message = "this journal is of another deployment: its chain, its deployer or its parameters differ"
            raise BadInput(message, source=str(path), remedy="give what it was begun with, or move it away to deploy anew")
        return found
    first = node.block("latest").number + 1
    journal = Journal(chain_id, deployer, settled.fingerprint, first, secrets.token_bytes(32), path=path)
    journal.save()
    return journal


class _Founding:
    """One deployment under way."""

    def __init__(self, node: Node, deployer: CallSender, values: DeployParameters, journal: Journal, pace: Pace) -> None:
        self._node = node
        self._deployer = deployer
        self._values = values
        self._journal = journal
        self._creator = Creator(node, deployer, journal, pace)

    def run(self) -> AddressBook:
        book = self._create_all()
        if not self._is_founded(book):
            self._publish_laws(LawStoneClient(self._node, book.law_stone))
            self._post_bonds(book)
            self._found(book)
        return book

    def _create_all(self) -> AddressBook:
        create, me = self._creator.create, self._deployer.address
        token = create(Plan("MockToken", "()", ())) if self._values.test_token else None
        roles = "(uint256,address[],address[],address)"
        # Whoever likes may execute what was proposed and has waited: that only moves what is already decided.
        timelock = create(Plan("TimelockController", roles, (0, [me], [ZERO_ADDRESS], ZERO_ADDRESS)))
        law_stone, committee, zone, tribunal, notary, pactum = self._create_circle(timelock, token)
        return AddressBook(
            chain_id=self._journal.chain_id,
            deployed_block=self._journal.from_block,
            pactum=pactum,
            zone=zone,
            committee=committee,
            tribunal=tribunal,
            notary=notary,
            law_stone=law_stone,
            timelock=timelock,
            token=token,
        )

    def _create_circle(self, timelock: str, token: str | None) -> list[str]:
        """The contracts that name each other; anew where something else took a nonce that Pactum's address rests on."""
        for _ in range(ATTEMPTS):
            known = self._journal.created.get(CIRCLE[0])
            first = known.nonce if known else self._creator.next_nonce()
            try:
                return self._creator.create_known(self._circle(first, timelock, token), first)
            except Displaced:
                self._journal.forget(CIRCLE)
        message = f"another program keeps taking the nonces of {self._deployer.address}"
        raise DeploymentFailed(message, value=self._deployer.address, remedy="let nothing else send for the deployer")

    def _circle(self, nonce: int, timelock: str, token: str | None) -> list[Plan]:
        values, me = self._values, self._deployer.address
        addresses = [create_address(me, nonce + place) for place in range(len(CIRCLE))]
        law_stone, committee, zone, tribunal, notary, pactum = addresses
        bond = (values.bond_token or token, values.bond, values.reporter_bps)
        committee_types = "(address,address,uint32,address,uint256,uint16)"
        pactum_types = "(address,address,address,address,address,address)"
        return [
            Plan("LawStone", "(address,address)", (timelock, committee)),
            Plan("Committee", committee_types, (timelock, pactum, values.epoch_length_s, *bond)),
            Plan("Zone", "(address)", (pactum,)),
            Plan("Tribunal", "(address)", (pactum,)),
            Plan("Notary", "(address,address,address,address)", (pactum, zone, committee, law_stone)),
            Plan("Pactum", pactum_types, (timelock, zone, committee, tribunal, notary, values.treasury)),
        ]

    def _is_founded(self, book: AddressBook) -> bool:
        """Whether the founding operation was executed."""
        begun = self._journal.since_s is not None or not self._values.members
        operation = self._operation(book) if begun else None
        timelock = TimelockClient(self._node, book.timelock)
        return operation is not None and timelock.state_of(operation.id) is OperationState.DONE

    def _publish_laws(self, stone: LawStoneClient) -> None:
        for text in self._values.all_laws:
            if stone.status_of(text_id(text)) is LawStatus.NONE:
                stone.publish(self._deployer, text)

    def _post_bonds(self, book: AddressBook) -> None:
        committee = CommitteeClient(self._node, book.committee)
        lacking = {member: self._values.bond - committee.bond_of(member) for member in self._values.members}
        lacking = {member: amount for member, amount in lacking.items() if amount > 0}
        if lacking and not self._values.post_bonds:
            message = f"{len(lacking)} members have not put up their bonds: {', '.join(lacking)}"
            raise BondsMissing(message, value=lacking, remedy=f"post to the Committee at {book.committee}, and run again")
        if lacking:
            self._provide(book, sum(lacking.values()))
        for member, amount in lacking.items():
            committee.post(self._deployer, member, amount)

    def _provide(self, book: AddressBook, amount: int) -> None:
        """Sees to it that the Committee can pull this much from the deployer; a test token is minted."""
        token = TokenClient(self._node, self._values.bond_token or str(book.token))
        have = token.balance_of(self._deployer.address)
        if token.address == book.token and have < amount:
            token.mint(self._deployer, self._deployer.address, amount - have)
        if token.allowance(self._deployer.address, book.committee) < amount:
            token.approve(self._deployer, book.committee, amount)

    def _found(self, book: AddressBook) -> None:
        """Has the founding operation executed; anew where it took so long that its configuration would begin in the past."""
        timelock = TimelockClient(self._node, book.timelock)
        for _ in range(ATTEMPTS):
            self._set_beginning()
            operation = self._operation(book)
            if timelock.state_of(operation.id) is OperationState.UNSET:
                timelock.schedule(self._deployer, operation, 0)
            try:
                timelock.execute(self._deployer, operation)
            except TransactionReverted as error:
                if timelock.state_of(operation.id) is OperationState.DONE:
                    return  # anyone may execute it, and somebody did
                if error.name != "SinceInThePast" or self._values.since_s is not None:
                    raise
                timelock.cancel(self._deployer, operation.id)
                self._journal.begin_at(None)
            else:
                return
        message = f"{self._values.lead_s} s are too short for the first configuration to be announced in"
        raise DeploymentFailed(message, value=self._values.lead_s, remedy="give it a longer lead")

    def _set_beginning(self) -> None:
        if self._values.members and self._journal.since_s is None:
            soon = self._node.block("latest").timestamp_s + self._values.lead_s
            self._journal.begin_at(self._values.since_s or soon)

    def _operation(self, book: AddressBook) -> Operation:
        return Operation((*self._settings(book), *self._handover(TimelockClient(self._node, book.timelock))), self._journal.salt)

    def _settings(self, book: AddressBook) -> list[Call]:
        values, pactum = self._values, PactumClient(self._node, book.pactum)
        stone, committee = LawStoneClient(self._node, book.law_stone), CommitteeClient(self._node, book.committee)
        calls = [pactum.set_parameters_call(values.parameters)]
        calls += [pactum.list_token_call(listing) for listing in listings_of(values, book)]
        calls += [pactum.set_guardian_call(values.guardian)] if values.guardian else []
        calls += _founded(stone, Seat.SETTLEMENT, values.laws)
        calls += _founded(stone, Seat.ROUTING, [values.routing_law] if values.routing_law else [])
        if values.members and self._journal.since_s is not None:
            calls.append(committee.configure_call(values.members, self._journal.since_s))
        return calls

    def _handover(self, timelock: TimelockClient) -> list[Call]:
        """Last of all: the deployer may propose nothing more, unless it is the governor; and what is proposed has to wait."""
        governor, me = str(self._values.governor), self._deployer.address
        calls = [] if governor == me else _replace(timelock, me, governor)
        return calls + ([timelock.update_delay_call(self._values.delay_s)] if self._values.delay_s else [])


def listings_of(values: DeployParameters, book: AddressBook) -> tuple[Listing, ...]:
    """What a deployment lists: its test token, if it has one, and what else it was told."""
    own = (Listing(book.token, values.relay_fee, values.min_fee),) if book.token else ()
    return own + values.listings


def _founded(stone: LawStoneClient, seat: Seat, texts: Sequence[str]) -> list[Call]:
    """Enacts the first laws of a seat. The one that is to run there comes last: then the seat is taken."""
    laws = list(dict.fromkeys(map(text_id, texts)))
    return [stone.found_call(seat, law, takes_seat=False) for law in laws[1:]] + [stone.found_call(seat, law) for law in laws[:1]]


def _replace(timelock: TimelockClient, old: str, new: str) -> list[Call]:
    roles: Sequence[Role] = (Role.PROPOSER, Role.CANCELLER)
    return [timelock.grant_call(role, new) for role in roles] + [timelock.revoke_call(role, old) for role in roles]
