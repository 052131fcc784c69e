"""Names from the program: safe to show, and short enough to read."""

from __future__ import annotations

import pytest

from checker.timeline.names import clean, clip, columns, family, short, spoken, without_numbers


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "[31mred"),
        ("two\r\nlines\there", "two lines here"),
        ("turned\u202eround", "turnedround"),
        ("half\ud800pair\ufffe\x00", "halfpair"),
        ("naïve 名前", "naïve 名前"),
    ],
)
def test_control_characters_are_removed(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_a_wide_letter_takes_two_columns_and_an_accent_none() -> None:
    assert columns("abc") == 3
    assert columns("名前") == 4
    assert columns("e\u0301") == 1


@pytest.mark.parametrize("limit", range(1, 12))
@pytest.mark.parametrize("text", ["abcdefghijklmnop", "名前名前名前名前", "a名b前c名d前"])
def test_a_clipped_text_keeps_to_its_limit_and_says_that_it_is_clipped(
    text: str, limit: int
) -> None:
    clipped = clip(text, limit)
    assert columns(clipped) <= limit
    assert "…" in clipped


def test_a_text_is_clipped_in_its_middle_so_that_its_number_stays() -> None:
    assert clip("very-long-name-of-a-task-17", 16) == "very-long-…sk-17"


@pytest.mark.parametrize(
    ("names", "label", "words"),
    [
        (["main"], "main", "main"),
        (["fetch-1", "fetch-2", "fetch-3"], "fetch-1…3", "fetch-1 to 3"),
        (["fetch-3", "fetch-1", "fetch-2"], "fetch-1…3", "fetch-1 to 3"),
        (["fetch-1", "fetch-3"], "fetch", "fetch (2 tasks)"),
        (["GET /items/7", "GET /items/8"], "GET /items/7…8", "GET /items/7 to 8"),
        (["same", "same"], "same", "same (2 tasks)"),
    ],
)
def test_several_lanes_have_one_name(names: list[str], label: str, words: str) -> None:
    assert short(names) == label
    assert spoken(names, "tasks") == words


def test_a_family_is_the_name_without_its_number() -> None:
    assert family("fetch-12") == "fetch"
    assert family("ThreadPoolExecutor-0_3") == "ThreadPoolExecutor-0"
    assert family("7") == "7"
    assert without_numbers("waits for fetch-12") == "waits for fetch"
