"""Puts agreements together with what else belongs to them: status, names, token. One query per kind, not per agreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from api import shapes, shaping
from api.profile import profile_name
from api.service import Service
from api.status import Known, status_of
from governance.case import Case
from governance.errors import BadInput
from governance.terms import Terms
from governance.values import Verdict
from oracle.laws import Laws
from settlement.views import AgreementView


def agreements_shown(service: Service, views: Sequence[AgreementView], now_s: int) -> list[shapes.Agreement]:
    """Agreements with their status so far, in the order given."""
    if not views:
        return []
    ids = [view.agreement for view in views]
    tallies = service.reader.tallies(ids, now_s=now_s)
    newest = service.reader.newest_decided(ids, now_s=now_s)
    names = provider_names(service, {view.provider for view in views})

    def judge(laws: Laws) -> list[tuple[shapes.Status, Terms | None]]:
        return [
            _judged(laws, Known(view, now_s, tallies.get(view.agreement), None, newest.get(view.agreement))) for view in views
        ]

    judged = service.desk.ask(judge)
    return [
        shaping.agreement(
            view,
            now_s,
            service.tokens.of(view.token),
            status,
            provider_name=names.get(view.provider),
            service=terms.service if terms else None,
        )
        for view, (status, terms) in zip(views, judged, strict=True)
    ]


def provider_names(service: Service, providers: set[str]) -> dict[str, str]:
    """The names that providers give themselves in their profiles; those without one are left out."""
    found = service.reader.providers(sorted(providers))
    named = {view.provider: profile_name(view.profile_text) for view in found}
    return {provider: name for provider, name in named.items() if name is not None}


def _judged(laws: Laws, known: Known) -> tuple[shapes.Status, Terms | None]:
    try:
        terms = laws.terms_of(bytes.fromhex(known.agreement.terms[2:]))
    except BadInput:
        terms = None
    known = Known(known.agreement, known.now_s, known.tally, terms, known.last)
    return status_of(known, _law_of(laws, known.agreement.law)), terms


def _law_of(laws: Laws, law: str) -> Callable[[Case], Verdict]:
    return lambda case: laws.law_of(bytes.fromhex(law[2:])).decide(case)
