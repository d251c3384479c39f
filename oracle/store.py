"""What an oracle remembers. Every signature is preceded by a committed record of what will be signed.

One process at a time is expected, several do no harm: a second root for an epoch, or a report that may not follow on an earlier
one, is refused by the database itself or inside the transaction that would record it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from chain.quorum import mask_of
from governance.errors import BadInput, FatalError
from governance.values import Observation, Ratio
from oracle import migrations, tables
from oracle.database import ignoring, insert_new, open_engine, transaction
from oracle.heard import Heard
from oracle.samples import Sample, Samples

_PAIRS = ("uptime", "attained", "coverage")


class ForeignDatabase(FatalError):
    """The database belongs to another oracle, or to another committee."""


class SupersetRefused(FatalError):
    """A report was asked for that does not rest on all that an earlier signed report of the same row rested on."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root of one epoch. ``signature`` is None between the commit and the signing."""

    epoch: int
    root: bytes
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class TargetName:
    """What a target is called in samples and evidence: its digest, and name and address for people."""

    digest: bytes
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report to be logged before it is signed. ``words`` maps (agreement, period) to the packed row."""

    digest: bytes
    configuration: bytes
    epoch: int
    observers: int
    observation_set: bytes
    words: Mapping[tuple[int, int], int]
    proposal: str


class Store:
    """An oracle's database. Opening it upgrades its tables. To be used from one thread at a time.

    ``heard`` is what other members were seen to sign.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        migrations.upgrade(url)
        self._target_ids: dict[bytes, int] = {}
        self.heard = Heard(self._engine)

    def close(self) -> None:
        """Gives back all connections."""
        self._engine.dispose()

    def belongs_to(self, member: str, chain_id: int, committee: str) -> None:
        """Marks the database as this oracle's, once. Raises ForeignDatabase where it is another's."""
        mine = {"member": member, "chain_id": str(chain_id), "committee": committee}
        with transaction(self._engine) as connection:
            insert_new(connection, tables.identity, [{"id": 1, **mine}])
            row = connection.execute(select(tables.identity)).mappings().one()
        found = {name: row[name] for name in mine}
        if found != mine:
            raise ForeignDatabase(
                f"this database is of oracle {found['member']} at committee {found['committee']}",
                value=found,
                remedy="give every oracle its own database",
            )

    # samples ------------------------------------------------------------------------------------------------------------

    def add_samples(self, samples: Iterable[tuple[TargetName, Sample]]) -> None:
        """Keeps samples. Of two for one target and scheduled time the first stands."""
        pairs = list(samples)
        if not pairs:
            return
        with transaction(self._engine) as connection:
            ids = self._ids(connection, {target for target, _ in pairs})
            rows = [
                {
                    "target": ids[target.digest],
                    "scheduled_ms": sample.scheduled_ms,
                    "started_ms": sample.started_ms,
                    "latency_ms": sample.latency_ms,
                    "result": int(sample.result),
                    "detail": sample.detail,
                }
                for target, sample in pairs
            ]
            insert_new(connection, tables.samples, rows)
        self._target_ids.update(ids)

    def samples_of(self, digests: Collection[bytes], start_ms: int, end_ms: int) -> Samples:
        """The samples of these targets scheduled in ``[start_ms, end_ms)``, named by the targets' digests in hex."""
        column = tables.samples.c
        query = (
            select(
                tables.targets.c.digest, column.scheduled_ms, column.started_ms, column.latency_ms, column.result, column.detail
            )
            .join_from(tables.samples, tables.targets)
            .where(tables.targets.c.digest.in_([digest.hex() for digest in digests]))
            .where(column.scheduled_ms >= start_ms, column.scheduled_ms < end_ms)
            .order_by(tables.targets.c.digest, column.scheduled_ms)
        )
        with transaction(self._engine) as connection:
            return _columns([tuple(row) for row in connection.execute(query)])

    def drop_samples(self, before_ms: int) -> int:
        """Forgets samples scheduled before a time; how many. What was signed of them lives on in the evidence."""
        with transaction(self._engine) as connection:
            return connection.execute(delete(tables.samples).where(tables.samples.c.scheduled_ms < before_ms)).rowcount

    # own observations -----------------------------------------------------------------------------------------------------

    def commit_root(self, epoch: int, root: bytes, observations: Sequence[Observation]) -> Root:
        """Commits to a root and its observations, unless the epoch has a root already; the root that stands, either way.

        An epoch without observations has no root: there must be one at least.
        """
        with transaction(self._engine) as connection:
            first = ignoring(connection, tables.roots).values(epoch=epoch, root=root.hex()).returning(tables.roots.c.epoch)
            if connection.scalar(first) is not None:
                connection.execute(insert(tables.observations), [_observation_row(epoch, seen) for seen in observations])
            return _root(connection.execute(select(tables.roots).where(tables.roots.c.epoch == epoch)).one())

    def sign_root(self, root: Root, signature: bytes) -> None:
        """Keeps the signature of a committed root. Raises BadInput where no such root stands."""
        column = tables.roots.c
        with transaction(self._engine) as connection:
            kept = connection.execute(
                update(tables.roots)
                .where(column.epoch == root.epoch, column.root == root.root.hex())
                .values(signature=signature.hex())
            )
        if kept.rowcount != 1:
            raise BadInput(f"no such root was committed for epoch {root.epoch}", value=root, remedy="commit, then sign")

    def root_of(self, epoch: int) -> Root | None:
        """The root of an epoch; None where nothing was committed."""
        found = self.roots_of(epoch, epoch)
        return found[0] if found else None

    def roots_of(self, first: int, last: int) -> list[Root]:
        """The roots of the epochs from first to last, both included, oldest first."""
        column = tables.roots.c
        query = select(tables.roots).where(column.epoch >= first, column.epoch <= last).order_by(column.epoch)
        with transaction(self._engine) as connection:
            return [_root(row) for row in connection.execute(query)]

    def observations_of(self, epoch: int) -> tuple[Observation, ...]:
        """All that was observed in an epoch, by agreement and period."""
        with transaction(self._engine) as connection:
            rows = connection.execute(select(tables.observations).where(tables.observations.c.epoch == epoch)).mappings()
            seen = [_observation(row) for row in rows]
        return tuple(sorted(seen, key=lambda observation: (observation.agreement, observation.period)))

    # what others signed -----------------------------------------------------------------------------------------------------

    def note_roots(self, configuration: bytes, epoch: int, roots: Iterable[tuple[int, bytes, bytes]]) -> None:
        """Remembers (member, root, signature) that were verified before."""
        rows = [
            {
                "configuration": configuration.hex(),
                "epoch": epoch,
                "member": member,
                "root": root.hex(),
                "signature": signature.hex(),
            }
            for member, root, signature in roots
        ]
        if rows:
            with transaction(self._engine) as connection:
                insert_new(connection, tables.seen_roots, rows)

    def equivocators(self, configuration: bytes, epoch: int) -> dict[int, list[tuple[bytes, bytes]]]:
        """The members that were seen to sign two roots or more for an epoch, with these (root, signature)."""
        with transaction(self._engine) as connection:
            seen = _roots_by_member(connection, configuration.hex(), epoch)
        return {member: roots for member, roots in seen.items() if len(roots) > 1}

    # reports ----------------------------------------------------------------------------------------------------------------

    def log_report(self, report: SignedReport, inactive: Collection[int] = ()) -> None:
        """Records a report that is about to be signed.

        Raises SupersetRefused unless, for each of its rows, it rests on all the observers of every report of that row that was
        signed before, less those who have since been caught signing two roots: here, or on chain, which makes them ``inactive``.
        """
        with transaction(self._engine) as connection:
            _lock_reports(connection)
            known = connection.execute(select(tables.reports.c.digest).where(tables.reports.c.digest == report.digest.hex()))
            if known.first() is not None:
                return
            self._refuse_smaller(connection, report, inactive)
            connection.execute(insert(tables.reports), [_report_row(report)])
            connection.execute(
                insert(tables.report_rows),
                [
                    {"agreement": str(agreement), "period": period, "digest": report.digest.hex(), "word": f"{word:064x}"}
                    for (agreement, period), word in report.words.items()
                ],
            )

    def sign_report(self, digest: bytes, signature: bytes) -> None:
        """Keeps the signature of a logged report."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(tables.reports).where(tables.reports.c.digest == digest.hex()).values(signature=signature.hex())
            )

    def proposals_of_set(self, observation_set: bytes) -> list[str]:
        """The proposals (JSON) that were signed on an observation set: what a co-signer keeps and serves."""
        column = tables.reports.c
        query = select(column.proposal).where(column.observation_set == observation_set.hex()).order_by(column.digest)
        with transaction(self._engine) as connection:
            return list(connection.scalars(query))

    def _refuse_smaller(self, connection: Connection, report: SignedReport, inactive: Collection[int]) -> None:
        seen = _roots_by_member(connection, report.configuration.hex(), report.epoch)
        dropped = mask_of({member for member, roots in seen.items() if len(roots) > 1}.union(inactive))
        for agreement, period, observers in _signed_before(connection, report):
            missing = observers & ~dropped & ~report.observers
            if missing:
                raise SupersetRefused(
                    f"period {period} of agreement {agreement} was signed on observers {observers:#b}",
                    value=report.observers,
                    remedy=f"a later set holds them all, {report.observers:#b} does not",
                )

    def _ids(self, connection: Connection, wanted: set[TargetName]) -> dict[bytes, int]:
        missing = [target for target in wanted if target.digest not in self._target_ids]
        if not missing:
            return self._target_ids
        rows = [{"digest": target.digest.hex(), "name": target.name, "url": target.url} for target in missing]
        insert_new(connection, tables.targets, rows)
        column = tables.targets.c
        found = connection.execute(select(column.digest, column.id).where(column.digest.in_([row["digest"] for row in rows])))
        return {**self._target_ids, **{bytes.fromhex(row.digest): row.id for row in found}}


def _lock_reports(connection: Connection) -> None:
    """SQLite holds its write lock already; on PostgreSQL two workers of one oracle must not read past each other."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE oracle_reports IN EXCLUSIVE MODE")


def _columns(rows: list[tuple[Any, ...]]) -> Samples:
    names = sorted({row[0] for row in rows})
    number = {name: index for index, name in enumerate(names)}
    return Samples(
        scheduled_ms=np.array([row[1] for row in rows], np.int64),
        latency_ms=np.array([row[3] for row in rows], np.int64),
        result=np.array([row[4] for row in rows], np.uint8),
        series=np.array([number[row[0]] for row in rows], np.int32),
        names=tuple(names),
        started_ms=np.array([row[2] for row in rows], np.int64),
        detail=np.array([row[5] for row in rows], np.object_),
    )


def _root(row: Any) -> Root:
    return Root(row.epoch, bytes.fromhex(row.root), bytes.fromhex(row.signature) if row.signature else None)


def _observation_row(epoch: int, seen: Observation) -> dict[str, Any]:
    row = {
        "agreement": str(seen.agreement),
        "period": seen.period,
        "epoch": epoch,
        "samples": str(seen.samples),
        "p95_ms": seen.p95_ms,
        "evidence": seen.evidence.hex(),
    }
    for name in _PAIRS:
        share: Ratio = getattr(seen, name)
        row |= {f"{name}_numerator": str(share.numerator), f"{name}_denominator": str(share.denominator)}
    return row


def _observation(row: Mapping[Any, Any]) -> Observation:
    uptime, attained, coverage = (Ratio(int(row[f"{name}_numerator"]), int(row[f"{name}_denominator"])) for name in _PAIRS)
    return Observation(
        agreement=int(row["agreement"]),
        period=row["period"],
        samples=int(row["samples"]),
        uptime=uptime,
        attained=attained,
        coverage=coverage,
        p95_ms=row["p95_ms"],
        evidence=bytes.fromhex(row["evidence"]),
    )


def _roots_by_member(connection: Connection, configuration: str, epoch: int) -> dict[int, list[tuple[bytes, bytes]]]:
    column = tables.seen_roots.c
    query = (
        select(column.member, column.root, column.signature)
        .where(column.configuration == configuration, column.epoch == epoch)
        .order_by(column.member, column.root)
    )
    found: dict[int, list[tuple[bytes, bytes]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.member, []).append((bytes.fromhex(row.root), bytes.fromhex(row.signature)))
    return found


def _signed_before(connection: Connection, report: SignedReport) -> list[tuple[str, int, int]]:
    """(agreement, period, observers) of every report signed before in this epoch that shares a row with this one."""
    rows, reports = tables.report_rows.c, tables.reports.c
    query = (
        select(rows.agreement, rows.period, reports.observers)
        .join_from(tables.report_rows, tables.reports)
        .where(reports.epoch == report.epoch, reports.configuration == report.configuration.hex())
        .where(rows.agreement.in_({str(agreement) for agreement, _ in report.words}))
    )
    mine = {(str(agreement), period) for agreement, period in report.words}
    return [tuple(row) for row in connection.execute(query) if (row.agreement, row.period) in mine]


def _report_row(report: SignedReport) -> dict[str, Any]:
    return {
        "digest": report.digest.hex(),
        "configuration": report.configuration.hex(),
        "epoch": report.epoch,
        "observers": report.observers,
        "observation_set": report.observation_set.hex(),
        "proposal": report.proposal,
    }
