"""What an oracle asks of an endpoint, read from an OpenSLO data source of type ``http-probe``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from governance.documents import Fields, Item, Place, fields_of, listing_of, scalar_of
from governance.quantities import choice_of, decimal_of, milliseconds_of, text_of, whole_of

URL_PATTERN = r"https?://[!-~]+"
NAMED_BY = r"[A-Z][A-Z0-9_]{0,63}"
# Names under which credentials travel. Terms are published, so their values may not stand in them.
_CREDENTIAL = re.compile(r"(?i)(proxy-)?authorization|cookie|.*(api[-_]?key|token|secret|password|credential).*")
_HEADER_PATTERN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}"
_METHODS = ("GET", "HEAD", "POST", "PUT")
MOST_PROBES = 16
MOST_STARTS_PER_S = 20  # of all probes of one document together: what it asks of every oracle is taken from all others
_SHORTEST_INTERVAL_MS, _LONGEST_INTERVAL_MS, _LONGEST_TIMEOUT_MS = 10, 86_400_000, 600_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``requests`` in ``seconds``."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Probe:
    """One request, repeated every ``interval_ms`` on a fixed schedule.

    The answer is ok when its status is one of ``expect_status`` and its body holds ``expect_contains``, in time.
    ``secret_headers`` pairs a header with the name of the secret that each oracle keeps for itself. ``max_rate_per_s`` is the
    rate that the provider promises to bear; None promises nothing, so that no 429 is ever excused.
    """

    name: str
    url: str
    method: str
    headers: tuple[tuple[str, str], ...]
    secret_headers: tuple[tuple[str, str], ...]
    body: str | None
    expect_status: tuple[int, ...]
    expect_contains: str | None
    interval_ms: int
    timeout_ms: int
    max_rate_per_s: Rate | None


def read_probe(name: str, details: Fields) -> Probe:
    """The probe of a data source's ``connectionDetails``. Raises BadInput with the place of what is wrong."""
    details.check(
        required=("url", "interval", "timeout"),
        optional=("method", "headers", "secretHeaders", "body", "expectStatus", "expectContains", "maxRatePerSecond"),
    )
    get = details.values
    headers = _headers(get.get("headers"), "headers", r"[ -~]{0,1024}", "printable ASCII")
    secrets = _headers(get.get("secretHeaders"), "secretHeaders", NAMED_BY, "the secret's name, as in PROVIDER_KEY")
    _refuse_credentials(headers, details)
    _refuse_doubles(headers + secrets, details)
    interval_ms = _between(get["interval"], "interval", _SHORTEST_INTERVAL_MS, _LONGEST_INTERVAL_MS)
    return Probe(
        name=name,
        url=url_of(get["url"], "url"),
        method=choice_of(get["method"], "method", _METHODS) if "method" in get else "GET",
        headers=headers,
        secret_headers=secrets,
        body=text_of(get["body"], "body", longest=16_384) if "body" in get else None,
        expect_status=_statuses(get.get("expectStatus")),
        expect_contains=text_of(get["expectContains"], "expectContains") if "expectContains" in get else None,
        interval_ms=interval_ms,
        timeout_ms=_between(get["timeout"], "timeout", _SHORTEST_INTERVAL_MS, _LONGEST_TIMEOUT_MS),
        max_rate_per_s=_rate(get.get("maxRatePerSecond"), interval_ms),
    )


def url_of(item: Item, what: str) -> str:
    """An absolute HTTP address without credentials in it. Raises BadInput."""
    scalar = scalar_of(item, what)
    return checked_url(scalar.text, what, scalar.place)


def checked_url(text: str, what: str, place: Place) -> str:
    """As ``url_of``, for a piece of a longer text."""
    try:
        parts = urlsplit(text)
        sound = bool(re.fullmatch(URL_PATTERN, text) and parts.hostname and parts.port != 0)
    except ValueError:
        sound = False
    if not sound:
        raise place.bad(f"{what} {text[:80]!r} is no address", value=text, remedy="write http:// or https:// and a host")
    named = [key for key, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if parts.username is not None or parts.password is not None or any(_CREDENTIAL.fullmatch(key) for key in named):
        raise place.bad(f"{what} holds a credential", remedy="name the secret under secretHeaders: terms are public")
    return text


def _headers(item: Item | None, what: str, value_pattern: str, wanted: str) -> tuple[tuple[str, str], ...]:
    if item is None:
        return ()
    fields = fields_of(item, what)
    for name, place in fields.places.items():
        if not re.fullmatch(_HEADER_PATTERN, name):
            raise place.bad(f"{name[:60]!r} is no header name", value=name, remedy="use letters, digits and dashes")
    return tuple(
        (name.lower(), text_of(value, f"{what} {name}", value_pattern, f"write {wanted}"))
        for name, value in fields.values.items()
    )


def _refuse_credentials(headers: tuple[tuple[str, str], ...], details: Fields) -> None:
    for name, _ in headers:
        if _CREDENTIAL.fullmatch(name):
            raise details.places["headers"].bad(
                f"header {name!r} holds a credential", value=name, remedy="name the secret under secretHeaders: terms are public"
            )


def _refuse_doubles(headers: tuple[tuple[str, str], ...], details: Fields) -> None:
    names = [name for name, _ in headers]
    for name in names:
        if names.count(name) > 1:
            raise details.place.bad(f"header {name!r} is given twice", value=name, remedy="keep one of them")


def _statuses(item: Item | None) -> tuple[int, ...]:
    if item is None:
        return (200,)
    listing = listing_of(item, "expectStatus")
    if not listing.items:
        raise listing.place.bad("expectStatus is empty", remedy="list at least one status, as in [200]")
    return tuple(whole_of(status, "a status", 100, 599) for status in listing.items)


def _rate(item: Item | None, interval_ms: int) -> Rate | None:
    if item is None:
        return None
    place = scalar_of(item, "maxRatePerSecond").place
    rate = decimal_of(item, "maxRatePerSecond")
    if not 0 < rate <= 1_000_000:
        raise place.bad("maxRatePerSecond is out of bounds", value=rate, remedy="write more than 0 and at most 1000000")
    if rate.numerator * interval_ms < 1_000 * rate.denominator:
        raise place.bad("one prober alone exceeds this rate", value=rate, remedy="lengthen the interval or raise the rate")
    return Rate(rate.numerator, rate.denominator)


def _between(item: Item, what: str, low_ms: int, high_ms: int) -> int:
    duration_ms = milliseconds_of(item, what)
    if not low_ms <= duration_ms <= high_ms:
        raise item.place.bad(f"{what} is out of bounds", value=duration_ms, remedy=f"write {low_ms}ms to {high_ms // 1000}s")
    return duration_ms
