"""What routing chooses from: one offer for each running agreement and each region of its provider.

Read once for each block of the index and kept until the next one; replicas that read the same block hold the same offers. What
has not changed since the last block is not worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.html import plain
from api.profile import Profile, Region, profile_name, read_profile
from api.shown import agreement_hex
from governance.errors import BadInput
from governance.routing import OfferFacts
from governance.values import PPM, Outcome
from settlement.queries import Reader
from settlement.views import AcceptedView, AgreementState, AgreementView, IndexState, ProviderView

OBSERVED_PERIODS = 24
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One offer. ``facts`` is None where the provider's profile grants none; ``refusal`` then says why."""

    name: str
    agreement: AgreementView
    provider_name: str | None
    region: str | None
    country: str | None
    facts: OfferFacts | None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What settlement saw of a provider in its newest periods with data; None where there were none."""

    error_rate_ppm: int | None
    p95_ms: int | None


_Told = tuple[AgreementView, ProviderView | None, Observed]


class Catalogue:
    """The candidates as of the newest block: those of agreements that run, and of those to come. ``Market`` asks it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._block = ""
        self._made: dict[int, tuple[_Told, list[Candidate]]] = {}

    def candidates(self, state: IndexState, now_s: int) -> Iterator[Candidate]:
        """All of them, as of a block. Not for several threads at once."""
        if self._block != state.block_hash:
            self._made = {told[0].agreement: (told, self._of(told)) for told in _told(self._reader, now_s)}
            self._block = state.block_hash
        return (candidate for _, candidates in self._made.values() for candidate in candidates)

    def _of(self, told: _Told) -> list[Candidate]:
        before = self._made.get(told[0].agreement)
        return before[1] if before is not None and before[0] == told else list(_of_agreement(*told))


def observed(rows: Sequence[AcceptedView]) -> Observed:
    """The mean error rate of the periods with data, rounded up, and the worst P95 among them: percentiles are never averaged."""
    judged = [view.row for view in rows if view.row.outcome is not Outcome.NO_DATA]
    if not judged:
        return Observed(None, None)
    failed = sum(PPM - row.uptime_ppm for row in judged)
    return Observed(-(-failed // len(judged)), max(row.p95_ms for row in judged))


def _told(reader: Reader, now_s: int) -> Iterator[_Told]:
    """What the index tells of agreements that run, and of those to come: the next block may be late."""
    agreements = [*_all(reader, AgreementState.RUNNING, now_s), *_all(reader, AgreementState.SCHEDULED, now_s)]
    names = sorted({view.provider for view in agreements})
    providers = {view.provider: view for view in reader.providers(names)}
    rows = reader.recent_rows(names, OBSERVED_PERIODS)
    seen = {name: observed(rows.get(name, ())) for name in names}
    for agreement in agreements:
        yield agreement, providers.get(agreement.provider), seen[agreement.provider]


def _all(reader: Reader, state: AgreementState, now_s: int) -> Iterator[AgreementView]:
    after: tuple[int, int] | None = None
    while page := reader.agreements(state=state, now_s=now_s, after=after, limit=PAGE):
        yield from page
        after = page[-1].cursor


def _of_agreement(agreement: AgreementView, provider: ProviderView | None, seen: Observed) -> Iterator[Candidate]:
    name = agreement_hex(agreement.agreement)
    if provider is None:
        yield Candidate(name, agreement, None, None, None, None, "its provider has no record in the Zone")
        return
    shown = profile_name(provider.profile_text)
    try:
        profile = read_profile(provider.profile_text)
    except BadInput as error:
        yield Candidate(name, agreement, shown, None, None, None, plain(str(error)))
        return
    for region in profile.regions:
        facts, refusal = _facts_or_refusal(f"{name}:{region.name}", agreement, profile, region, seen)
        yield Candidate(f"{name}:{region.name}", agreement, shown, region.name, region.country, facts, refusal)


def _facts_or_refusal(
    offer: str, agreement: AgreementView, profile: Profile, region: Region, seen: Observed
) -> tuple[OfferFacts | None, str | None]:
    try:
        return _facts(offer, agreement, profile, region, seen), None
    except BadInput as error:
        return None, plain(f"the profile is not usable: {error}")


def _facts(offer: str, agreement: AgreementView, profile: Profile, region: Region, seen: Observed) -> OfferFacts:
    return OfferFacts(
        offer=offer,
        provider=agreement.provider,
        provider_jurisdiction=profile.jurisdiction,
        region=region.name,
        country=region.country,
        credentials=frozenset(profile.credentials),
        spot_price_micro_usd=profile.spot_micro_usd,
        on_demand_price_micro_usd=profile.on_demand_micro_usd,
        error_rate_ppm=seen.error_rate_ppm,
        p95_ms=seen.p95_ms,
    )
