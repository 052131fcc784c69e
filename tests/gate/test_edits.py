"""An answer that is kept as a diff is the solution with its edits, or is refused with the fix."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checker.catalog import load
from checker.gate.difference import difference
from checker.gate.edits import DoesNotApply, applied, lines_of
from checker.gate.folders import Folders
from checker.gate.runs import runs_of
from tests.gate.made_up import FIRST, SOLUTION, WRONG, Course, findings

ROOT = Path(__file__).resolve().parent.parent.parent
TWICE = '''\
"""The task,
in two lines.
"""

import asyncio


class Pool:
    """A pool."""

    def __init__(self):
        """Nothing is open yet."""
        self.open = 0

    def get(self):
        """Only this."""


async def work(pool):
    """Get twice."""
    pool.get()
    await asyncio.sleep(0)
    pool.get()
'''


def test_an_edit_puts_lines_in_the_place_of_others_and_the_head_stays() -> None:
    diff = (
        "# a claim\n@@ the rest of this line is for the reader\n-    return a + b\n+    return a\n"
    )
    assert applied(diff, SOLUTION) == "# a claim\nasync def add(a, b):\n    return a\n"


def test_docstrings_are_left_out_but_for_one_that_is_all_there_is_in_a_function() -> None:
    whole = applied("@@\n-    await asyncio.sleep(0)\n", TWICE)
    assert whole == (
        "import asyncio\n\n\nclass Pool:\n    def __init__(self):\n        self.open = 0\n\n"
        '    def get(self):\n        """Only this."""\n\n\n'
        "async def work(pool):\n    pool.get()\n    pool.get()\n"
    )


@pytest.mark.parametrize(
    ("edits", "body"),
    [
        ("@@\n     pool.get()\n-    await asyncio.sleep(0)\n", "pool.get();pool.get()"),
        ("@@\n async def work(pool):\n+    x = 1\n", "x = 1;pool.get();await asyncio.sleep(0)"),
        ("@@\n-    await asyncio.sleep(0)\n     pool.get()\n", "pool.get()"),
        (
            "@@\n     await asyncio.sleep(0)\n-    pool.get()\n\n@@\n async def work(pool):\n"
            "-    pool.get()\n",
            "await asyncio.sleep(0)",
        ),
    ],
)
def test_context_says_where_and_the_order_of_edits_is_free(edits: str, body: str) -> None:
    made = applied(edits, TWICE).partition("async def work(pool):\n")[2]
    lines = [line.strip() for line in made.splitlines()]
    assert ";".join(lines).startswith(body)


@pytest.mark.parametrize(
    ("diff", "line", "what", "fix"),
    [
        ("# a claim\n", 0, "there is no edit in it", "begin each edit with a line `@@`"),
        ("import x\n@@\n+x\n", 1, "'import x' is not a line of an edit", "only comments"),
        ("--- a/x.py\n@@\n+x\n", 1, "'--- a/x.py' is not a line", "only comments"),
        (
            "@@\n-    pool.get()\nx = 1\n",
            3,
            "'x = 1' is not a line",
            "begin it with -, + or a space",
        ),
        ("@@\n+x = 1\n", 1, "does not say where it belongs", "add the line above or below"),
        ("@@\n     pool.get()\n", 1, "this edit changes nothing", "remove it"),
        ("@@\n-    pool.get()\n", 1, "is in the solution at lines 21 and 23", "add the line above"),
        ("@@\n-    pool.put()\n", 1, "has no line '    pool.put()'", "copy the lines"),
        ('@@\n-    """Get twice."""\n', 1, "has no line", "docstrings are left out"),
        ("@@\n-import asyncio\n-class Pool:\n", 1, "do not follow one another", "copy the lines"),
        (
            "@@\n-class Pool:\n@@\n class Pool:\n+    x = 1\n",
            3,
            "this edit and another are about the same line",
            "make one edit of the two",
        ),
    ],
)
def test_an_edit_that_does_not_apply_is_refused_with_its_line_and_the_fix(
    diff: str, line: int, what: str, fix: str
) -> None:
    with pytest.raises(DoesNotApply) as caught:
        applied(diff, TWICE)
    assert (caught.value.line, what in caught.value.what, fix in caught.value.fix) == (
        line,
        True,
        True,
    ), caught.value.what


@pytest.mark.parametrize(
    "answer",
    [
        "# a claim\nimport asyncio\n",
        TWICE.replace("    pool.get()\n", "    pool.put()\n"),
        TWICE.replace("    await asyncio.sleep(0)\n", "\n"),
        "x = 1\n",
        "# nothing else\n",
    ],
)
def test_a_whole_answer_made_a_diff_is_the_same_answer_without_its_docstrings(answer: str) -> None:
    made = applied(difference(answer, TWICE), TWICE)
    assert made.splitlines() == [line.text for line in lines_of(answer)]


def test_the_diff_has_no_more_context_than_its_place_needs() -> None:
    bare = applied("@@\n-    await asyncio.sleep(0)\n+    await asyncio.sleep(1)\n", TWICE)
    assert difference(f"# a claim\n{bare}", TWICE) == (
        "# a claim\n@@\n-    await asyncio.sleep(0)\n+    await asyncio.sleep(1)\n"
    )


def test_every_answer_of_the_course_is_the_same_after_it_was_made_a_diff() -> None:
    folders, seen = Folders(ROOT), 0
    for exercise in load(folders.exercises).exercises:
        solution = folders.solution(exercise).read_text()
        for path in [*folders.wrong(exercise), *folders.right(exercise)]:
            whole = folders.whole(path).decode()
            made = applied(difference(whole, solution), solution)
            assert _statements(made) == _statements(whole), path
            seen += 1
    assert seen > 500


def _statements(program: str) -> str:
    """A program without comments and docstrings."""
    return ast.dump(ast.parse("\n".join(line.text for line in lines_of(program))))


def test_the_gate_takes_an_answer_either_way(tmp_path: Path) -> None:
    course = Course(tmp_path)
    diff = f"# {FIRST}\n@@\n-    return a + b\n+    return a\n"
    wrong = {key: WRONG[key] for key in ("only_b", "sleeps")}
    course.exercise("add", wrong=wrong, right={})
    course.write("tests/wrong_answers/01_sums/add/only_a.diff", diff)
    course.write(
        "tests/right_answers/01_sums/add/turned.diff", "@@\n-    return a + b\n+    return b + a\n"
    )
    report = course.report()
    assert report["findings"] == []
    assert (report["exercises"][0]["wrong"], report["exercises"][0]["runs"]) == (3, 17)


def test_an_answer_that_does_not_apply_any_more_is_one_finding(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add")
    course.write("tests/wrong_answers/01_sums/add/old.diff", f"# {FIRST}\n@@\n-    return a - b\n")
    course.write("tests/wrong_answers/01_sums/add/only_a.diff", f"# {FIRST}\n@@\n+x = 1\n")
    (tmp_path / "tests/wrong_answers/01_sums/add/latin.diff").write_bytes(b"# \xe9\n")
    assert findings(course.report(), "sums/add") == [
        "tests/wrong_answers/01_sums/add/latin.diff:0: it cannot be read: 'utf-8' codec can't "
        "decode byte 0xe9 in position 2: invalid continuation byte",
        "tests/wrong_answers/01_sums/add/old.diff:2: the solution has no line '    return a - b'",
        "tests/wrong_answers/01_sums/add/only_a.diff:0: only_a.py is there, too",
        "tests/wrong_answers/01_sums/add/only_a.diff:2: this edit does not say where it belongs",
    ]


def test_without_a_solution_the_diffs_are_not_found_as_well(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add", solution="x = ]\n", wrong={}, right={})
    for name in ("a", "b", "c"):
        course.write(f"tests/wrong_answers/01_sums/add/{name}.diff", "# x\n@@\n-y\n")
    found = findings(course.report(), "sums/add")
    assert not [each for each in found if ".diff" in each]
    assert any("this is not Python" in each for each in found)


def test_a_right_diff_that_fails_names_the_line_of_the_whole_answer(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add", right={})
    course.write(
        "tests/right_answers/01_sums/add/off.diff", "@@\n-    return a + b\n+    return a - b\n"
    )
    (found,) = findings(course.report(), "sums/add")
    assert found.startswith("tests/right_answers/01_sums/add/off.diff:0: `sum` fails: ")
    assert found.endswith("(line 1 of the whole answer)")


def test_a_diff_is_called_in_a_verdict_as_if_it_were_whole(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add", wrong={}, right={})
    course.write("tests/wrong_answers/01_sums/add/less.diff", f"# {FIRST}\n@@\n-    return a + b\n")
    folders = Folders(tmp_path)
    (exercise,) = load(folders.exercises).exercises
    wrong = [run for run in runs_of(exercise, folders) if run.kind == "wrong"]
    job = wrong[0].job(folders)
    assert job.filename == str(tmp_path / "tests/wrong_answers/01_sums/add/less.py")
    assert job.data.decode() == f"# {FIRST}\nasync def add(a, b):\n"
