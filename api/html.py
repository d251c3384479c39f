"""HTML that escapes by construction: text becomes markup only through ``element``."""

from __future__ import annotations

from html import escape

VOID = frozenset({"meta", "link", "br", "img", "input"})
LONGEST_WORD = 200
KEPT = "\n\t\N{NO-BREAK SPACE}"


class Markup(str):
    """Text that is markup already. Only this module makes it."""

    __slots__ = ()


def element(name: str, /, *children: Markup | str | int | None, **attributes: str | int | bool | None) -> Markup:
    """``<name attributes>children</name>``, everything escaped but Markup. None is left out.

    A trailing underscore is cut from attribute names (``class_``), others become hyphens (``aria_label``).
    """
    opening = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Markup(opening if name in VOID else f"{opening}{join(*children)}</{name}>")


def join(*children: Markup | str | int | None) -> Markup:
    """Children in a row, without anything around them."""
    return Markup(
        "".join(child if isinstance(child, Markup) else escape(plain(str(child))) for child in children if child is not None)
    )


def document(head: Markup, body: Markup) -> str:
    """A whole page."""
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def plain(text: str) -> str:
    """Text as it can be shown and encoded: without lone surrogates and control characters."""
    kept = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        character if character.isprintable() or character in KEPT else "\N{REPLACEMENT CHARACTER}" for character in kept
    )


def shorten(text: str, longest: int = LONGEST_WORD) -> str:
    """At most so many characters; a stranger's profile may be a novel."""
    return text if len(text) <= longest else text[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(plain(str(value)))}"'
