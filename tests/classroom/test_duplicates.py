"""Works that are alike, and works that only look so."""

from __future__ import annotations

import random
import time

import pytest

from checker.classroom.duplicates import find, prints

STUB = b'"""Ask until there is a price."""\n\n\nasync def quote(shop, item, pause):\n    ...\n'
COPIED = b"""
import asyncio

async def quote(shop, item, pause):
    tries = []
    for attempt in range(10):
        answer = await shop.get(item)
        if answer is not None and len(tries) < 5:
            return answer
        tries.append((attempt, pause * 2))
        await asyncio.sleep(pause)
    raise LookupError(f"no price of {item} after {len(tries)}")
"""
RENAMED = b"""
import asyncio  # mine
async def quote(store, thing, rest):
    '''I wrote this.'''
    seen = []

    for number in range(99):
        price = await store.get(thing)   # ask
        if price is not None and len(seen) < 7: return price
        seen.append((number, rest * 3))
        await asyncio.sleep(rest)
    raise LookupError("gone")
"""
OWN = b"""
import asyncio

async def quote(shop, item, pause):
    while (price := await shop.get(item)) is None:
        with asyncio.timeout(pause * 4):
            await asyncio.gather(asyncio.sleep(pause), return_exceptions=True)
    assert price > 0, [price for _ in "abc" if _ != item]
    return {"price": price}["price"]
"""


def pairs(**texts: bytes) -> list[tuple[str, str]]:
    return [(pair.one, pair.other) for pair in find({"e": texts}, {"e": [STUB]})]


def test_a_copy_with_other_names_layout_and_comments_is_found() -> None:
    (pair,) = find({"e": {"ada": COPIED, "bob": RENAMED, "cy": OWN}}, {"e": [STUB]})
    assert (pair.exercise, pair.one, pair.other) == ("e", "ada", "bob")
    assert 0.6 <= pair.score <= 1
    assert pair.prints >= 4


def test_what_was_handed_out_counts_for_nothing() -> None:
    assert pairs(ada=STUB, bob=STUB) == []
    longer = STUB + COPIED
    assert find({"e": {"ada": longer, "bob": longer}}, {"e": [STUB, longer]}) == []


def test_what_many_wrote_says_nothing_about_two_of_them() -> None:
    many = {f"s{n}": COPIED + f"\n# {n}\n".encode() for n in range(9)}
    assert find({"e": many}, {}) == []
    assert len(pairs(ada=COPIED, bob=COPIED + b"#")) == 1


def test_a_short_work_is_alike_only_to_the_letter() -> None:
    assert pairs(ada=b"x = f(1)\n", bob=b"y = g(2)\n") == []
    (pair,) = find({"e": {"ada": b"x = f(1)\n", "bob": b"x = f(1)   \n\n"}}, {})
    assert (pair.score, pair.prints) == (1.0, 0)


def test_the_order_of_the_works_changes_nothing() -> None:
    texts = {"ada": COPIED, "bob": RENAMED, "cy": OWN, "di": OWN}
    backwards = dict(reversed(texts.items()))
    assert find({"e": texts}, {}) == find({"e": backwards}, {})
    assert [(p.one, p.other) for p in find({"e": texts}, {})] == [("cy", "di"), ("ada", "bob")]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff\xfe",
        "ä\u202e🙂".encode(),
        b"'''" * 50_000,
        b'"\\' * 80_000,
        b'""" \\' * 40_000,
        b"(" * 200_000,
        b"r'" * 90_000,
        b"\\\n'" * 60_000,
        b"." * 200_000,
        b"9" * 3_000_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_no_text_takes_long_or_raises(text: bytes) -> None:
    before = time.process_time()
    prints(text)
    assert time.process_time() - before < 2


def test_300_students_and_15_exercises_take_seconds() -> None:
    draw = random.Random(7)
    lines = [line for text in (COPIED, RENAMED, OWN) for line in text.split(b"\n") if line.strip()]
    works = {
        f"e{n}": {f"s{m:03}": b"\n".join(draw.choice(lines) for _ in range(30)) for m in range(300)}
        for n in range(15)
    }
    before = time.process_time()
    find(works, {f"e{n}": [STUB] for n in range(15)})
    assert time.process_time() - before < 15
