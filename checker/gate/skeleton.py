"""The files that an author starts a new exercise from.

Every line that is theirs to write is marked (see `to_do`), so that `unblocked verify` lists what is
left, file by file, until the exercise is whole.

Invariant: nothing that exists is changed, but for a chapter.toml, which gets a table at its end. If
the work is interrupted, the same call does the rest.
"""

from __future__ import annotations

import json
import tomllib
from keyword import iskeyword
from pathlib import Path

from checker.catalog import NAME, PATTERNS, SLUG, Catalog, CatalogError, Chapter, Exercise, load
from checker.course import has_exercises
from checker.gate.folders import WRONG_AT_LEAST, Folders
from checker.gate.to_do import MARK


class Refused(ValueError):
    """An exercise that cannot be begun; the message has the fix."""


_PATTERNS = "".join(
    f'{key} = "{MARK} name wrong answers, or say why none can have it: {means}"\n'
    for key, means in PATTERNS.items()
)
_CHAPTER = f"""\
title = {{title}}
claim = "{MARK} say what the chapter shows, in a sentence that its exercises prove"
"""
_TABLE = f"""
[exercises.{{name}}]
title = {{title}}
points = {{points}}
minutes = {{minutes}}
needs = []
out_of_scope = []
hints = [
  "{MARK} write a hint that orients: which idea is this about?",
  "{MARK} write a hint that points: where in the program does that idea apply?",
  "{MARK} write a hint that nearly tells, with code where code says it best",
]

[exercises.{{name}}.requirements]
# {MARK} write a line for each requirement: "words of the task" = ["check that fails without it"]

[exercises.{{name}}.patterns]
{_PATTERNS}"""
_STUB = f'''\
"""{{title}}

{MARK} say in a sentence who needs `{{name}}`, and what for.

- {MARK} say what it does, one requirement a line, with numbers and types; a check tests each.
- {MARK} say what is out of scope.
"""


async def {{name}}(service, key):
    """{MARK} say what it returns, in a line, and give it the parameters it needs."""
    raise NotImplementedError
'''
_SOLUTION = f"""\
# {MARK} put a copy of {{stub}} here, and in it your own answer.
"""
_CHECKS = f'''\
"""Checks of {{id}}."""


async def test_answer(attempt, upstream, draw):
    """{MARK} write the line that a learner reads: what holds where this check passes."""
    key = draw.randint(1, 99)
    service = upstream(latency=1.0)
    answer = await attempt.call("{{name}}", service, key)
    assert answer == f"upstream/{{{{key}}}}", (
        "{MARK} say what the check did, what came of it, the likely mistake, and the fix."
    )


async def test_time(attempt, upstream, clock):
    """{MARK} write what this one tests; each check tests one requirement."""
    await attempt.call("{{name}}", upstream(latency=1.0), 1)
    took = clock.now
    assert took == 1.0, f"{MARK} say that it took {{{{took:g}}}} s, and the rest."
'''
_RIGHT = f"""\
# {MARK} answer in another style than the solution does, and name the file after that style.
"""
_WRONG = f"""\
# fails: answer | says: {MARK} name the file after a mistake, here the checks that it fails and \
words that one of them says
@@
-    a line of the solution
+    the line that somebody who makes this mistake writes in its place
"""


def begin(folders: Folders, wanted: str, title: str, points: int, minutes: int) -> list[Path]:
    """Write the files of the exercise CHAPTER/NAME that are not there yet; returns which."""
    chapters = _chapters(folders)
    slug, name = _named(wanted, chapters)
    title = title or name.replace("_", " ").capitalize()
    if not title.isprintable() or '"' in title or "\\" in title:
        raise Refused(
            f"{title!r} is no title.\nNext: give one line without quotes and backslashes."
        )
    exercise = Exercise(slug, name, title, points, minutes, hints=())
    table = _table(exercise, chapters, folders)
    written = []
    for path, text in _files(exercise, folders).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(text, "utf-8")
            written.append(path)
    if table is not None:  # Last, so that the catalogue never names an exercise without files.
        path = folders.exercises / slug / "chapter.toml"
        path.write_text(table, "utf-8")
        written.insert(0, path)
    return written


def id_of(folders: Folders, wanted: str) -> str:
    """The id of the exercise CHAPTER/NAME."""
    slug, name = _named(wanted, _chapters(folders))
    return f"{slug[3:]}/{name}"


def _chapters(folders: Folders) -> list[Chapter]:
    if not has_exercises(folders.root):
        return []
    try:
        catalog: Catalog = load(folders.exercises)
    except CatalogError as error:
        raise Refused(f"The exercises that are there cannot be read: {error}") from None
    return catalog.chapters


def _named(wanted: str, chapters: list[Chapter]) -> tuple[str, str]:
    """The chapter's folder and the exercise's name."""
    chapter, slash, name = wanted.strip().strip("/").removesuffix(".py").partition("/")
    if not slash or not NAME.fullmatch(name) or iskeyword(name):
        raise Refused(
            f"{wanted!r} is no name for an exercise.\nNext: write CHAPTER/NAME, each in small "
            "letters, digits and underscores, such as 01_pools/one_at_a_time."
        )
    for each in chapters:
        if chapter in (each.slug, each.slug[3:], each.slug[:2]):
            return each.slug, name
    if SLUG.fullmatch(chapter):
        for each in chapters:
            if each.slug[:2] == chapter[:2] or each.slug[3:] == chapter[3:]:
                raise Refused(
                    f"There is a chapter {each.slug}.\nNext: {each.slug}/{name} adds to it, "
                    "and a new chapter needs a number and a name that no other has."
                )
        return chapter, name
    number = max((int(each.slug[:2]) for each in chapters), default=0) + 1
    new = chapter if NAME.fullmatch(chapter) else "name"
    there = ", ".join(each.slug for each in chapters) or "none yet"
    raise Refused(
        f"There is no chapter {chapter!r}; there are: {there}.\nNext: to begin a new one, give its "
        f"number, too: {number:02}_{new}/{name}"
    )


def _table(exercise: Exercise, chapters: list[Chapter], folders: Folders) -> str | None:
    """The chapter.toml with the exercise in it, or None if it is in it already."""
    known = next((each for each in chapters if each.slug == exercise.chapter), None)
    if known is not None and any(each.name == exercise.name for each in known.exercises):
        return None
    if known is None:
        words = exercise.chapter[3:].replace("_", " ").capitalize()
        text = _CHAPTER.format(title=json.dumps(words))
    else:
        text = (folders.exercises / exercise.chapter / "chapter.toml").read_text("utf-8")
        text += "" if text.endswith("\n") else "\n"
    text += _TABLE.format(
        name=exercise.name,
        title=json.dumps(exercise.title, ensure_ascii=False),
        points=exercise.points,
        minutes=exercise.minutes,
    )
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(
            f"exercises/{exercise.chapter}/chapter.toml takes no further table: {error}\n"
            "Next: write each exercise there as a table of its own, [exercises.<name>]."
        ) from None
    return text


def _files(exercise: Exercise, folders: Folders) -> dict[Path, str]:
    stub = folders.stub(exercise)
    words = {"title": exercise.title, "name": exercise.name, "id": exercise.id}
    files = {
        stub: _STUB.format(**words),
        folders.solution(exercise): _SOLUTION.format(stub=folders.name(stub)),
        folders.check_file(exercise): _CHECKS.format(**words),
    }
    if not folders.right(exercise):
        files[folders.right_folder(exercise) / "another_style.py"] = _RIGHT
    if not folders.wrong(exercise):
        for number in range(1, WRONG_AT_LEAST + 1):
            files[folders.wrong_folder(exercise) / f"mistake_{number}.diff"] = _WRONG
    return files
