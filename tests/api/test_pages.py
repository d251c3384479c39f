"""The pages as a browser gets them: complete, escaped, and without a word from another host."""

from __future__ import annotations

import re
import subprocess
import threading
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.config import ApiConfig
from api.server import address_of, listen, server
from chain.hashing import text_id
from governance import laws
from governance.values import PPB, Outcome, Row

LAW_TEXT = laws.read("standard")
START_S, HOUR_S = 1_800_000_000, 3_600
NOW_S = START_S + 2 * HOUR_S + 1_800
CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = """<script>alert(1)</script>"'&"""
VOID = {"meta", "link", "br", "img", "input"}
ADDRESSING = {"href", "src", "action", "srcset", "data", "poster", "content"}


class Page(HTMLParser):
    """What a page consists of; fails on a tag that is closed in the wrong place."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> set[str]:
        return {value for _, attributes in self.tags for name, value in attributes.items() if name in ADDRESSING and value}


@pytest.fixture
def busy(sqlite_story, clock):
    """Three agreements: one with a name that wants to be a script, in breach; one that is well; one to come."""
    story = sqlite_story
    story.begin(LAW_TEXT)
    law = text_id(LAW_TEXT)
    bad = story.open(story.register("bad", {"name": HOSTILE}), law=law)
    good = story.open(story.register("good", {"name": "Nordlicht GPU"}), law=law)
    story.open(story.register("later", {"name": "Lagoon"}), law=law, start_s=START_S + 9 * HOUR_S, periods=2)
    breach = Row(bad, 0, Outcome.BREACH, 3, 10_000, 1_000, 900_000, 1_000_000, 1_900)
    story.report(breach, Row(good, 0, Outcome.MET, 0, 0, 0, 999_950, 1_000_000, 812), at_s=START_S + HOUR_S + 5)
    story.settle(bad, 0, START_S + HOUR_S + 305)
    story.settle(good, 0, START_S + HOUR_S + 306)
    story.report(Row(good, 1, Outcome.NO_DATA, 0, 0, 0, 0, 100_000, 0), at_s=START_S + 2 * HOUR_S + 5)
    story.tally(bad, 2, NOW_S - 9, slots=29, lost_ppb=4 * PPB, p95_ms=2_422)
    story.tally(good, 2, NOW_S - 9, slots=29, lost_ppb=PPB // 500)
    clock.advance_to(NOW_S * 1_000)
    story.ids = {"bad": bad, "good": good}
    return story


def page(client: Any, path: str = "/") -> Page:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


def test_the_status_page_says_what_a_reader_comes_for(busy, serve):
    with serve(busy) as client:
        text = page(client).text.replace("\xa0", " ")
    for words in (
        "Nordlicht GPU",
        "chat-eu",
        "99.993 %",  # uptime so far
        "promised 99.9 %",
        "2,422 ms",
        "ceiling 2,000 ms",
        "needed 95 %",
        "96.6 % of the error budget left: 3 s of outage",
        "error budget overspent",
        "breach, tier 3, credit 100 %, slash 10 %",
        "number 2, the last is 23",
        "period 1, due now",
        "period 0, in 7 h 35 min at the earliest (2027-01-15 18:05:00 UTC)",
        "0 of 2 decided",
    ):
        assert words in text, words


def test_those_with_the_least_budget_left_come_first(busy, serve):
    with serve(busy) as client:
        text = page(client).text
    assert text.index("alert(1)") < text.index("Nordlicht GPU") < text.index("Lagoon")


def test_a_strangers_name_is_text_and_nothing_else(busy, serve):
    with serve(busy) as client:
        found = page(client)
    assert HOSTILE in found.text
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "iframe", "object", "embed", "style", "form"})
    assert not any(name.startswith("on") or name == "style" for _, attributes in found.tags for name in attributes)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_links_to_nothing_but_this_service(busy, serve, path: str):
    with serve(busy) as client:
        found = page(client, path)
        assert not any(re.match(r"(?i)\s*(?:[a-z][a-z0-9+.-]*:|//)", link) for link in found.links())
        own = sorted(link.partition("#")[0] for link in found.links() if link.startswith("/"))
        assert {client.get(link).status_code for link in own} == {200}
    ids = {attributes["id"] for _, attributes in found.tags if "id" in attributes}
    assert {link[1:] for link in found.links() if link.startswith("#")} <= ids


def test_outcomes_are_told_apart_by_words_and_by_shape_not_by_colour_alone(busy, serve):
    with serve(busy) as client:
        found = page(client)
    strips = [attributes for tag, attributes in found.tags if tag == "svg" and attributes.get("role") == "img"]
    assert [strip["aria-label"] for strip in strips] == [
        "last 1 periods, oldest first: breach",
        "last 2 periods, oldest first: met, no data",
    ]


def test_the_page_loads_itself_again_only_where_it_is_new(busy, serve):
    with serve(busy, refresh_s=7) as client:
        first, older = page(client), page(client, "/?after=5-1")
    with serve(busy, refresh_s=0) as client:
        never = page(client)
    refresh = [[a for tag, a in found.tags if a.get("http-equiv") == "refresh"] for found in (first, older, never)]
    assert refresh == [[{"http-equiv": "refresh", "content": "7"}], [], []]


def test_an_empty_index_is_said_and_not_an_error(sqlite_story, serve):
    with serve(sqlite_story) as client:
        text = page(client).text
    assert "No block of the chain has been read yet" in text
    assert "No agreement has been opened yet" in text


def test_many_agreements_go_on_on_another_page(sqlite_story, serve):
    sqlite_story.begin(LAW_TEXT)
    provider = sqlite_story.register("Nordlicht")
    for number in range(50):
        sqlite_story.open(provider, law=text_id(LAW_TEXT), number=number)
    with serve(sqlite_story) as client:
        first = page(client)
        (older,) = [link for link in first.links() if link.startswith("/?after=")]
        second = page(client, older)
    count = [sum(1 for tag, _ in found.tags if tag == "article") for found in (first, second)]
    assert count == [48, 2]


def test_a_file_that_is_no_page_file_is_not_served(sqlite_story, serve):
    with serve(sqlite_story) as client:
        assert client.get("/static/surety.css").headers["content-type"] == "text/css; charset=utf-8"
        for name in ("__init__.py", "..%2fapp.py", "%2e%2e/app.py", "surety.css%00"):
            assert client.get(f"/static/{name}").status_code == 404


@pytest.fixture
def address(busy, clock, book):
    """Where a real server serves the busy story."""
    serving = server(ApiConfig(database_url=busy.store.url, book=book), clock)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
        thread.start()
        yield address_of(listening)
        serving.should_exit = True
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def chromium(tmp_path):
    """Runs a real browser that may ask for nothing but what the page needs; gives what it said and drew."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: install chromium to see the page drawn")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    quiet = ["--disable-component-update", "--disable-default-apps", "--disable-sync", "--disable-domain-reliability"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [str(CHROMIUM), *options, *quiet, profile, *more]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    return run


def test_a_real_browser_draws_the_page_and_its_policy_blocks_nothing_that_is_ours(address, chromium, tmp_path):
    drawn = tmp_path / "status.png"
    ran = chromium("--enable-logging=stderr", "--window-size=390,1200", f"--screenshot={drawn}", address)
    assert drawn.stat().st_size > 20_000  # an empty page of this size has about 5,000 bytes
    assert "Content Security Policy" not in ran.stderr
    assert "Refused to" not in ran.stderr


def test_a_real_browser_shows_the_names_as_text_and_runs_nothing(address, chromium):
    dom = chromium("--dump-dom", address).stdout
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in dom
    assert "<script" not in dom
