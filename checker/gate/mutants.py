"""A solution, broken mechanically in one place: each such program is a mutant.

    an await dropped, or made blocking      a condition negated          a finally dropped
    < and <=, + and - swapped               an argument dropped          an except dropped
    a number made one more                  a return dropped             a `with` dropped
    a statement dropped                     two statements swapped

What the stub has word for word is left alone: nobody is asked to write that. Mutants that cannot
differ (an assignment swapped with one that it has nothing to do with) are not made.

Invariant: the same text gives the same mutants, in the order of its lines.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from checker.gate.breakages import Breakage, of_block, of_expression

_Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Mutant:
    """One broken program."""

    line: int  # of the solution
    text: str  # that line, as it was
    what: str  # what was changed: "await dropped"; "0 made 1 (2)" is the second such in its line
    source: str  # the whole program


def mutants_of(source: str, stub: str = "") -> list[Mutant]:
    """All mutants of a program, without what it shares with its stub."""
    lines = source.splitlines()
    whole = ast.unparse(ast.parse(source))
    given = _given(ast.parse(stub))
    found: dict[str, Mutant] = {}
    same: Counter[tuple[int, str]] = Counter()
    for number in range(sum(1 for _ in _breakages(ast.parse(source), given))):
        # Each breakage changes the tree that it was found in, so each gets a tree of its own.
        tree = ast.parse(source)
        breakage = next(b for n, b in enumerate(_breakages(tree, given)) if n == number)
        breakage.apply()
        text = ast.unparse(ast.fix_missing_locations(tree))
        if text != whole and text not in found and _compiles(text):
            at, what = lines[breakage.line - 1].strip(), breakage.what
            same[breakage.line, what] += 1
            if (count := same[breakage.line, what]) > 1:
                what += f" ({count})"
            found[text] = Mutant(breakage.line, at, what, text)
    return sorted(found.values(), key=lambda mutant: mutant.line)


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _given(stub: ast.Module) -> set[str]:
    """What the learner is handed: top-level statements, and the methods of classes."""
    found = set()
    for node in stub.body:
        found.add(ast.dump(node))
        if isinstance(node, ast.ClassDef):
            found |= {ast.dump(each) for each in node.body}
    return found


def _breakages(tree: ast.Module, given: set[str]) -> Iterator[Breakage]:
    for node in tree.body:
        if ast.dump(node) in given:
            continue
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                if ast.dump(each) not in given:
                    yield from _within(each)
        else:
            yield from _within(node)


def _within(root: ast.stmt) -> Iterator[Breakage]:
    """All breakages at and below a statement."""
    for parent, name, value in _fields(root):
        if isinstance(value, ast.expr):
            yield from of_expression(parent, name, value, decides=name in ("test", "guard"))
        elif isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                yield from of_block(value)
            for index, each in enumerate(value):
                if isinstance(each, ast.expr):
                    yield from of_expression(value, index, each, decides=name == "ifs")


def _fields(root: ast.AST) -> Iterator[tuple[ast.AST, str, object]]:
    """Every field of every node below, but for annotations, decorators and docstrings."""
    for name, value in list(ast.iter_fields(root)):
        if name in ("annotation", "returns", "decorator_list", "format_spec"):
            continue
        yield root, name, value
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _fields(child)
