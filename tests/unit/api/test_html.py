"""Markup escapes by construction: no text becomes markup, whatever it is."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from api.html import document, element, join, plain, shorten


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@given(st.text(), st.text())
def test_any_text_comes_back_as_text_and_any_attribute_as_that_attribute(text: str, value: str):
    found = read(element("p", text, title=value))
    assert [tag for tag, _ in found.tags] == ["p"]
    assert found.text.replace("\r", "\n") == plain(text)
    assert found.tags[0][1] == {"title": plain(value)}


def test_markup_inside_markup_stays_markup():
    assert element("p", element("b", "a<b"), " & ", None, 3) == "<p><b>a&lt;b</b> &amp; 3</p>"


def test_attributes_are_written_as_html_names_them():
    assert element("a", class_="x", aria_label="y", hidden=True, title=None, tabindex=0) == (
        '<a class="x" aria-label="y" hidden tabindex="0"></a>'
    )


def test_an_empty_element_of_html_has_no_end_tag():
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_a_joined_row_escapes_its_text_too():
    assert join("<", element("i"), 1) == "&lt;<i></i>1"


def test_a_lone_surrogate_and_a_control_character_are_replaced():
    assert plain("a\ud800b\x00c\u202ed") == "a?b\ufffdc\ufffdd"
    document(element("head"), element("body", "\ud800")).encode()


def test_a_long_word_is_cut_with_a_sign_of_it():
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
