"""The output of a notebook cell: the picture, or the words where pictures are stripped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from checker.timeline import mimebundle, svg, table
from tests.timeline import samples


class Sanitised(HTMLParser):
    """As an untrusted notebook shows it: without svg and style, but with the texts in them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.hidden: list[str] = []
        self.seen = ""
        self._styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._styled = tag == "style"
        if tag == "div":
            self.hidden.append("hidden" if dict(attrs).get("hidden") else "shown")

    def handle_endtag(self, tag: str) -> None:
        self._styled = False
        if tag == "div":
            self.hidden.pop()

    def handle_data(self, data: str) -> None:
        if "hidden" not in self.hidden and not self._styled:
            self.seen += data


@pytest.mark.parametrize("name", samples.ALL)
def test_without_pictures_and_styles_the_words_are_seen_and_no_garbage(name: str) -> None:
    bundle = mimebundle(samples.ALL[name](), "returned after 3 s")
    page = Sanitised()
    page.feed(bundle["text/html"])
    assert page.seen.splitlines() == bundle["text/plain"].splitlines()
    assert not page.hidden


def test_the_plain_text_is_the_headline_and_the_table() -> None:
    trace = samples.sleeps()
    assert mimebundle(trace, "Done.\n")["text/plain"] == f"Done.\n\n{table(trace)}"
    assert mimebundle(trace, "")["text/plain"] == table(trace)


def test_the_picture_is_the_same_as_alone() -> None:
    trace = samples.blocking()
    assert svg(trace) in mimebundle(trace, "")["text/html"]


def test_every_rule_that_shows_or_hides_asks_whether_there_is_a_picture() -> None:
    html = mimebundle(samples.sleeps(), "")["text/html"]
    style = html[html.rindex("<style>") + 7 : html.rindex("</style>")]
    rules = re.findall(r"([^{}]+)\{([^{}]+)\}", style)
    deciding = [selector for selector, body in rules if "display:" in body]
    assert len(deciding) == 3
    assert all(":has(>svg)" in selector for selector in deciding)


def test_a_hostile_headline_stays_text() -> None:
    html = mimebundle(samples.sleeps(), "</p><script>x</script>\x1b[31m")["text/html"]
    assert "<script" not in html
    assert "\x1b" not in html


def test_nothing_in_the_output_is_a_script() -> None:
    page = Sanitised()
    page.feed(mimebundle(samples.hostile(), "")["text/html"])
    assert "script" not in page.tags
    assert "img" not in page.tags
