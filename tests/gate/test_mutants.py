"""A program is broken in each of the ways, once, and what could not differ is left out."""

from __future__ import annotations

import ast

import pytest

from checker.gate.independent import independent
from checker.gate.mutants import mutants_of
from tests.gate.made_up import SOLUTION, STUB


def broken(body: str, head: str = "async def f(a, b):") -> dict[str, str]:
    """What was changed in a function, and its body then."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    found = {}
    for mutant in mutants_of(f"{head}\n{lines}\n"):
        now = mutant.source.split("\n", 1)[1]
        found[mutant.what] = "\n".join(line.removeprefix("    ") for line in now.split("\n"))
    return found


@pytest.mark.parametrize(
    ("body", "what", "now"),
    [
        ("x = await a\nreturn x", "await dropped", "x = a\nreturn x"),
        ("await asyncio.sleep(3)", "made time.sleep", "__import__('time').sleep(3)"),
        ("await asyncio.sleep(3)", "await asyncio.sleep(3) dropped", "pass"),
        ("await asyncio.sleep(a)", "argument a dropped", "await asyncio.sleep()"),
        ("return a < b", "< made <=", "return a <= b"),
        ("return a >= b", ">= made >", "return a > b"),
        ("return a + b", "+ made -", "return a - b"),
        ("a -= b", "- made +", "a += b"),
        ("a += b", "a += b dropped", "pass"),
        ("return 5", "5 made 6", "return 6"),
        ("return 0.5", "0.5 made 1.5", "return 1.5"),
        ("return a", "return dropped", "a"),
        ("return", "return dropped", "pass"),
        ("raise a", "raise a dropped", "pass"),
        ("a.append(b)", "a.append(b) dropped", "pass"),
        ("a[b] = a", "a[b] = a dropped", "pass"),
        ("if a:\n    b()", "a negated", "if not a:\n    b()"),
        ("while not a:\n    b()", "not a negated", "while a:\n    b()"),
        ("return [x for x in a if x]", "x negated", "return [x for x in a if not x]"),
        ("return a(b, limit=a)", "argument limit= dropped", "return a(b)"),
        ("return a(*b, c)", "argument c dropped", "return a(*b)"),
        ("try:\n    a()\nfinally:\n    b()", "finally dropped", "a()"),
        (
            "try:\n    a()\nexcept E:\n    b()\nfinally:\n    b()",
            "finally dropped",
            "try:\n    a()\nexcept E:\n    b()",
        ),
        (
            "try:\n    a()\nexcept E:\n    b()\nfinally:\n    b()",
            "except dropped",
            "try:\n    a()\nfinally:\n    b()",
        ),
        ("try:\n    a()\nexcept* E:\n    b()", "except dropped", "a()"),
        ("async with a:\n    b()", "with a dropped", "b()"),
        ("with a() as c:\n    b(c)", "with a() dropped", "c = a()\nb(c)"),
        ("with a, b:\n    b()", "with b dropped", "with a:\n    b()"),
        ("a()\nb()", "swapped with the next, b()", "b()\na()"),
    ],
)
def test_a_program_is_broken(body: str, what: str, now: str) -> None:
    assert broken(body)[what] == now


def test_the_same_change_twice_in_a_line_is_counted() -> None:
    found = list(broken("return a[0] + b[0]"))
    assert found == ["return dropped", "+ made -", "0 made 1", "0 made 1 (2)"]


def test_a_mutant_names_the_line_and_its_text() -> None:
    (mutant,) = mutants_of("def f(a):\n\n    return a  # why\n")
    assert (mutant.line, mutant.text, mutant.what) == (3, "return a  # why", "return dropped")


def test_docstrings_annotations_and_decorators_stay() -> None:
    source = '"""Doc."""\n\n\n@a(1)\ndef f(x: b(2) = None) -> c(3):\n    """Doc."""\n    x: d(4)\n'
    assert mutants_of(source) == []


def test_the_words_of_an_exception_stay() -> None:
    assert list(broken("raise E('why')")) == ["raise E('why') dropped"]
    assert list(broken("raise E(a)")) == ["raise E(a) dropped", "argument a dropped"]


def test_what_the_stub_has_word_for_word_stays() -> None:
    given = "def given():\n    return 1\n\n\nclass A:\n    def given(self):\n        return 1\n"
    whole = given + "\n    def own(self):\n        return 2\n"
    assert {mutant.line for mutant in mutants_of(whole, given)} == {10}
    assert {mutant.line for mutant in mutants_of(SOLUTION, STUB)} == {9}


def test_no_two_mutants_are_one_program_and_none_is_the_solution() -> None:
    source = "def f(a):\n    while a:\n        a -= 1\n        break\n    return not a\n"
    programs = [mutant.source for mutant in mutants_of(source)]
    assert len(set(programs)) == len(programs)
    assert ast.unparse(ast.parse(source)) not in programs


def test_what_python_would_refuse_is_not_made() -> None:
    # Without the `nonlocal` in front, its use would come first; it is not moved.
    assert not any("nonlocal" in what for what in broken("nonlocal_ = 1\nglobal g\ng()"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "b = 2"),
        ("self.a = []", "self.b = deque()"),
        ("a = asyncio.Event()", "b = [c]"),
        ("a += 1", "b = c"),
    ],
)
def test_assignments_that_have_nothing_to_do_with_each_other_are_independent(
    one: str, other: str
) -> None:
    assert independent(ast.parse(one).body[0], ast.parse(other).body[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "b = a"),
        ("b = a", "a = 1"),
        ("a = 1", "a = 2"),
        ("a += 1", "a -= 2"),
        ("self.a = 1", "self.b = self.a"),
        ("a = f()", "b = g()"),
        ("a = 1", "b = await c"),
        ("a = 1", "f()"),
        ("a = b + c", "d = 1"),
    ],
)
def test_everything_else_is_taken_for_dependent(one: str, other: str) -> None:
    assert not independent(ast.parse(one).body[0], ast.parse(other).body[0])
