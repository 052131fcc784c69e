"""Texts from a program, made fit to be shown."""

from __future__ import annotations

import pytest

from checker.notebook.texts import paragraphs, plain, prose, task_of, task_text


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


def test_paragraphs_flow_and_lists_keep_their_lines() -> None:
    text = "One\nsentence.\n\n1. first\n   goes on\n2. second\n\n    code <here>"
    assert paragraphs(text) == (
        "<p>One sentence.</p><p>1. first goes on<br>2. second</p><pre>    code &lt;here&gt;</pre>"
    )


def test_a_task_is_the_docstring_of_a_stub() -> None:
    stub = '"""Title\n\nThe task.\n"""\n\nimport asyncio\n'
    assert task_of(stub) == ("Title", "The task.")
    assert stub.replace(task_text(stub), "").strip() == "import asyncio"
