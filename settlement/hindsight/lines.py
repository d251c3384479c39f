"""A history as a file of JSON lines (``docs/laws-simulating.md``): an agreement's line, then one line for each of its periods.

Read strictly: an unknown key, a period without its agreement, or parts that do not come to the fee are refused with their line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from chain.values import Division
from governance.case import Case, counts_json, figures_json, read_case, read_figures
from governance.documents import Fields, Item, Scalar, fields_of, read_json_line, scalar_of
from governance.errors import BadInput
from governance.figures import Figures
from governance.quantities import choice_of, text_of, whole_of
from governance.values import BPS, Outcome
from settlement.hindsight.past import DecidedBy, PastAgreement, PastPeriod, Settlement, Token
from settlement.split import Stakes, fee_of

LATEST_S = 2**40 - 1
_MOST = 2**128 - 1
_OUTCOMES = {outcome.name.lower(): outcome for outcome in Outcome}
_PARTS = ("provider", "validators", "relay", "dao", "customer_from_fee", "customer_from_deposit", "slash")
_STAKES = ("fee", "deposit", "validator_bps", "dao_bps", "relay_fee")
_AGREEMENT = ("kind", "agreement", "provider", "customer", "token", "law", *_STAKES, "max_credit_bps", "max_slash_bps", "terms")
_PERIOD = ("kind", "agreement", "period", "start_s", "end_s", "case", "settled")
_SETTLED = ("by", "outcome", "credit_bps", "slash_bps", *_PARTS, "winner", "reward")
_NAME = r"[^\x00-\x1f\x7f-\x9f]+"
_NAME_REMEDY = "write it without line breaks and other controls"


def write_lines(history: Iterable[PastAgreement]) -> Iterator[str]:
    """The lines of a history, without their ends."""
    for one in history:
        yield _line(_agreement_json(one))
        for period in one.periods:
            yield _line(_period_json(one.name, period))


def read_lines(lines: Iterable[str], source: str = "history") -> list[PastAgreement]:
    """The agreements of a history. Empty lines are passed over. Raises BadInput with source and line of what is wrong."""
    found: dict[str, PastAgreement] = {}
    periods: dict[str, list[PastPeriod]] = {}
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        line = read_json_line(text, source, number)
        if _kind_of(line) == "agreement":
            one = _agreement(line)
            if one.name in found:
                raise line.place.bad(f"agreement {one.name} stands there twice", value=one.name, remedy="keep one line of it")
            found[one.name], periods[one.name] = one, []
        else:
            line.check(required=_PERIOD)
            name = text_of(line.values["agreement"], "agreement")
            if name not in found:
                raise line.place.bad(f"agreement {name} is not known", value=name, remedy="put its line before its periods")
            periods[name].append(_period(line, found[name]))
    return [_with(found[name], tuple(own), source) for name, own in periods.items()]


def _with(one: PastAgreement, own: tuple[PastPeriod, ...], source: str) -> PastAgreement:
    try:
        return PastAgreement(
            one.name, one.provider, one.customer, one.token, one.law, one.stakes, one.max_credit_bps, one.max_slash_bps,
            one.figures, own,
        )  # fmt: skip
    except BadInput as error:
        raise BadInput(error.message, source=source, value=error.value, remedy=error.remedy) from None


def _line(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _agreement_json(one: PastAgreement) -> dict[str, object]:
    stakes = one.stakes
    return {
        "kind": "agreement",
        "agreement": one.name,
        "provider": one.provider,
        "customer": one.customer,
        "token": {"address": one.token.address, "symbol": one.token.symbol, "decimals": one.token.decimals},
        "law": one.law,
        "fee": str(stakes.fee),
        "deposit": str(stakes.deposit),
        "validator_bps": stakes.validator_bps,
        "dao_bps": stakes.dao_bps,
        "relay_fee": str(stakes.relay_fee),
        "max_credit_bps": one.max_credit_bps,
        "max_slash_bps": one.max_slash_bps,
        "terms": figures_json(one.figures),
    }


def _period_json(name: str, one: PastPeriod) -> dict[str, object]:
    return {
        "kind": "period",
        "agreement": name,
        "period": one.period,
        "start_s": one.start_s,
        "end_s": one.end_s,
        "case": counts_json(one.case) if one.case else None,
        "settled": _settled_json(one.settled) if one.settled else None,
    }


def _settled_json(one: Settlement) -> dict[str, object]:
    return {
        "by": one.by.value,
        "outcome": one.outcome.name.lower(),
        "credit_bps": one.credit_bps,
        "slash_bps": one.slash_bps,
        **{name: str(getattr(one.division, name)) for name in _PARTS},
        "winner": one.winner,
        "reward": str(one.reward),
    }


def _kind_of(line: Fields) -> str:
    if "kind" not in line.values:
        raise line.place.bad("'kind' is missing", remedy="write agreement or period")
    return choice_of(line.values["kind"], "kind", ("agreement", "period"))


def _agreement(line: Fields) -> PastAgreement:
    line.check(required=_AGREEMENT)
    get = line.values
    token = fields_of(get["token"], "token")
    token.check(required=("address", "symbol", "decimals"))
    try:
        stakes = Stakes(
            fee=_amount(get["fee"], "fee"),
            deposit=_amount(get["deposit"], "deposit"),
            deposit_left=_amount(get["deposit"], "deposit"),
            validator_bps=whole_of(get["validator_bps"], "validator_bps", 0, BPS),
            dao_bps=whole_of(get["dao_bps"], "dao_bps", 0, BPS),
            relay_fee=_amount(get["relay_fee"], "relay_fee"),
        )
    except BadInput as error:
        raise (error if error.line else line.place.bad(error.message, value=error.value, remedy=error.remedy)) from None
    return PastAgreement(
        name=_name(get["agreement"], "agreement"),
        provider=_name(get["provider"], "provider"),
        customer=_name(get["customer"], "customer"),
        token=Token(
            _word(token.values["address"], "address"),
            _name(token.values["symbol"], "symbol"),
            whole_of(token.values["decimals"], "decimals", 0, 77),
        ),
        law=_word(get["law"], "law"),
        stakes=stakes,
        max_credit_bps=whole_of(get["max_credit_bps"], "max_credit_bps", 0, BPS),
        max_slash_bps=whole_of(get["max_slash_bps"], "max_slash_bps", 0, BPS),
        figures=read_figures(fields_of(get["terms"], "terms")),
        periods=(),
    )


def _period(line: Fields, one: PastAgreement) -> PastPeriod:
    get = line.values
    start_s = whole_of(get["start_s"], "start_s", 0, LATEST_S)
    return PastPeriod(
        period=whole_of(get["period"], "period", 0, 2**32 - 1),
        start_s=start_s,
        end_s=whole_of(get["end_s"], "end_s", start_s + 1, LATEST_S),
        case=None if _is_null(get["case"]) else _case(fields_of(get["case"], "case"), one.figures),
        settled=None if _is_null(get["settled"]) else _settled(fields_of(get["settled"], "settled"), one.stakes),
    )


def _case(counts: Fields, figures: Figures) -> Case:
    counts.check(required=("samples", "uptime", "attained", "coverage"))
    return read_case(counts, figures)


def _settled(settled: Fields, stakes: Stakes) -> Settlement:
    settled.check(required=_SETTLED)
    get = settled.values
    found = Settlement(
        by=DecidedBy(choice_of(get["by"], "by", [by.value for by in DecidedBy])),
        outcome=_OUTCOMES[choice_of(get["outcome"], "outcome", list(_OUTCOMES))],
        credit_bps=whole_of(get["credit_bps"], "credit_bps", 0, BPS),
        slash_bps=whole_of(get["slash_bps"], "slash_bps", 0, BPS),
        division=Division(*(_amount(get[name], name) for name in _PARTS)),
        winner=None if _is_null(get["winner"]) else _name(get["winner"], "winner"),
        reward=_amount(get["reward"], "reward"),
    )
    paid = fee_of(found.division) + found.reward
    if paid != stakes.fee:
        raise settled.place.bad(f"the parts come to {paid}", value=paid, remedy=f"the fee is {stakes.fee}")
    if found.outcome is not Outcome.BREACH and (found.credit_bps or found.slash_bps):
        raise settled.place.bad("a credit or slash without a breach", value=found.outcome, remedy="write 0")
    return found


def _amount(item: Item, what: str) -> int:
    return whole_of(item, what, 0, _MOST, quoted=True)


def _name(item: Item, what: str) -> str:
    return text_of(item, what, _NAME, _NAME_REMEDY, longest=256)


def _word(item: Item, what: str) -> str:
    """A text that may be empty."""
    scalar = scalar_of(item, what)
    return "" if scalar.is_text and scalar.text == "" else _name(item, what)


def _is_null(item: Item) -> bool:
    return isinstance(item, Scalar) and not item.is_text and item.text == "null"
