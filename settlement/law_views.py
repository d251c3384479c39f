"""Read models of laws: their texts and lives, what runs in which seat, and the amendments that were proposed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.values import LawStatus, Seat
from settlement.agreement_views import Clockwork
from settlement.record_views import dated
from settlement.tables import AmendmentRow, AssentRow, EnactmentRow, LawEventRow, LawTextRow
from settlement.views import AmendmentView, LawView, Stamp, TenureView


def laws(session: Session, clock: Clockwork, only: str | None = None) -> list[LawView]:
    """Every published law, newest first; or one of them."""
    wanted = [] if only is None else [LawEventRow.law == only]
    lives: dict[str, dict[LawStatus, Stamp]] = {}
    publishers: dict[str, str] = {}
    for row, at_s in session.execute(dated(LawEventRow).where(*wanted)):
        lives.setdefault(row.law, {})[LawStatus[row.status]] = clock.stamp(row, at_s)
        if row.publisher is not None:
            publishers[row.law] = row.publisher
    texts = {row.law: row.text for row in session.scalars(select(LawTextRow).where(LawTextRow.law.in_(lives)))}
    tenures = _tenures(session, clock, list(lives))
    return [
        LawView(
            law,
            max(life),
            None if law not in texts else texts[law].decode(errors="replace"),
            life.get(LawStatus.PUBLISHED),
            life.get(LawStatus.ENACTED),
            life.get(LawStatus.BROKEN),
            publishers.get(law),
            tuple(tenures.get(law, ())),
        )
        for law, life in lives.items()
    ]


def running(session: Session, seat: Seat) -> str | None:
    """The law that runs in a seat, whatever its status; None before the first."""
    query = select(EnactmentRow.law).where(EnactmentRow.seat == seat.word, EnactmentRow.takes_seat)
    newest = query.order_by(EnactmentRow.block_number.desc(), EnactmentRow.log_index.desc())
    return session.scalars(newest.limit(1)).first()


def amendments(session: Session, clock: Clockwork, limit: int) -> list[AmendmentView]:
    """Amendments that were proposed, newest first."""
    rows = session.execute(dated(AmendmentRow).limit(limit)).all()
    ids = [row.amendment for row, _ in rows]
    assents = session.execute(dated(AssentRow).where(AssentRow.amendment.in_(ids)))
    assented = {row.amendment: clock.stamp(row, at_s) for row, at_s in assents}
    enactments = session.execute(dated(EnactmentRow).where(EnactmentRow.amendment.in_(ids)))
    enacted = {row.amendment: clock.stamp(row, at_s) for row, at_s in enactments}
    return [
        AmendmentView(
            amendment=row.amendment,
            seat=Seat[row.seat.upper()],
            takes_seat=row.takes_seat,
            running=row.running,
            law=row.law,
            revision=row.revision,
            notice_s=row.notice_s,
            proposer=row.proposer,
            proposed=clock.stamp(row, at_s),
            assented=assented.get(row.amendment),
            enacted=enacted.get(row.amendment),
        )
        for row, at_s in rows
    ]


def _tenures(session: Session, clock: Clockwork, among: Sequence[str]) -> dict[str, list[TenureView]]:
    """When each of these laws took a seat, newest first."""
    found: dict[str, list[TenureView]] = {}
    for row, at_s in session.execute(dated(EnactmentRow).where(EnactmentRow.takes_seat, EnactmentRow.law.in_(among))):
        found.setdefault(row.law, []).append(TenureView(Seat[row.seat.upper()], row.revision, clock.stamp(row, at_s)))
    return found
