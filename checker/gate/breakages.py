"""The ways in which a program is broken, each in one place of its syntax tree.

Invariant: a breakage that was found changes nothing until it is applied, and then its own place
alone. Where Python would refuse the result, or it could not differ, none is made.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from checker.gate.independent import independent


class Breakage(NamedTuple):
    """One change: the line, what it is, and how it is done."""

    line: int
    what: str
    apply: Callable[[], None]


_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Add: "+", ast.Sub: "-"}
_JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_SCOPES = (ast.Global, ast.Nonlocal)


def of_expression(
    owner: Any, key: str | int, node: ast.expr, decides: bool = False
) -> Iterator[Breakage]:
    """What can be done to the expression that is `owner`'s `key`; it may be what decides."""
    put = partial(_put, owner, key)
    if decides:
        yield Breakage(node.lineno, f"{_told(node)} negated", partial(put, _negated(node)))
    if isinstance(node, ast.Await):
        yield Breakage(node.lineno, "await dropped", partial(put, node.value))
        if (seconds := _slept(node.value)) is not None:
            yield Breakage(node.lineno, "made time.sleep", partial(put, _time_sleep(seconds)))
    elif isinstance(node, ast.Compare):
        yield from _of_compare(node)
    elif isinstance(node, ast.BinOp):
        yield from _of_sign(node)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        more = ast.Constant(node.value + 1)  # type: ignore[operator]
        yield Breakage(node.lineno, f"{node.value!r} made {more.value!r}", partial(put, more))
    elif isinstance(node, ast.Call):
        # The words of an exception are for people; checks do not hang on them.
        yield from _of_call(node, words=isinstance(owner, ast.Raise))


def of_block(body: list[Any]) -> Iterator[Breakage]:
    """What can be done to the statements of one block."""
    for index, node in enumerate(body):
        if _is_docstring(node, index):
            continue
        if (dropped := _dropped(node)) is not None:
            what = "return dropped" if isinstance(node, ast.Return) else f"{_told(node)} dropped"
            yield Breakage(node.lineno, what, partial(_put_slice, body, index, [dropped]))
        if isinstance(node, ast.AugAssign):
            yield from _of_sign(node)
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from _of_try(body, index, node)
        elif isinstance(node, ast.With | ast.AsyncWith):
            yield from _of_with(body, index, node)
        following = body[index + 1] if index + 1 < len(body) else None
        if following is not None and _worth_swapping(node, following):
            what = f"swapped with the next, {_told(following)}"
            yield Breakage(node.lineno, what, partial(_swap, body, index))


# Expressions.


def _put(owner: Any, key: str | int, new: ast.AST) -> None:
    if isinstance(key, int):
        owner[key] = new
    else:
        setattr(owner, key, new)


def _put_slice(owner: list[Any], index: int, new: list[Any]) -> None:
    """Put some, or none, in the place of one."""
    owner[index : index + 1] = new


def _negated(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return ast.UnaryOp(ast.Not(), node)


def _slept(node: ast.expr) -> ast.expr | None:
    """The seconds of `asyncio.sleep(seconds)` and its like."""
    if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith("sleep"):
        return node.args[0]
    return None


def _time_sleep(seconds: ast.expr) -> ast.expr:
    call = ast.parse("__import__('time').sleep(0)", mode="eval").body
    assert isinstance(call, ast.Call)
    call.args = [seconds]
    return call


def _of_compare(node: ast.Compare) -> Iterator[Breakage]:
    for index, sign in enumerate(node.ops):
        if other := _SWAPPED.get(type(sign)):
            what = f"{_SIGNS[type(sign)]} made {_SIGNS[other]}"
            yield Breakage(node.lineno, what, partial(_put, node.ops, index, other()))


def _of_sign(node: ast.BinOp | ast.AugAssign) -> Iterator[Breakage]:
    if other := _SWAPPED.get(type(node.op)):
        what = f"{_SIGNS[type(node.op)]} made {_SIGNS[other]}"
        yield Breakage(node.lineno, what, partial(_put, node, "op", other()))


def _of_call(node: ast.Call, words: bool) -> Iterator[Breakage]:
    """The last argument may have a default; so may each keyword."""
    kept = (ast.Starred, ast.Constant, ast.JoinedStr) if words else (ast.Starred,)
    if node.args and not isinstance(node.args[-1], kept):
        what = f"argument {_told(node.args[-1])} dropped"
        yield Breakage(
            node.args[-1].lineno, what, partial(_put_slice, node.args, len(node.args) - 1, [])
        )
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            what = f"argument {keyword.arg}= dropped"
            yield Breakage(keyword.lineno, what, partial(_put_slice, node.keywords, index, []))


# Statements.


def _swap(body: list[Any], index: int) -> None:
    body[index], body[index + 1] = body[index + 1], body[index]


def _is_docstring(node: ast.stmt, index: int) -> bool:
    return index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _dropped(node: ast.stmt) -> ast.stmt | None:
    """What stands in place of a statement that is dropped, or None if it stays.

    A name that is not assigned breaks a program at once and loudly, and shows nothing.
    """
    if isinstance(node, ast.Return) and node.value is not None:
        return ast.Expr(node.value)
    if isinstance(node, ast.Assign):
        kept = all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
        return ast.Pass() if kept else None
    if isinstance(node, (ast.Expr, ast.AugAssign, ast.Delete, *_JUMPS)):
        return ast.Pass()
    return None


def _of_try(body: list[Any], index: int, node: ast.Try | ast.TryStar) -> Iterator[Breakage]:
    if node.finalbody:
        kept = _with_fields(node, finalbody=[]) if node.handlers else None
        what, line = "finally dropped", node.finalbody[0].lineno
        yield Breakage(line, what, partial(_put_slice, body, index, [kept] if kept else node.body))
    for number, handler in enumerate(node.handlers):
        rest = node.handlers[:number] + node.handlers[number + 1 :]
        if rest or node.finalbody:
            orelse = node.orelse if rest else []
            before = node.body if rest else [*node.body, *node.orelse]
            new: list[Any] = [_with_fields(node, body=before, handlers=rest, orelse=orelse)]
        else:
            new = [*node.body, *node.orelse]
        yield Breakage(handler.lineno, "except dropped", partial(_put_slice, body, index, new))


def _of_with(body: list[Any], index: int, node: ast.With | ast.AsyncWith) -> Iterator[Breakage]:
    for number, item in enumerate(node.items):
        rest = node.items[:number] + node.items[number + 1 :]
        inner = [_with_fields(node, items=rest)] if rest else node.body
        name = item.optional_vars
        bound = [ast.Assign([name], item.context_expr)] if name is not None else []
        what = f"with {_told(item.context_expr)} dropped"
        line = item.context_expr.lineno
        yield Breakage(line, what, partial(_put_slice, body, index, [*bound, *inner]))


def _with_fields(node: Any, **changed: Any) -> Any:
    """The same node with other fields."""
    return type(node)(**(dict(ast.iter_fields(node)) | changed))


def _worth_swapping(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether swapping them makes a program that could differ, and is not made otherwise."""
    if any(isinstance(each, (*_DEFINES, *_SCOPES, ast.Pass)) for each in (one, other)):
        return False
    if isinstance(one, _JUMPS):
        return False
    if isinstance(other, _JUMPS) and _dropped(one) is not None:
        return False  # The first would not be reached: it is dropped already.
    if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
        return False
    return not independent(one, other)


_MOST = 60


def _told(node: ast.AST) -> str:
    """A piece of the program in short: of a compound statement its first line."""
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= _MOST else text[: _MOST - 2] + " …"
