"""What crosses the boundary, and what does not."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from enum import IntEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.attempt import DoesNotCross, cross


class Colour(IntEnum):
    RED = 1


class Point(NamedTuple):
    x: int
    y: int


class Text(str):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_arrive_as_they_are(value: Any) -> None:
    assert cross(value) == value


def types_in(value: Any) -> set[type]:
    inner = value if type(value) is list else value.values() if type(value) is dict else ()
    return {type(value)}.union(*(types_in(each) for each in inner))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2, 3)), [1, [2, 3]]),
        (Point(1, 2), [1, 2]),
        (Colour.RED, 1),
        (OrderedDict(a=Text("b")), {"a": "b"}),
        (bytearray(b"x"), b"x"),
        ({Text("key"): True}, {"key": True}),
    ],
)
def test_what_is_made_of_plain_values_crosses_as_those(value: Any, plain: Any) -> None:
    found = cross(value)
    assert found == plain
    assert types_in(found) <= {type(None), bool, int, float, str, bytes, list, dict}


def test_what_crosses_is_a_copy() -> None:
    inner = [1]
    found = cross({"a": inner})
    inner.append(2)
    assert found == {"a": [1]}


def test_not_a_number_crosses() -> None:
    found = cross(math.nan)
    assert type(found) is float
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": [1, {2}]}, r"the value\['a'\]\[1\] is of type set, .* Return a sorted list"),
        (deque(), "is of type deque"),
        ((n for n in range(3)), "is of type generator, .* There is a `yield` in it"),
        (len, "is of type builtin_function_or_method, .* Call it"),
        ({1: 2}, "has a key of type int; use texts as keys"),
        (object(), "is of type object, .* Return its parts"),
        (1 << 5000, "is a number of 5,001 bits"),
        (["x" * 6_000_000] * 2, "is longer than 10,000,000 characters"),
        ([0] * 200_001, "has more than 200,000 parts"),
    ],
)
def test_what_does_not_cross_is_named_with_its_place_and_the_fix(value: Any, words: str) -> None:
    with pytest.raises(DoesNotCross, match=words):
        cross(value)


def test_a_missing_await_is_suspected() -> None:
    async def fetch() -> None: ...

    coroutine = fetch()
    with pytest.raises(DoesNotCross, match=r"the coroutine object of `fetch\(...\)`.*Write `await"):
        cross(coroutine, "what it returned")
    coroutine.close()


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(DoesNotCross, match="contains itself"):
        cross(endless)
    wide: list[Any] = []
    wide.extend([wide] * 100)
    with pytest.raises(DoesNotCross):
        cross(wide)


def test_nothing_of_the_other_side_is_asked() -> None:
    asked: list[str] = []

    class Meta(type):
        @property
        def __name__(cls) -> str:  # type: ignore[override]
            asked.append("name")
            return "list"

        @property
        def __mro__(cls) -> tuple[type, ...]:
            asked.append("mro")
            return (list, object)

    class Liar(list, metaclass=Meta):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            asked.append("iter")
            return iter("forged")

        def __len__(self) -> int:
            asked.append("len")
            return 5

        def __eq__(self, other: object) -> bool:
            asked.append("eq")
            return True

        __hash__ = None

    assert cross(Liar([1, 2])) == [1, 2]
    assert asked == []
