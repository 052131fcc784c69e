"""A stub and its solution promise the same names, parameters and words."""

from __future__ import annotations

import ast

import pytest

from checker.gate.shape import differences

STUB = '''\
"""Task."""

LIMIT = 3


async def fetch(key: str, *rest, limit=LIMIT, **more):
    """Fetch it."""
    raise NotImplementedError


class Pool:
    """A pool."""

    def __init__(self, size):
        raise NotImplementedError

    def get(self):
        """One of them."""
        raise NotImplementedError


def _helper(a):
    """Nobody's business."""
'''


def found(solution: str, stub: str = STUB) -> list[tuple[int, bool, str]]:
    return [each[:3] for each in differences(ast.parse(stub), ast.parse(solution))]


def test_bodies_annotations_and_private_names_may_differ() -> None:
    solution = STUB.replace("raise NotImplementedError", "return 1").replace("key: str", "key: int")
    assert found(solution[: solution.index("def _helper")] + "def more():\n    pass\n") == []


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ('"""Task."""', '"""Other."""', (1, False, "the docstring of the task is not the stub's")),
        ("LIMIT = 3", "MOST = LIMIT_ = 3", (3, True, "the solution has no `LIMIT`")),
        (
            "async def fetch",
            "def fetch",
            (6, False, "`fetch` is a function, and an async function in the stub"),
        ),
        (
            "key: str, *rest",
            "name, *rest",
            (
                6,
                False,
                "`fetch(name, *rest, limit=LIMIT, **more)` is "
                "`fetch(key, *rest, limit=LIMIT, **more)` in the stub",
            ),
        ),
        (
            "limit=LIMIT",
            "limit=4",
            (
                6,
                False,
                "`fetch(key, *rest, limit=4, **more)` is "
                "`fetch(key, *rest, limit=LIMIT, **more)` in the stub",
            ),
        ),
        ("async def fetch", "async def get", (6, True, "the solution has no `fetch`")),
        ("def get(self)", "def take(self)", (17, True, "the solution has no `Pool.get`")),
        (
            '"""One of them."""',
            '"""Two of them."""',
            (17, False, "the docstring of `Pool.get` is not the stub's"),
        ),
        (
            '    """A pool."""\n',
            "",
            (11, False, "`Pool` has no docstring, and has one in the stub"),
        ),
    ],
)
def test_a_promise_that_is_not_kept_is_found(
    was: str, now: str, expected: tuple[int, bool, str]
) -> None:
    assert was in STUB
    assert found(STUB.replace(was, now)) == [expected]


def test_a_stub_without_a_task_is_found() -> None:
    assert found("x = 1", "x = 1") == [(1, True, "there is no task")]
