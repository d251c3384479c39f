"""What other members were seen to sign, whole, so that it can be handed on to relays that lack it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, Engine, delete, select

from oracle import tables
from oracle.database import insert_new, transaction
from oracle.rows import SignedObservations
from oracle.wire import Submission, load_submission, parse, submission_json

MOST_ROOTS = 2  # of one member and epoch: two prove an equivocation, more prove nothing more

Key = tuple[bytes, int, int, bytes]  # configuration, epoch, member, root


class Heard:
    """Submissions of other members, in the oracle's database. Raises DatabaseUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, configuration: bytes, epoch: int, members: Iterable[SignedObservations]) -> set[Key]:
        """Keeps what was verified before, up to ``MOST_ROOTS`` roots of each member; the names of all that is kept of them."""
        with transaction(self._engine) as connection:
            kept = _kept(connection, configuration, epoch)
            wanted = {(signed.member, signed.root): signed for signed in members}
            for (member, root), signed in wanted.items():
                if (member, root) not in kept and sum(other == member for other, _ in kept) < MOST_ROOTS:
                    insert_new(connection, tables.heard, [_row(Submission(configuration, signed))])
                    kept.add((member, root))
        return {(configuration, epoch, member, root) for member, root in kept & wanted.keys()}

    def since(self, oldest: int) -> list[Key]:
        """The names of what is kept of an epoch and those after it, oldest first."""
        column = tables.heard.c
        query = (
            select(column.configuration, column.epoch, column.member, column.root)
            .where(column.epoch >= oldest)
            .order_by(column.epoch, column.member, column.root)
        )
        with transaction(self._engine) as connection:
            return [(bytes.fromhex(row[0]), row[1], row[2], bytes.fromhex(row[3])) for row in connection.execute(query)]

    def submission(self, key: Key) -> Submission:
        """What is kept under a name that ``since`` gave."""
        configuration, epoch, member, root = key
        column = tables.heard.c
        query = select(column.submission).where(
            column.configuration == configuration.hex(),
            column.epoch == epoch,
            column.member == member,
            column.root == root.hex(),
        )
        with transaction(self._engine) as connection:
            return load_submission(parse(connection.execute(query).scalar_one(), "what was heard"))

    def forget(self, before: int) -> None:
        """Drops what belongs to earlier epochs."""
        with transaction(self._engine) as connection:
            connection.execute(delete(tables.heard).where(tables.heard.c.epoch < before))


def _kept(connection: Connection, configuration: bytes, epoch: int) -> set[tuple[int, bytes]]:
    column = tables.heard.c
    query = select(column.member, column.root).where(column.configuration == configuration.hex(), column.epoch == epoch)
    return {(row.member, bytes.fromhex(row.root)) for row in connection.execute(query)}


def _row(submission: Submission) -> dict[str, object]:
    signed = submission.signed
    return {
        "configuration": submission.configuration.hex(),
        "epoch": signed.epoch,
        "member": signed.member,
        "root": signed.root.hex(),
        "submission": json.dumps(submission_json(submission), separators=(",", ":")),
    }
