"""Whether two statements can be swapped and nobody could tell.

Invariant: says yes only where that is plain: both give names or attributes (`self.waiting`) a value
that calls nothing but what makes a new object, and neither uses what the other sets. All else is
taken for dependent.
"""

from __future__ import annotations

import ast

_ACTS = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Subscript, ast.BinOp)
_MAKERS = {"count", "defaultdict", "deque", "dict", "list", "set", "tuple"}


def independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether their order makes no difference."""
    if not (_is_quiet(one) and _is_quiet(other)):
        return False
    sets_one, uses_one = _names(one)
    sets_other, uses_other = _names(other)
    return not (sets_one & (sets_other | uses_other) or sets_other & uses_one)


def _is_quiet(node: ast.stmt) -> bool:
    """An assignment that does nothing else. Operators may be functions of somebody's."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.value, ast.Constant)
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    return not any(
        isinstance(each, _ACTS) or (isinstance(each, ast.Call) and not _makes(each))
        for each in ast.walk(node)
    )


def _makes(call: ast.Call) -> bool:
    """Whether the call makes an object: of a class by its name, or of a usual container."""
    name = ast.unparse(call.func).rpartition(".")[2]
    return name[:1].isupper() or name in _MAKERS


def _names(node: ast.stmt) -> tuple[set[str], set[str]]:
    """What it sets, and what it uses: names, and attributes with their dots."""
    sets: set[str] = set()
    uses: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name | ast.Attribute):
            stored = isinstance(each.ctx, ast.Store)
            (sets if stored else uses).add(ast.unparse(each))
    if isinstance(node, ast.AugAssign):
        uses |= sets
    return sets, uses
