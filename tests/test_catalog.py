"""Chapters and exercises are read whole, or refused with the file, the line and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.catalog import Catalog, CatalogError, UnknownExercise, load

GOOD = """\
title = "Start"
claim = "You predict, then you know."

[exercises.first_check]
title = "First check"
points = 5
minutes = 2
needs = []
out_of_scope = ["input"]
hints = ["one", "two", "three"]

[exercises.second]
title = "Second"
points = 10
minutes = 4
needs = ["start/first_check"]
out_of_scope = []
hints = ["one", "two", "three"]
"""
OTHER = GOOD.replace("Start", "Blocking").replace('["start/first_check"]', '["start/second"]')


def write(folder: Path, slug: str = "00_start", text: str = GOOD) -> Path:
    file = folder / slug / "chapter.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write(tmp_path, "01_blocking", OTHER)
    return load(write(tmp_path))


def test_chapters_and_exercises_stand_in_the_order_in_which_they_are_met(catalog: Catalog) -> None:
    assert [chapter.slug for chapter in catalog.chapters] == ["00_start", "01_blocking"]
    assert [exercise.id for exercise in catalog.exercises] == [
        "start/first_check",
        "start/second",
        "blocking/first_check",
        "blocking/second",
    ]
    first = catalog.exercises[0]
    assert first.path == "00_start/first_check.py"
    assert (first.points, first.minutes, first.hints) == (5, 2, ("one", "two", "three"))
    assert catalog.exercises[3].needs == ("start/second",)


@pytest.mark.parametrize(
    "name",
    ["start/second", "00_start/second", "start/second.py", "/start/second/", " start/second"],
)
def test_an_exercise_is_found_by_its_id_and_its_path(catalog: Catalog, name: str) -> None:
    assert catalog.find(name).id == "start/second"


def test_a_name_alone_will_do_where_only_one_has_it(tmp_path: Path) -> None:
    assert load(write(tmp_path)).find("second").id == "start/second"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("second", "Which one: start/second, blocking/second?"),
        ("start/secnd", "Did you mean start/second?"),
        ("strat/first_chek", "Did you mean start/first_check?"),
        ("zzz", "`unblocked list` shows them all."),
    ],
)
def test_an_unknown_name_gets_advice(catalog: Catalog, name: str, advice: str) -> None:
    with pytest.raises(UnknownExercise) as caught:
        catalog.find(name)
    assert advice in str(caught.value)


def test_a_chapters_name_selects_all_of_it_and_nothing_is_selected_twice(catalog: Catalog) -> None:
    for name in ("blocking", "01_blocking", "01"):
        assert [each.id for each in catalog.select([name])] == [
            "blocking/first_check",
            "blocking/second",
        ]
    chosen = catalog.select(["start/second", "start", "blocking/second"])
    assert [each.id for each in chosen] == ["start/second", "start/first_check", "blocking/second"]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('title = "Start"\n', "", "1", "title: it is missing; add `title = …` (a text)"),
        ("points = 5", "points = 0", "6", "points: it is 0, and has to be at least 1"),
        ("points = 5", "points = true", "6", "it is True, and has to be a whole number"),
        ("minutes = 2", 'minutes = "2"', "7", "it is '2', and has to be a whole number"),
        ("needs = []", 'needs = ""', "8", "it is '', and has to be a list"),
        ("points = 5", "point = 5", "4", "exercises.first_check.points: it is missing"),
        ("minutes = 2", "minutes = 2\nneed = []", "8", "no known key; did you mean `needs`?"),
        ("minutes = 2", "minutes = 2\nzzz = []", "8", "no known key; remove it"),
        ('["one", "two", "three"]', '["one"]', "10", "there are 1; exactly three are needed"),
        ('["input"]', '["input", " "]', "9", "every entry has to be a text that is not empty"),
        ("first_check]", "First]", "4", "write it as [exercises.some_name]"),
        ('["start/first_check"]', '["start/second"]', "16", "'start/second' comes later"),
        (
            '["start/first_check"]',
            '["start/first_chek"]',
            "16",
            "'start/first_chek' is no exercise; name one that comes earlier; did you mean "
            "start/first_check?",
        ),
    ],
)
def test_a_fault_is_named_with_its_file_its_line_and_the_fix(
    tmp_path: Path, old: str, new: str, place: str, words: str
) -> None:
    assert old in GOOD
    file = write(tmp_path, text=GOOD.replace(old, new, 1)) / "00_start" / "chapter.toml"
    with pytest.raises(CatalogError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(f"{file}:{place}: ")
    assert words in str(caught.value)


def test_what_is_no_toml_is_said_with_the_line(tmp_path: Path) -> None:
    write(tmp_path, text=GOOD + "x = \n")
    with pytest.raises(CatalogError, match=r"chapter\.toml: .*line 19.*; mend the TOML there"):
        load(tmp_path)


def test_a_chapter_without_exercises_is_refused(tmp_path: Path) -> None:
    write(tmp_path, text='title = "x"\nclaim = "y"\n[exercises]\n')
    with pytest.raises(CatalogError, match=r"at least one \[exercises\.<name>\] table is needed"):
        load(tmp_path)


def test_a_folder_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="name the folder NN_slug, such as 01_blocking"):
        load(write(tmp_path, "start"))


def test_a_folder_without_chapters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is this the folder exercises/"):
        load(tmp_path)


MAP = (
    GOOD.partition("[exercises.second]")[0]
    + """
guards = ["quick"]

[exercises.first_check.requirements]
"At most `limit` = 3 calls" = ["limit", "two_at_once"]

[exercises.first_check.patterns]
two_at_once = ["shared"]
second_break = "It cannot fail."
"""
)


def test_what_a_chapter_says_of_its_checks_is_read(tmp_path: Path) -> None:
    made = load(write(tmp_path, text=MAP))
    exercise = made.exercises[0]
    promises = made.promises(exercise)
    assert exercise.guards == ("quick",)
    assert promises.requirements == {"At most `limit` = 3 calls": ("limit", "two_at_once")}
    assert promises.patterns == {"two_at_once": ("shared",), "second_break": "It cannot fail."}


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('["quick"]', '"quick"', 13, "guards: it is 'quick', and has to be a list"),
        ('["limit", "two_at_once"]', "[3]", 16, "every entry has to be a text"),
        ('["shared"]', "[]", 19, "two_at_once: give a list of wrong answers"),
        ('["shared"]', "true", 19, "two_at_once: give a list of wrong answers"),
        ("second_break", "second_brake", 20, "did you mean `second_break`?"),
    ],
)
def test_what_it_says_wrongly_is_refused_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, words: str
) -> None:
    with pytest.raises(CatalogError) as refused:
        load(write(tmp_path, text=MAP.replace(before, after)))
    assert f"chapter.toml:{line}: " in str(refused.value)
    assert words in str(refused.value)
