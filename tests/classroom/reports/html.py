"""A strict reader of the pages: what a browser would build of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "input", "link", "path", "rect", "circle", "line"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "p", "b",
    "small", "a", "div", "span", "section", "nav", "ul", "li", "table", "thead", "tbody", "tr",
    "th", "td", "details", "summary", "pre", "code", "br",
    "svg", "g", "path", "rect", "text", "tspan", "defs", "pattern", "desc", "circle", "line",
}  # fmt: skip
_URL = re.compile(r"url\(|@import|https?:|//|\\", re.IGNORECASE)


class Page(HTMLParser):
    """A page; refuses what is not closed, not allowed, or leads outside."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        assert html.startswith("<!doctype html>")
        self.feed(html)
        self.close()
        assert self._open == []
        assert all(link[1:] in self.ids for link in self.links)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("src", "srcset", "action", "formaction", "xlink:href"), name
            if name == "href":
                assert value
                assert value.startswith("#")
                self.links.append(value)
            if name == "id":
                assert value
                self.ids.add(value)
            if name == "style":
                assert value == "display:none"
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            # A picture points to its own textures, and to nothing else.
            assert not _URL.search(re.sub(r"url\(#ub[0-9a-f]+-\w+\)", "", data)), data
        else:
            self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("there is a comment")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("there is a declaration")
