"""The frame of every page: one style sheet of our own, no script, nothing from another host."""

from __future__ import annotations

from importlib import resources

from api.html import Markup, document, element

STYLE_PATH = "/static/surety.css"
ICON_PATH = "/static/surety.svg"


def frame(title: str, *body: Markup | None, refresh_s: int = 0) -> str:
    """A page. With ``refresh_s`` the browser loads it again after so many seconds."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", title),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="refresh", content=refresh_s) if refresh_s else None,
        element("link", rel="icon", href=ICON_PATH, type="image/svg+xml"),
        element("link", rel="stylesheet", href=STYLE_PATH),
    )
    menu = element(
        "nav",
        element("a", "Surety", href="/", class_="brand"),
        element("a", "Status", href="/"),
        element("a", "API", href="/docs"),
        element("a", "Metrics", href="/metrics"),
        aria_label="Pages",
    )
    return document(head, element("body", element("header", menu), element("main", element("h1", title), *body)))


def static_file(name: str) -> bytes:
    """A file that ships with the pages. Raises FileNotFoundError for any other name."""
    if name not in STATIC:
        raise FileNotFoundError(name)
    return resources.files("api.static").joinpath(name).read_bytes()


STATIC = {"surety.css": "text/css; charset=utf-8", "surety.svg": "image/svg+xml"}
