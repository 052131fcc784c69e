"""What a stub and its solution have in common: the task, names, parameters, docstrings.

A learner reads the stub, and later the solution beside it. What the stub promises (a module
docstring, functions, classes and constants that are public) the solution has to keep.

Invariant: nothing is executed; two texts are compared as syntax trees.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Defined = _Function | ast.ClassDef


class Difference(NamedTuple):
    """One promise that is not kept; the line is the stub's if the solution has none."""

    line: int
    in_stub: bool
    what: str
    fix: str


def differences(stub: ast.Module, solution: ast.Module) -> list[Difference]:
    """Where the solution is not of the stub's shape."""
    found = list(_of_docstring("the task", stub, solution))
    if not ast.get_docstring(stub):
        found.append(Difference(1, True, "there is no task", "begin with a docstring: the task"))
    return [*found, *_of_names("", stub, solution)]


def _of_names(
    prefix: str, stub: ast.Module | ast.ClassDef, solution: ast.Module | ast.ClassDef
) -> Iterator[Difference]:
    """The definitions of a module or a class, by name."""
    theirs = _defined(solution)
    constants = _constants(solution) | set(theirs)
    for name, node in _defined(stub).items():
        full = prefix + name
        other = theirs.get(name)
        if other is None:
            fix = "define it in the solution, too"
            yield Difference(node.lineno, True, f"the solution has no `{full}`", fix)
            continue
        if _kind(node) != _kind(other):
            what = f"`{full}` is {_kind(other)}, and {_kind(node)} in the stub"
            yield Difference(other.lineno, False, what, "let both be the same")
            continue
        if isinstance(node, ast.ClassDef) and isinstance(other, ast.ClassDef):
            yield from _of_names(f"{full}.", node, other)
        elif isinstance(node, _Function) and isinstance(other, _Function):
            yield from _of_parameters(full, node, other)
        yield from _of_docstring(f"`{full}`", node, other)
    for name in sorted(_constants(stub) - constants):
        line = _line_of_constant(stub, name)
        fix = "define it in the solution, too"
        yield Difference(line, True, f"the solution has no `{prefix}{name}`", fix)


def _of_parameters(name: str, stub: _Function, solution: _Function) -> Iterator[Difference]:
    ours, theirs = _parameters(stub), _parameters(solution)
    if ours != theirs:
        what = f"`{name}({theirs})` is `{name}({ours})` in the stub"
        yield Difference(solution.lineno, False, what, "give both the same parameters")


def _of_docstring(name: str, stub: ast.AST, solution: ast.AST) -> Iterator[Difference]:
    ours, theirs = _docstring(stub), _docstring(solution)
    if ours != theirs:
        line = getattr(solution, "lineno", 1)
        what = f"the docstring of {name} is not the stub's"
        if ours and not theirs:
            what = f"{name} has no docstring, and has one in the stub"
        yield Difference(line, False, what, "copy the stub's docstring")


def _docstring(node: ast.AST) -> str:
    if isinstance(node, ast.Module | ast.ClassDef | _Function):
        return ast.get_docstring(node) or ""
    return ""


def _public(name: str) -> bool:
    return not name.startswith("_") or name == "__init__"


def _defined(scope: ast.Module | ast.ClassDef) -> dict[str, _Defined]:
    return {
        node.name: node for node in scope.body if isinstance(node, _Defined) and _public(node.name)
    }


def _constants(scope: ast.Module | ast.ClassDef) -> set[str]:
    names = {
        target.id
        for node in scope.body
        for target in _targets(node)
        if isinstance(target, ast.Name)
    }
    return {name for name in names if _public(name)}


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _line_of_constant(scope: ast.Module | ast.ClassDef, name: str) -> int:
    for node in scope.body:
        if any(isinstance(target, ast.Name) and target.id == name for target in _targets(node)):
            return node.lineno
    return 0


def _kind(node: _Defined) -> str:
    if isinstance(node, ast.ClassDef):
        return "a class"
    if isinstance(node, ast.FunctionDef):
        return "a function"
    return "an async function"


def _parameters(node: _Function) -> str:
    """The parameters with their defaults, without annotations: those change nothing."""
    args = copy.deepcopy(node.args)
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    for each in every:
        if each is not None:
            each.annotation = None
    return ast.unparse(args)
