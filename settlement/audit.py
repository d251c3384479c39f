"""Checking one settled period again, from the chain, the observation set and the evidence alone: nobody is believed.

Every check is named and says what was expected and what was seen. What cannot be checked, because nobody gives the evidence or
the period is still maturing, is ``unverified``: never held. A member whose evidence does not come to its signed observation is a
suspect; up to f suspects or missing files do not shake the row, since the median stays in the honest range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.contracts import CommitteeClient
from chain.docket import AgreementRecord, Docket
from chain.hashing import text_id
from chain.node import Node
from chain.quorum import check_quorum, members_of
from chain.row import pack, unpack
from chain.typed_data import report_digest, rows_hash
from chain.values import Configuration
from governance.errors import BadInput, FatalError, SuretyError
from governance.periods import epoch_of
from governance.terms import Terms
from governance.values import Observation
from oracle.evidence import Evidence, recount
from oracle.laws import Laws
from oracle.rows import ObservationSet, Rules, SignedObservations, derive_rows, report_header, verify_member
from oracle.wire import Proposal, load_proposal, parse
from settlement.audit_checks import (
    EVERY_DERIVED,
    EVERY_DISPUTED,
    EVERY_EXPIRED,
    EVERY_REPORTED,
    AuditReport,
    Check,
    Result,
    attempt,
    equal,
    passes,
    that,
    unmade,
)
from settlement.audit_money import Verdict, check_split, dispute_checks, replacement, stakes_of, unsettled
from settlement.audit_trail import Acceptance, ExpiredPeriod, NotDecided, ReportedPeriod, Submission, as_of, follow, submission_of

__all__ = ["AuditReport", "Auditor", "Check", "NotDecided", "Result", "SetArchive", "verify_period"]


class ObservationSets(Protocol):
    """Where observation sets are fetched: a relay's client, or an archive."""

    def observation_set(self, root: bytes) -> Proposal:
        """The proposal that rests on a set."""
        ...


class EvidenceSource(Protocol):
    """Where evidence is fetched by its SHA-256; an evidence store is one."""

    def get(self, digest: bytes) -> Evidence:
        """The evidence of a name, checked against it."""
        ...


class UnknownAgreement(FatalError):
    """No such agreement or period was opened, as far as the docket was read."""


class SetArchive:
    """Observation sets as files of a folder: ``<root in hex>.json``, each as a relay serves it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def observation_set(self, root: bytes) -> Proposal:
        """The proposal that rests on a set. Raises BadInput where the file is missing or malformed."""
        path = self._folder / f"{root.hex()}.json"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadInput(f"no observation set 0x{root.hex()}: {error.strerror}", source=str(path), value=root) from error
        return load_proposal(parse(content, str(path)), str(path))


def verify_period(
    docket: Docket,
    node: Node,
    book: AddressBook,
    sets: ObservationSets,
    evidence: Sequence[EvidenceSource],
    agreement: int,
    period: int,
) -> AuditReport:
    """Checks one agreement-period again. The docket must have been refreshed.

    Raises UnknownAgreement, NotDecided, and NodeUnavailable: without a chain there is nothing to hold anything against.
    """
    return Auditor(docket, node, book, sets, evidence).verify(agreement, period)


class Auditor:
    """Checks periods of one deployment. To be used from one thread."""

    def __init__(
        self, docket: Docket, node: Node, book: AddressBook, sets: ObservationSets, evidence: Sequence[EvidenceSource]
    ) -> None:
        self._docket = docket
        self._node = node
        self._book = book
        self._sets = sets
        self._evidence = evidence
        self._laws = Laws(docket)
        self._kept: tuple[bytes, Proposal] | None = None
        epoch_s = CommitteeClient(node, book.committee).epoch_length_s()
        self._rules = Rules(book.committee_domain, book.pactum_domain, epoch_s)

    def verify(self, agreement: int, period: int) -> AuditReport:
        """Checks one agreement-period. Raises as ``verify_period`` does."""
        record = self._record(agreement, period)
        trail = follow(self._node, self._book, agreement, period, stakes_of(record))
        if isinstance(trail, ExpiredPeriod):
            return AuditReport(agreement, period, tuple(self._expired(record, period, trail)), EVERY_EXPIRED)
        required = EVERY_REPORTED if trail.dispute is None else EVERY_DISPUTED
        return AuditReport(agreement, period, tuple(self._reported(record, trail)), required)

    def derive(self, found: Acceptance) -> AuditReport:
        """Checks whether an accepted row follows from what was observed, before any money does. Raises UnknownAgreement."""
        row = found.row
        record = self._record(row.agreement, row.period)
        return AuditReport(row.agreement, row.period, tuple(self._derived(record, found, None)), EVERY_DERIVED)

    def _record(self, agreement: int, period: int) -> AgreementRecord:
        record = self._docket.agreement(agreement)
        if record is None or not 0 <= period < record.periods:
            message = f"no period {period} of agreement 0x{agreement:024x}"
            raise UnknownAgreement(message, value=agreement, remedy="check both numbers")
        return record

    # a period that nobody reported ----------------------------------------------------------------------------------------------

    def _expired(self, record: AgreementRecord, period: int, trail: ExpiredPeriod) -> list[Check]:
        end_s = record.calendar.bounds(period)[1]
        deadline_s = end_s + record.parameters.report_deadline
        at_s = trail.decided_in.timestamp_s
        return [
            equal("no row was accepted", None, trail.accepted),
            that("the deadline had passed", at_s >= deadline_s, f"{deadline_s} or later", at_s),
            check_split(self._node, self._book, record.id, trail.accounts),
            self._final(trail.decided_in),
        ]

    # a period that was reported -------------------------------------------------------------------------------------------------

    def _reported(self, record: AgreementRecord, trail: ReportedPeriod) -> list[Check]:
        checks = [self._split(record, trail), self._final(trail.decided_in)]
        checks += dispute_checks(record, trail, trail.dispute) if trail.dispute is not None else []
        return [*checks, *self._derived(record, trail.acceptance, replacement(trail))]

    def _derived(self, record: AgreementRecord, found: Acceptance, replaced: Verdict | None) -> list[Check]:
        """Whether a row follows from what was observed, or the verdict that replaced it."""
        period = found.row.period
        checks = [*self._time(record, period, found), self._reign(record, period, found), *self._texts(record)]
        sent = attempt("the report's call data", lambda: submission_of(self._node, self._book, found.accepted.tx_hash))
        if isinstance(sent, Check):
            checks.append(sent)
            return [*checks, *unmade(checks, EVERY_DERIVED, "no call data")]
        configuration = self._configuration(found)
        if configuration is None:
            return [*checks, *unmade(checks, EVERY_DERIVED, "the chain was read, and this committee was not found")]
        checks += self._signed(sent, found, configuration)
        checks += self._observed(sent, found, replaced, record, configuration)
        return [*checks, *unmade(checks, EVERY_DERIVED, "no observation set")]

    def _configuration(self, found: Acceptance) -> Configuration | None:
        """The committee that reported, as it was then: who lost its place later counted when it signed."""
        known = self._docket.configuration(found.reported.configuration)
        return None if known is None else replace(known, active=as_of(self._node, self._book, known, found.reported))

    def _time(self, record: AgreementRecord, period: int, found: Acceptance) -> list[Check]:
        end_s = record.calendar.bounds(period)[1]
        deadline_s = end_s + record.parameters.report_deadline
        at_s = found.block.timestamp_s
        return [
            that("the report came in time", end_s <= at_s < deadline_s, f"{end_s} to {deadline_s}, exclusive", at_s),
            equal("the epoch", epoch_of(end_s, self._rules.epoch_s), found.reported.epoch),
        ]

    def _reign(self, record: AgreementRecord, period: int, found: Acceptance) -> Check:
        """The docket checked that the members hash to the digest. Where it knows no committee, nothing can be said."""
        name = "the committee reigned when the period began"
        reigning = self._docket.configuration_at(record.calendar.bounds(period)[0])
        if reigning is None:
            return Check(name, Result.UNVERIFIED, "0x" + found.reported.configuration.hex(), "no committee is known of that time")
        return equal(name, reigning.digest, found.reported.configuration)

    def _signed(self, sent: Submission, found: Acceptance, configuration: Configuration) -> list[Check]:
        reported, accepted = found.reported, found.accepted
        digest = report_digest(self._rules.pactum, sent.header, sent.rows)
        header = (reported.configuration, reported.epoch, reported.observation_set, reported.observers, reported.payee)
        fields = (
            sent.header.configuration, sent.header.epoch, sent.header.observation_set, sent.header.observers, sent.header.payee,
        )  # fmt: skip
        signed = f"{configuration.quorum} of {len(configuration.members)} members"
        return [
            equal("the header", header, fields),
            equal("the hash of the rows", reported.rows_hash, rows_hash(sent.rows)),
            that("the row is among those signed", accepted.row in sent.rows, f"0x{accepted.row:064x}", f"{len(sent.rows)} rows"),
            passes(
                "the signatures",
                lambda: check_quorum(configuration, digest, sent.header.observers, sent.signers, sent.signatures),
                signed,
                f"members {list(members_of(sent.signers))}",
            ),
            that(
                "every signer observed",
                sent.signers & ~sent.header.observers == 0,
                f"among {list(members_of(sent.header.observers))}",
                list(members_of(sent.signers)),
            ),
        ]

    def _observed(
        self,
        sent: Submission,
        found: Acceptance,
        replaced: Verdict | None,
        record: AgreementRecord,
        configuration: Configuration,
    ) -> list[Check]:
        fetched = attempt("the observation set", lambda: self._set_of(sent.header.observation_set))
        if isinstance(fetched, Check):
            return [fetched]
        observed = ObservationSet(configuration, sent.header.epoch, fetched.members)
        rows = [unpack(word) for word in sent.rows]
        header = attempt("the observation set", lambda: report_header(observed, rows, sent.header.payee))
        same = header if isinstance(header, Check) else equal("the observation set", sent.header, header)
        return [
            same,
            *self._roots(observed, sent.header.observers),
            *self._recounted(observed, record, found.row.period),
            *self._verdict(observed, found, replaced, record),
        ]

    def _set_of(self, root: bytes) -> Proposal:
        """The set of a root; kept until another is asked for, since the rows of a report rest on one."""
        if self._kept is None or self._kept[0] != root:
            self._kept = root, self._sets.observation_set(root)
        return self._kept[1]

    def _roots(self, observed: ObservationSet, observers: int) -> list[Check]:
        """One check per member, and one that every member whose observations the report claims is there and holds."""
        single = [
            passes(
                f"the root of member {signed.member}",
                lambda signed=signed: verify_member(signed, observed.configuration, self._rules.committee),  # type: ignore[misc]
                "signed over its observations",
                "0x" + signed.root.hex(),
            )
            for signed in observed.members
        ]
        held = [signed.member for signed, check in zip(observed.members, single, strict=True) if check.result is Result.HELD]
        return [*single, equal("the roots of the members", members_of(observers), tuple(held))]

    def _verdict(
        self, observed: ObservationSet, found: Acceptance, replaced: Verdict | None, record: AgreementRecord
    ) -> list[Check]:
        """Of a row that a ruling replaced, what stands in its place is held against the evidence; the row itself only points."""
        name, words, key = "the verdict", f"0x{found.accepted.row:064x}", (record.id, found.row.period)
        try:
            (row,) = derive_rows(observed, self._docket.agreements(), self._laws, self._rules, only=[key])
        except SuretyError as error:
            return [Check(name, Result.FAILED, words, str(error))]
        if replaced is None:
            return [equal(name, f"0x{pack(row):064x}", words)]
        reported = equal("the reported row", f"0x{pack(row):064x}", words)
        return [replace(reported, decisive=False), equal(name, (row.outcome, row.credit_bps, row.slash_bps), replaced)]

    # evidence -------------------------------------------------------------------------------------------------------------------

    def _recounted(self, observed: ObservationSet, record: AgreementRecord, period: int) -> list[Check]:
        """One check per member, and one that decides: all but at most f members' samples come to what they signed."""
        terms = attempt("the evidence", lambda: self._laws.terms_of(record.offer.terms))
        if isinstance(terms, Check):
            return [replace(terms, result=Result.FAILED)]
        single = [self._recount(signed, terms, record, period) for signed in observed.members]
        failed, missing = (sum(check.result is result for check in single) for result in (Result.FAILED, Result.UNVERIFIED))
        most = (len(observed.configuration.members) - 1) // 3
        enough = failed + missing <= most and len(single) >= observed.configuration.quorum
        result = Result.FAILED if failed > most else Result.HELD if enough else Result.UNVERIFIED
        seen = f"{failed} differ, {missing} not to be had, of {len(single)}"
        return [*single, Check("the evidence", result, f"at most {most} differ or are missing", seen)]

    def _recount(self, signed: SignedObservations, terms: Terms, record: AgreementRecord, period: int) -> Check:
        name = f"the evidence of member {signed.member}"
        claimed = next((seen for seen in signed.observations if (seen.agreement, seen.period) == (record.id, period)), None)
        if claimed is None:
            return Check(name, Result.FAILED, "an observation of the period", "none", decisive=False)
        found = self._fetch(name, claimed.evidence)
        if isinstance(found, Check):
            return replace(found, decisive=False)
        counted = recount(found, terms).observation(found.stretch.agreement, found.stretch.period, claimed.evidence)
        bounds = (found.stretch.start_s, found.stretch.end_s) == record.calendar.bounds(period)
        result = Result.HELD if bounds and counted == claimed else Result.FAILED
        return Check(name, result, _counts(claimed), _counts(counted), decisive=False)

    def _fetch(self, name: str, digest: bytes) -> Evidence | Check:
        """The evidence from the first source that has it whole."""
        reasons = []
        for source in self._evidence:
            try:
                return source.get(digest)
            except SuretyError as error:
                reasons.append(str(error))
        return Check(
            name, Result.UNVERIFIED, "0x" + digest.hex(), "; ".join(dict.fromkeys(reasons)) or "no evidence source given"
        )

    # law, money, finality -------------------------------------------------------------------------------------------------------

    def _texts(self, record: AgreementRecord) -> list[Check]:
        checks = []
        for name, pinned, read in (
            ("the law's text", record.law, self._docket.law_text),
            ("the terms' text", record.terms, self._docket.terms_text),
        ):
            text = attempt(name, lambda read=read, pinned=pinned: read(pinned))  # type: ignore[misc]
            checks.append(text if isinstance(text, Check) else equal(name, pinned, text_id(text)))
        return checks

    def _split(self, record: AgreementRecord, trail: ReportedPeriod) -> Check:
        return unsettled(trail) or check_split(self._node, self._book, record.id, trail.accounts)

    def _final(self, block: BlockStamp) -> Check:
        finalized = self._node.block("finalized").number
        result = Result.HELD if block.number <= finalized else Result.UNVERIFIED
        return Check("the decision is beyond recall", result, f"block {finalized} or before", f"block {block.number}")


def _counts(seen: Observation) -> str:
    pairs = ", ".join(
        f"{name} {pair.numerator}/{pair.denominator}"
        for name, pair in (("uptime", seen.uptime), ("attained", seen.attained), ("coverage", seen.coverage))
    )
    return f"{seen.samples} samples, {pairs}, p95 {seen.p95_ms} ms"
