"""Assents to amendments: taken in from members, verified like all that they sign, and brought to LawStone by the quorum.

The relay judges no law: members do, each for itself. What it brings is worth nothing without their signatures. Anybody may
propose as many amendments as he likes, so the relay pays for those alone that governance asked the timelock to enact.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sqlalchemy import delete, select

from chain.contracts import LawStoneClient
from chain.law_lives import Proposal
from chain.node import NodeRefused
from chain.quorum import check_member, join_signatures
from chain.typed_data import Domain, assent_digest
from chain.values import Configuration, member_bit
from governance.clock import Clock
from governance.errors import BadInput
from oracle.wire import AssentSignature
from settlement.admission import NotYet, check_active
from settlement.outbox import Outbox
from settlement.relay_store import bytes_of
from settlement.relay_tables import AssentSignatureRow
from settlement.store import Store
from settlement.world import LawWorld
from settlement.writer import hex_of

KIND = "assent"
PENDING = "pending"


class Assents:
    """What members signed of amendments. Safe to use from any thread. ``woken`` is set when something came in."""

    def __init__(self, store: Store, world: LawWorld, law_stone: Domain, clock: Clock, woken: threading.Event) -> None:
        self._woken = woken
        self._store = store
        self._world = world
        self._law_stone = law_stone
        self._clock = clock

    def take(self, amendment: bytes, assent: AssentSignature) -> None:
        """Keeps a member's assent. Again is harmless.

        Raises NotYet for an amendment or a configuration that was not read so far, BadInput for one that can be assented to no
        more, or a configuration that is not in force, and QuorumError for a signature that is not the member's.
        """
        self._check_amendment(amendment)
        configuration = self._in_force(assent.configuration)
        check_member(configuration, assent_digest(self._law_stone, amendment), assent.member, assent.signature)
        check_active(assent.member, configuration)
        with self._store.write() as session:
            session.merge(
                AssentSignatureRow(
                    amendment=hex_of(amendment),
                    configuration=hex_of(assent.configuration),
                    member=assent.member,
                    signature="0x" + assent.signature.hex(),
                    received_ms=self._clock.now_ms(),
                )
            )
        self._woken.set()

    def given(self, amendment: bytes) -> list[AssentSignature]:
        """The assents to an amendment that are kept, by configuration and member; none for one that is not known."""
        with self._store.read() as session:
            rows = session.scalars(
                select(AssentSignatureRow)
                .where(AssentSignatureRow.amendment == hex_of(amendment))
                .order_by(AssentSignatureRow.configuration, AssentSignatureRow.member)
            )
            return [AssentSignature(bytes_of(row.configuration), row.member, bytes_of(row.signature)) for row in rows]

    def of(self, configuration: Configuration) -> dict[bytes, dict[int, bytes]]:
        """The signatures of those members of a configuration that count, by amendment and member."""
        found: dict[bytes, dict[int, bytes]] = {}
        with self._store.read() as session:
            mine = AssentSignatureRow.configuration == hex_of(configuration.digest)
            for row in session.scalars(select(AssentSignatureRow).where(mine)):
                if configuration.active & member_bit(row.member):
                    found.setdefault(bytes_of(row.amendment), {})[row.member] = bytes_of(row.signature)
        return found

    def forget(self) -> None:
        """Drops what is of no more use: assents to amendments that were assented to on chain, or are void."""
        waiting = {hex_of(proposal.id) for proposal in self._world.lives().awaiting_assent()}
        with self._store.write() as session:
            for amendment in session.scalars(select(AssentSignatureRow.amendment).distinct()).all():
                if amendment not in waiting:
                    session.execute(delete(AssentSignatureRow).where(AssentSignatureRow.amendment == amendment))

    def _check_amendment(self, amendment: bytes) -> None:
        lives = self._world.lives()
        proposal = lives.proposals.get(amendment)
        if proposal is None:
            raise NotYet(
                f"no amendment 0x{amendment.hex()} so far", value=amendment, remedy="ask again when the relay has read it"
            )
        if proposal.assented_in is not None or not lives.is_good(proposal):
            raise BadInput("the amendment was assented to, or is void", value=amendment, remedy="nothing is left to sign")

    def _in_force(self, digest: bytes) -> Configuration:
        configuration = self._world.configuration(digest)
        if configuration is None:
            raise NotYet(f"no configuration 0x{digest.hex()} so far", value=digest, remedy="ask again when the relay has read it")
        now_s = self._clock.now_ms() // 1_000
        if now_s < configuration.since_s:
            raise NotYet("the configuration is not in force yet", value=digest, remedy=f"sign from {configuration.since_s} on")
        if not configuration.reigns_at(now_s):
            raise BadInput("the configuration is not in force any more", value=digest, remedy="sign as one of those who are")
        return configuration


class AssentReporter:
    """Brings to LawStone what a quorum of the configuration in force signed."""

    def __init__(self, assents: Assents, world: LawWorld, law_stone: LawStoneClient, outbox: Outbox, clock: Clock) -> None:
        self._assents = assents
        self._world = world
        self._law_stone = law_stone
        self._outbox = outbox
        self._clock = clock

    def step(self) -> int:
        """Submits every assent that is due; how many were mined. Raises NodeUnavailable or StoreUnavailable: try again later."""
        configuration = self._world.configuration_at(self._clock.now_ms() // 1_000)
        if configuration is None:
            return 0
        given = self._assents.of(configuration)
        waiting = self._world.lives().awaiting_assent() if given else []
        wanted = [proposal for proposal in waiting if proposal.id in given and self._is_wanted(proposal)]
        return sum(self._submit(proposal, configuration, given[proposal.id]) for proposal in wanted)

    def _is_wanted(self, proposal: Proposal) -> bool:
        return self._world.governance_asked(self._law_stone.enact_call(proposal.amendment))

    def _submit(self, proposal: Proposal, configuration: Configuration, signatures: Mapping[int, bytes]) -> bool:
        subject = hex_of(proposal.id)
        if len(signatures) < configuration.quorum or self._outbox.busy(KIND, subject):
            return False
        signers, joined = join_signatures(signatures)
        call = self._law_stone.assent_call(proposal.id, configuration.digest, signers, joined)
        try:  # as of its pending transactions: another relay may be on its way
            self._law_stone.node.call(call.to or "", call.data, PENDING)
        except NodeRefused:
            return False
        return self._outbox.send(KIND, subject, call) is not None
