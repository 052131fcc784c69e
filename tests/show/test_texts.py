"""Texts from a program, made fit to be shown."""

from __future__ import annotations

import pytest

from checker.show.texts import paragraphs, plain, prose


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07rest", "rest"),
        ("a\x00b", "a\\x00b"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("\u202eabc", "\\x202eabc"),
        ("\ud800", "\\ud800"),
        ("ünblöcked ✔", "ünblöcked ✔"),
    ],
)
def test_plain_text_has_no_commands_in_it(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_prose_marks_code_and_escapes_it() -> None:
    assert prose("call `f(<x>)` & go") == "call <code>f(&lt;x&gt;)</code> &amp; go"


def test_paragraphs_flow_and_lists_are_lists() -> None:
    text = "One\nsentence.\n\n1. first\n   goes on\n2. `second`\n\n- a\n- b"
    text += "\n\n    code <here>\n      in it"
    assert paragraphs(text) == (
        "<p>One sentence.</p>"
        "<ol><li>first goes on</li><li><code>second</code></li></ol>"
        "<ul><li>a</li><li>b</li></ul>"
        "<pre>code &lt;here&gt;\n  in it</pre>"
    )
