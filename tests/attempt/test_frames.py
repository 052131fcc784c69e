"""What goes over the wire comes back as it was, and what nobody sends is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.attempt.frames import HEAD, Broken, decode, encode, pack, parts, unpack

KEYS = st.one_of(st.text(), st.integers(-(2**64), 2**64), st.binary(), st.booleans(), st.none())
PLAIN = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**400), 2**400), st.floats(allow_nan=False),
        st.text(st.characters(codec=None)), st.binary(),
    ),
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(KEYS, inner)
    ),
    max_leaves=40,
)  # fmt: skip


@given(PLAIN)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    data = encode([["value", pack(value)]])
    ((word, told),) = decode(data[HEAD.size :])
    assert word == "value"
    assert repr(unpack(told)) == repr(value)


def test_a_number_that_is_none_comes_back_as_such() -> None:
    assert math.isnan(unpack(pack(float("nan"))))


@given(st.binary(max_size=300))
def test_bytes_are_a_batch_or_broken(data: bytes) -> None:
    try:
        batch = decode(data)
    except Broken:
        return
    assert all(type(message) is list and type(message[0]) is str for message in batch)


MARKED = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.one_of(
        st.lists(inner),
        st.dictionaries(st.sampled_from(["$", "v", "a"]), inner | st.sampled_from("btdfs")),
    ),
    max_leaves=30,
)


@given(MARKED)
def test_what_is_unpacked_is_plain_or_broken(value: Any) -> None:
    try:
        found = unpack(value)
    except Broken:
        return
    pack(found)


@given(PLAIN)
def test_parts_are_counted_as_they_are_and_not_as_texts_say(value: Any) -> None:
    data = encode([["value", pack(value), '[{,"\\' * 3]])[HEAD.size :]
    plain = json.loads(data)

    def signs(each: Any) -> int:
        if type(each) is list:
            return 1 + max(0, len(each) - 1) + sum(map(signs, each))
        if type(each) is dict:
            return 1 + max(0, len(each) - 1) + sum(map(signs, each.values()))
        return 0

    assert parts(data, 0) == signs(plain)


BROKEN: dict[str, Any] = {
    "deep": [[[]]],
    "no mark": {"$": "x", "v": 1},
    "no bytes": {"$": "b", "v": "!"},
    "no pair": {"$": "d", "v": [[1]]},
    "no key": {"$": "d", "v": [[[], 1]]},
    "a thing that was not lent": {"$": "s", "v": 0},
    "digits": 10**2000,
    "length": ["x" * 6_000_000] * 2,
    "parts": [0] * 200_001,
}
for _ in range(40):
    BROKEN["deep"] = [BROKEN["deep"]]


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_too_much_or_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises(Broken):
        unpack(BROKEN[name])
