"""What a relay keeps of what members hand in: as much as the chain can give, and nothing of which nothing could come.

Everything that is kept is given out again with each proposal, so what a member pads its epochs with would be paid by all others.
"""

from __future__ import annotations

from collections.abc import Mapping

from chain.docket import AgreementRecord
from chain.values import Configuration
from governance.errors import BadInput, RetryableError
from governance.periods import epoch_of
from oracle.rows import SignedObservations, inactive_members

MOST_OBSERVATIONS = 20_000
MOST_UNKNOWN = 16  # observations of agreements that the relay has not read yet; members may have read more of the chain
LARGEST_OBSERVATION = 512  # bytes of JSON; 429 with every count at its largest
CLOCK_SLACK_MS = 60_000

Records = Mapping[int, AgreementRecord]


class NotYet(RetryableError):
    """What was sent may be good, but this relay cannot tell yet: an epoch that runs, a configuration that it has not read."""


def most_observations(records: Records, epoch_s: int) -> int:
    """How many agreement-periods can end in one epoch, with an allowance for agreements that are not known here yet."""
    known = sum(-(-epoch_s // record.calendar.shortest_s()) for record in records.values())
    return min(known + MOST_UNKNOWN, MOST_OBSERVATIONS)


def oldest_epoch(records: Records, epoch_s: int, now_ms: int) -> int:
    """The oldest epoch of which something could still be reported, and one for clocks that differ."""
    horizon_s = max((record.parameters.report_deadline for record in records.values()), default=0)
    return max((now_ms // 1_000 - horizon_s) // epoch_s - 1, 0)


def check_time(signed: SignedObservations, records: Records, epoch_s: int, now_ms: int) -> None:
    """Raises NotYet for an epoch that runs, and BadInput for one of which nothing can be reported any more."""
    if (signed.epoch + 1) * epoch_s * 1_000 > now_ms + CLOCK_SLACK_MS:
        raise NotYet(f"epoch {signed.epoch} has not ended", value=signed.epoch, remedy="fold an epoch when it is over")
    oldest = oldest_epoch(records, epoch_s, now_ms)
    if signed.epoch < oldest:
        raise BadInput(
            f"epoch {signed.epoch} is past every report deadline", value=signed.epoch, remedy=f"epoch {oldest} or a later one"
        )


def check_active(member: int, configuration: Configuration) -> None:
    """Raises BadInput for a member that the chain has struck off: no report can rest on what it observes."""
    if member in inactive_members(configuration):
        raise BadInput(
            f"member {member} signed two roots for one epoch, and does not count any more",
            value=member,
            remedy="there is none: the chain takes no report that rests on it",
        )


def check_size(signed: SignedObservations, records: Records, epoch_s: int) -> None:
    """Raises BadInput for more observations than an epoch can hold, NotYet where the relay may not have read the chain so far."""
    count, most = len(signed.observations), most_observations(records, epoch_s)
    if count > MOST_OBSERVATIONS:
        raise BadInput(f"{count} observations", value=signed.member, remedy=f"at most {MOST_OBSERVATIONS} at once")
    unknown = sum(seen.agreement not in records for seen in signed.observations)
    if count > most or unknown > MOST_UNKNOWN:
        raise NotYet(
            f"{count} observations, {unknown} of them of unknown agreements",
            value=signed.member,
            remedy=f"at most {most}, {MOST_UNKNOWN} of them unknown; ask again when the relay has read more of the chain",
        )


def check_periods(signed: SignedObservations, configuration: Configuration, records: Records, epoch_s: int) -> None:
    """Raises BadInput for observations of known agreements that belong to another epoch, and for a committee without part in it.

    A committee has a part in the epoch if it reigned when it began or ended, or when a period that was observed began.
    Observations of unknown agreements are left out of every report.
    """
    first_s = signed.epoch * epoch_s
    begun = [first_s, first_s + epoch_s - 1]
    known = [(records[seen.agreement], seen.period) for seen in signed.observations if seen.agreement in records]
    for record, period in known:
        if period >= record.periods or epoch_of(record.calendar.bounds(period)[1], epoch_s) != signed.epoch:
            raise BadInput(
                f"period {period} of agreement {record.id} did not end in epoch {signed.epoch}",
                value=period,
                remedy="observe a period in the epoch of its last second",
            )
        begun.append(record.calendar.bounds(period)[0])
    if not any(configuration.reigns_at(start_s) for start_s in begun):
        raise BadInput(
            f"no period that ended in epoch {signed.epoch} began under this configuration",
            value=configuration.digest,
            remedy="observe what began while you were a member",
        )
