"""An oracle's worker: probes on time, and reconciles with the chain and the relays in between.

The event loop does nothing but probe. All that blocks (database, node, law, relays) runs in one thread of its own, round after
round; a round that fails is told once, and tried again.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from chain.addressbook import AddressBook
from chain.calls import NoContract
from chain.contracts import CommitteeClient, check_book
from chain.docket import AgreementRecord, Docket
from chain.keys import Signer
from chain.node import Node
from chain.sender import WrongChain
from governance.clock import Clock, SystemClock
from governance.errors import RetryableError
from oracle.assenter import Assenter
from oracle.evidence import EvidenceStore
from oracle.laws import Laws
from oracle.ports import Ports, ProbedSamples
from oracle.probe import Credential, Prober, Target, targets_of
from oracle.relay_client import RelayClient
from oracle.rows import Rules
from oracle.samples import Sample
from oracle.schedule import Schedule
from oracle.store import ForeignDatabase, Store, TargetName
from oracle.teller import Teller
from oracle.troubles import Troubles
from oracle.witness import Witness

GRACE_MARGIN_MS = 500
LOOKAHEAD_MS = 5_000
MOST_UNSTORED = 100_000
RESOLVER_THREADS = 32
_DAY_MS = 86_400_000
UNMENDABLE = (WrongChain, NoContract, ForeignDatabase)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What an operator decides. ``credentials`` are by the names that terms give them.

    ``tell_s`` is the pause between two tellings of interim counts.
    ``grace_ms`` None waits the longest probe timeout and a margin after each epoch. ``keep_samples_ms`` is how long samples stay
    in the database after they are of no more use to a running period. ``witness`` is for trials with oracles that misbehave.
    """

    rpc_url: str = field(repr=False)  # addresses may hold passwords
    book: AddressBook
    signer: Signer
    database_url: str = field(repr=False)
    evidence_url: str
    relays: tuple[str, ...]
    poll_s: float = 5.0
    tell_s: float = 5.0
    grace_ms: int | None = None
    credentials: Mapping[str, Credential] = field(default_factory=dict, repr=False)
    clock: Clock = field(default_factory=SystemClock)
    keep_samples_ms: int = 7 * _DAY_MS
    witness: type[Witness] = Witness


def run_worker(config: WorkerConfig) -> None:
    """Works until SIGTERM or SIGINT, then stops cleanly. To be called from the main thread of a process.

    Raises what cannot mend itself: a database of another oracle, an address that is none.
    """
    asyncio.run(_until_signal(config))


async def _until_signal(config: WorkerConfig) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(config, stop)


async def work(config: WorkerConfig, stop: asyncio.Event) -> None:
    """Works until ``stop`` is set. Probes run on the calling loop, everything else in a thread of its own."""
    loop = asyncio.get_running_loop()
    # Names are resolved in the loop's default threads: one that hangs must not hold up the others.
    loop.set_default_executor(ThreadPoolExecutor(RESOLVER_THREADS, "oracle-resolver"))
    outbox = Outbox()
    prober = Prober(config.clock, config.credentials)
    schedule = Schedule(prober.probe, outbox.keep, config.clock)
    with ThreadPoolExecutor(1, "oracle-rounds") as thread:
        rounds = await loop.run_in_executor(thread, Rounds, config, outbox)
        schedule.start()
        try:
            while not stop.is_set():
                schedule.set_targets(await loop.run_in_executor(thread, rounds.turn))
                await _pause(stop, config.poll_s)
        finally:
            await schedule.stop()
            await prober.close()
            await loop.run_in_executor(thread, rounds.close)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


class Outbox:
    """Samples on their way from the event loop to the database. When it is full, the oldest are lost: missing samples."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[TargetName, Sample]] = deque(maxlen=MOST_UNSTORED)
        self._lock = threading.Lock()

    def keep(self, target: Target, sample: Sample) -> None:
        """Takes one sample."""
        with self._lock:
            self._waiting.append((target.name, sample))

    def flush(self, store: Store) -> None:
        """Brings all that waits into the store. What could not be stored waits on. Raises DatabaseUnavailable."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        try:
            store.add_samples(taken)
        except BaseException:
            with self._lock:
                self._waiting = deque([*taken, *self._waiting], maxlen=MOST_UNSTORED)
            raise


class Rounds:
    """What is done in between probes. All of it, the making included, belongs to one thread."""

    def __init__(self, config: WorkerConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._store = Store(config.database_url)
        self._store.belongs_to(config.signer.address, config.book.chain_id, config.book.committee)
        self._evidence = EvidenceStore(config.evidence_url)
        self._relays = [RelayClient(url) for url in config.relays]
        self._node = Node(config.rpc_url)
        self._docket = Docket(self._node, config.book)
        self._laws = Laws(self._docket)
        self._witness: Witness | None = None
        self._teller: Teller | None = None
        self._assenter = Assenter(config.signer, config.book.law_stone_domain, self._docket, self._relays, config.clock)
        self._targets: tuple[Target, ...] = ()
        self._known: dict[bytes, tuple[Target, ...]] = {}
        self._dropped_ms = 0
        self._troubles = Troubles(log)

    def turn(self) -> Sequence[Target]:
        """One round: store, read the chain, observe, push, co-sign, judge amendments. The targets to probe from now on.

        Raises FatalError only where it cannot begin: the wrong chain, or a database of another oracle.
        """
        read = self._try("reading the chain", self._read_chain)
        now_ms = self._config.clock.now_ms()
        stored = self._try("storing samples", lambda: self._outbox.flush(self._store))
        witness = self._witness
        if witness is not None:
            if read and stored:
                # As of a time before the samples were stored: none that was finished by then may be missing.
                self._try("observing", lambda: witness.observe_due_epochs(now_ms))
                self._try("forgetting samples", lambda: self._drop_samples(now_ms))
            self._try("pushing", witness.push)
            self._try("co-signing", witness.pull_and_cosign)
            self._try("assenting", self._assenter.judge_and_sign)
            self._try("telling", lambda: self._tell(witness.grace_ms))
        return self._targets

    def close(self) -> None:
        """Stores what waits, and gives back what was opened."""
        self._try("storing samples", lambda: self._outbox.flush(self._store))
        for relay in self._relays:
            relay.close()
        self._store.close()

    def _read_chain(self) -> None:
        if self._witness is None:
            self._witness = self._start()
        self._docket.refresh()
        now_s = self._config.clock.now_ms() // 1_000
        records = self._docket.agreements().values()
        self._targets = tuple(self._targets_of({record.terms for record in records if self._runs(record, now_s)}))
        self._witness.grace_ms = self._grace_ms(record for record in records if _oldest_start_s(record, now_s) is not None)

    def _start(self) -> Witness:
        """The witness, once the contracts have said what an epoch is."""
        config, book = self._config, self._config.book
        check_book(self._node, book)
        epoch_s = CommitteeClient(self._node, book.committee).epoch_length_s()
        rules = Rules(book.committee_domain, book.pactum_domain, epoch_s)
        ports = Ports(
            agreements=self._docket,
            source=ProbedSamples(self._store),
            store=self._store,
            evidence=self._evidence,
            relays=self._relays,
            clock=config.clock,
        )
        every_ms = int(config.tell_s * 1_000)
        self._teller = Teller(config.signer, rules, ports.agreements, ports.source, config.clock, every_ms)
        return config.witness(config.signer, rules, ports, GRACE_MARGIN_MS)

    def _tell(self, grace_ms: int) -> None:
        if self._teller is not None:
            self._teller.tell(list(self._relays), grace_ms)

    def _targets_of(self, terms: Iterable[bytes]) -> Iterable[Target]:
        for one in terms:
            if one not in self._known:
                self._troubles.attempt(f"terms 0x{one.hex()}", partial(self._learn, one), (RetryableError,))
            yield from self._known.get(one, ())

    def _learn(self, terms: bytes) -> None:
        self._known[terms] = targets_of(self._laws.terms_of(terms))

    def _runs(self, record: AgreementRecord, now_s: int) -> bool:
        soon_s = now_s + LOOKAHEAD_MS // 1_000
        for time_s in {max(now_s, record.start_s), soon_s}:
            period = record.calendar.period_at(time_s) if time_s <= soon_s else None
            if period is None:
                continue
            configuration = self._docket.configuration_at(record.calendar.bounds(period)[0])
            if configuration and self._config.signer.address in configuration.members:
                return True
        return False

    def _grace_ms(self, records: Iterable[AgreementRecord]) -> int:
        """The longest timeout and a margin, but never so long that a report could come too late for anybody."""
        if self._config.grace_ms is not None:
            return self._config.grace_ms
        found = list(records)
        timeouts = [target.probe.timeout_ms for target in self._targets_of({record.terms for record in found})]
        deadlines = [record.parameters.report_deadline * 1_000 // 2 for record in found]
        return min([max(timeouts, default=0) + GRACE_MARGIN_MS, *deadlines])

    def _drop_samples(self, now_ms: int) -> None:
        """Once a day, forgets samples that no running period can need any more."""
        if now_ms - self._dropped_ms < _DAY_MS:
            return
        self._dropped_ms = now_ms
        starts = [_oldest_start_s(record, now_ms // 1_000) for record in self._docket.agreements().values()]
        before_ms = min([now_ms, *(start_s * 1_000 for start_s in starts if start_s is not None)]) - self._config.keep_samples_ms
        dropped = self._store.drop_samples(before_ms)
        log.info("forgot %d samples scheduled before %d", dropped, before_ms)

    def _try(self, what: str, step: Callable[[], object]) -> bool:
        """Does one step of a round; whatever becomes of it, the other steps are done, and the next round tries again."""
        return self._troubles.attempt(what, step, UNMENDABLE) is None


def _oldest_start_s(record: AgreementRecord, now_s: int) -> int | None:
    """Where the oldest period of an agreement begins that may still be folded; None where there is none."""
    reportable_s = now_s - record.parameters.report_deadline
    period = record.calendar.period_at(max(reportable_s, record.start_s))
    return record.calendar.bounds(period)[0] if period is not None else None
