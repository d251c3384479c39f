"""What the relay was told, in its tables. Functions on a session; the caller owns the transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chain.row import unpack
from chain.values import Header
from oracle import wire
from oracle.rows import Equivocation, Key, SignedObservations
from settlement.apply import hex_of
from settlement.relay_tables import EquivocationRow, ProposalRow, RelayRootRow, SignatureRow

REDRAFTED = "redrafted"


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal as it is kept. ``digest`` is what members sign, and names it."""

    digest: bytes
    header: Header
    rows: tuple[int, ...]
    created_ms: int

    @property
    def id(self) -> str:
        """Its name on the wire."""
        return hex_of(self.digest)

    @property
    def place(self) -> tuple[int, int, int, str]:
        """Where it stands in line: oldest epoch first, more observers before fewer, then as they were made."""
        return self.header.epoch, -self.header.observers.bit_count(), self.created_ms, self.id


@dataclass(frozen=True, slots=True)
class Given:
    """A signature: whose, when it came, and the place in line of the proposal that it is for."""

    member: int
    received_ms: int
    place: tuple[int, int, int, str]


def keys_of(draft: Draft) -> list[Key]:
    """The agreement-periods of a proposal."""
    return [(row.agreement, row.period) for row in map(unpack, draft.rows)]


def bytes_of(text: str) -> bytes:
    """Bytes of 0x-hex text."""
    return bytes.fromhex(text.removeprefix("0x"))


def add_root(session: Session, configuration: bytes, signed: SignedObservations, received_ms: int) -> RelayRootRow:
    """Keeps a member's root of an epoch, unless there is one; the one that stands, either way."""
    key = hex_of(configuration), signed.epoch, signed.member
    standing = session.get(RelayRootRow, key)
    if standing is not None:
        return standing
    row = RelayRootRow(
        configuration=key[0],
        epoch=signed.epoch,
        member=signed.member,
        root=hex_of(signed.root),
        signature=hex_of(signed.signature),
        observations=json.dumps(wire.signed_json(signed)["observations"], separators=(",", ":")),
        received_ms=received_ms,
    )
    session.add(row)
    return row


def add_equivocation(session: Session, standing: RelayRootRow, second: SignedObservations, seen_ms: int) -> None:
    """Keeps the proof that a member signed two roots for one epoch; the first proof is enough."""
    key = standing.configuration, standing.epoch, standing.member
    if session.get(EquivocationRow, key) is None:
        session.add(
            EquivocationRow(
                configuration=standing.configuration,
                epoch=standing.epoch,
                member=standing.member,
                first_root=standing.root,
                first_signature=standing.signature,
                second_root=hex_of(second.root),
                second_signature=hex_of(second.signature),
                seen_ms=seen_ms,
            )
        )


def signed_of(row: RelayRootRow) -> SignedObservations:
    """A kept root as it was sent."""
    document = {
        "member": row.member,
        "epoch": row.epoch,
        "root": row.root,
        "signature": row.signature,
        "observations": json.loads(row.observations),
    }
    return wire.load_signed(document, "relay_roots")


def roots_of(session: Session, configuration: bytes, epoch: int) -> list[RelayRootRow]:
    """The roots of an epoch under a configuration, by member."""
    query = select(RelayRootRow).where(RelayRootRow.configuration == hex_of(configuration), RelayRootRow.epoch == epoch)
    return list(session.scalars(query.order_by(RelayRootRow.member)))


def epochs_since(session: Session, epoch: int) -> list[tuple[bytes, int]]:
    """Every (configuration, epoch) that has a root, from an epoch on, oldest first."""
    columns = RelayRootRow.configuration, RelayRootRow.epoch
    query = select(*columns).where(RelayRootRow.epoch >= epoch).distinct().order_by(RelayRootRow.epoch)
    return [(bytes_of(configuration), number) for configuration, number in session.execute(query)]


def equivocations(session: Session, configuration: bytes, epoch: int) -> list[Equivocation]:
    """The proofs against members of a configuration, for one epoch."""
    query = select(EquivocationRow).where(EquivocationRow.configuration == hex_of(configuration), EquivocationRow.epoch == epoch)
    return [
        Equivocation(
            row.member,
            row.epoch,
            (
                (bytes_of(row.first_root), bytes_of(row.first_signature)),
                (bytes_of(row.second_root), bytes_of(row.second_signature)),
            ),
        )
        for row in session.scalars(query.order_by(EquivocationRow.member))
    ]


def add_draft(session: Session, draft: Draft) -> bool:
    """Keeps a proposal; whether it is new."""
    if session.get(ProposalRow, draft.id) is not None:
        return False
    header = draft.header
    session.add(
        ProposalRow(
            proposal=draft.id,
            configuration=hex_of(header.configuration),
            epoch=header.epoch,
            observation_set=hex_of(header.observation_set),
            observers=header.observers,
            payee=header.payee,
            rows=json.dumps([f"0x{word:064x}" for word in draft.rows], separators=(",", ":")),
            created_ms=draft.created_ms,
            closed=None,
        )
    )
    return True


def draft_of(row: ProposalRow) -> Draft:
    """A kept proposal."""
    header = Header(bytes_of(row.configuration), row.epoch, bytes_of(row.observation_set), row.observers, row.payee)
    return Draft(bytes_of(row.proposal), header, tuple(int(word, 16) for word in json.loads(row.rows)), row.created_ms)


def draft(session: Session, proposal: str) -> Draft | None:
    """A proposal by its name; None where there is none."""
    row = session.get(ProposalRow, proposal)
    return None if row is None else draft_of(row)


def drafts_of(session: Session, configuration: bytes, epoch: int) -> list[Draft]:
    """All proposals of an epoch under a configuration, oldest first, but for those that others took over from."""
    query = select(ProposalRow).where(ProposalRow.configuration == hex_of(configuration), ProposalRow.epoch == epoch)
    query = query.where(ProposalRow.closed.is_(None) | (ProposalRow.closed != REDRAFTED))
    return [draft_of(row) for row in session.scalars(query.order_by(ProposalRow.created_ms, ProposalRow.proposal))]


def open_drafts(session: Session) -> list[Draft]:
    """All proposals that are not closed, in line."""
    query = select(ProposalRow).where(ProposalRow.closed.is_(None))
    return sorted((draft_of(row) for row in session.scalars(query)), key=lambda draft: draft.place)


def draft_of_set(session: Session, observation_set: bytes) -> Draft | None:
    """The newest proposal that rests on an observation set; None where there is none."""
    query = select(ProposalRow).where(ProposalRow.observation_set == hex_of(observation_set))
    row = session.scalars(query.order_by(ProposalRow.created_ms.desc()).limit(1)).first()
    return None if row is None else draft_of(row)


def close_drafts(session: Session, proposals: Sequence[str], reason: str) -> None:
    """Marks open proposals as done with: nothing will be signed or sent for them."""
    chosen = ProposalRow.proposal.in_(proposals), ProposalRow.closed.is_(None)
    session.execute(update(ProposalRow).where(*chosen).values(closed=reason))


def add_signature(session: Session, proposal: str, member: int, signature: bytes, received_ms: int) -> None:
    """Keeps a member's verified signature; the first one stands."""
    if session.get(SignatureRow, (proposal, member)) is None:
        session.add(SignatureRow(proposal=proposal, member=member, signature=hex_of(signature), received_ms=received_ms))


def signatures_of(session: Session, proposals: Sequence[str]) -> dict[str, dict[int, bytes]]:
    """The signatures of some proposals, by proposal and member."""
    found: dict[str, dict[int, bytes]] = {proposal: {} for proposal in proposals}
    for row in session.scalars(select(SignatureRow).where(SignatureRow.proposal.in_(proposals))):
        found[row.proposal][row.member] = bytes_of(row.signature)
    return found


def given_since(session: Session, configuration: bytes, epoch: int, since_ms: int) -> list[Given]:
    """The signatures that came since a time for proposals of a configuration, of an epoch or a later one."""
    columns = SignatureRow.member, SignatureRow.received_ms, ProposalRow.epoch, ProposalRow.observers, ProposalRow.created_ms
    query = select(*columns, ProposalRow.proposal).join(ProposalRow, ProposalRow.proposal == SignatureRow.proposal)
    query = query.where(ProposalRow.configuration == hex_of(configuration), ProposalRow.epoch >= epoch)
    return [
        Given(member, received_ms, (of_epoch, -observers.bit_count(), created_ms, proposal))
        for member, received_ms, of_epoch, observers, created_ms, proposal in session.execute(
            query.where(SignatureRow.received_ms >= since_ms)
        )
    ]


def full_proposal(session: Session, draft: Draft, members: Iterable[SignedObservations]) -> wire.Proposal:
    """A proposal with all that it rests on, as members and auditors get it."""
    proofs = equivocations(session, draft.header.configuration, draft.header.epoch)
    return wire.Proposal(draft.id, draft.header, draft.rows, tuple(members), tuple(proofs))


def prune(session: Session, epoch: int) -> int:
    """Forgets everything of epochs before one; how many roots were forgotten."""
    gone = select(ProposalRow.proposal).where(ProposalRow.epoch < epoch)
    session.execute(delete(SignatureRow).where(SignatureRow.proposal.in_(gone)))
    session.execute(delete(ProposalRow).where(ProposalRow.epoch < epoch))
    session.execute(delete(EquivocationRow).where(EquivocationRow.epoch < epoch))
    count = session.scalar(select(func.count()).select_from(RelayRootRow).where(RelayRootRow.epoch < epoch)) or 0
    session.execute(delete(RelayRootRow).where(RelayRootRow.epoch < epoch))
    return count
