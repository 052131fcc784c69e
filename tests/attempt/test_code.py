"""The learner's text: read as Python reads it, compared, and executed."""

from __future__ import annotations

import sys

import pytest

from checker.attempt import NotPython, same_program
from checker.attempt.code import compiled, decode, forgetting, run


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("x = 'ü'\n".encode(), "x = 'ü'\n"),
        (b"\xef\xbb\xbfx = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        ("# coding: latin-1\nx = 'ü'\n".encode("latin-1"), "# coding: latin-1\nx = 'ü'\n"),
        (b"", ""),
    ],
)
def test_a_file_is_read_as_python_reads_it(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize("data", ["x = 'ü'".encode("latin-1"), b"# coding: klingon\n"])
def test_a_file_in_another_encoding_is_refused_with_the_fix(data: bytes) -> None:
    with pytest.raises(NotPython, match="save it as UTF-8"):
        decode(data)


def test_a_file_of_a_million_bytes_is_none_that_somebody_wrote() -> None:
    with pytest.raises(NotPython, match="1,000,001 bytes, and 1,000,000 are the most"):
        decode(b"#" * 1_000_001)


STUB = '"""Task."""\n\n\ndef f(x):\n    """Twice."""\n    raise NotImplementedError\n'


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (STUB, True),
        (STUB.replace("\n\n\n", "\n"), True),
        (STUB + "# a comment\n", True),
        (STUB.replace("raise", "return"), False),
        (STUB.replace("Twice", "Thrice"), False),
        (STUB + "f(\n", False),
        ("", False),
    ],
)
def test_comments_and_blank_lines_make_no_other_program(other: str, same: bool) -> None:
    assert same_program(STUB, other) is same


def test_a_program_is_a_module_of_its_name_while_it_is_wanted() -> None:
    source = "from dataclasses import dataclass\n\n@dataclass\nclass Point:\n    x: int = 1\n"
    with forgetting("made_up_program"):
        module = run(compiled(source, "a.py"), "made_up_program", "a.py")
        assert sys.modules["made_up_program"] is module
        assert module.Point().x == 1
    assert "made_up_program" not in sys.modules


def test_the_checkers_own_future_statements_are_not_the_attempts() -> None:
    # With `annotations` from __future__ it would be the text "1 + 1".
    module = compiled("def f(x: 1 + 1): ...\n", "a.py")
    names: dict[str, object] = {}
    exec(module, names)
    assert names["f"].__annotations__ == {"x": 2}
