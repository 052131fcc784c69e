"""Code that an exercise gives, and that its checks hold a copy of, is the same code in both.

A check never runs the attempt's copy of a program that it measures or breaks: a learner could edit
it. So it has its own, and what the learner reads has to be what the check runs.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

COPIES = {
    "01_blocking/tell_apart": {
        "nap", "step_aside", "delegate", "think", "count", "borrow_a_thread", "take_a_free_lock",
        "forget",
    },
    "01_blocking/break_it": {"search", "probe"},
    "02_event_loop/break_it": {"Timer", "wakes_from_a_heap", "wakes_by_polling", "Lock"},
    "04_asgi/break_it": {"respond", "scanner", "Visits", "ticker"},
    "05_threadpool/break_it": {"orders", "probed", "uploads"},
    "06_cpu/break_it": {
        "compute_all", "shared_out", "answer", "Refused", "compute_price", "price",
    },
    "07_task_groups/break_it": {"transfer", "collect", "status"},
    "08_cancellation/break_it": {"guarded", "book", "session"},
}  # fmt: skip
DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def code_of(source: str) -> dict[str, str]:
    """The functions and classes of a program by name, without docstrings and comments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, DEFINED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return {node.name: ast.unparse(node) for node in tree.body if isinstance(node, DEFINED)}


def copies_in(check: str, stub: str, solution: str) -> dict[str, bool]:
    """What a check has under a name of the stub's, and whether it is the same code.

    What the solution changes is for the learner to write, so a check may have it in other words.
    """
    given, solved = code_of(stub), code_of(solution)
    return {
        name: code == given[name]
        for name, code in code_of(check).items()
        if name in given and given[name] == solved.get(name)
    }


def copies_of(exercise: str) -> dict[str, bool]:
    """The same for an exercise of the course; material is read as part of its checks."""
    chapter, name = exercise.split("/")
    checks = ROOT / "checker" / "checks" / chapter
    stub, solution = (
        (ROOT / folder / f"{exercise}.py").read_text("utf-8")
        for folder in ("exercises", "solutions")
    )
    found: dict[str, bool] = {}
    for file in [checks / f"test_{name}.py", *sorted((checks / "material").glob("*.py"))]:
        for each, same in copies_in(file.read_text("utf-8"), stub, solution).items():
            found[each] = same and found.get(each, True)
    return found


STUB = '''
async def probe(period):
    """Look."""
    return period + 1  # one more

def answer():
    raise NotImplementedError
'''
SOLUTION = STUB.replace("raise NotImplementedError", "return 42")


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("async def probe(period):\n    return period + 1", {"probe": True}),
        ("async def probe(period):\n    return period + 2", {"probe": False}),
        ("def probe(period):\n    return period + 1", {"probe": False}),
        ("async def probe(period=1):\n    return period + 1", {"probe": False}),
        ("def answer():\n    return 6 * 7", {}),
        ("def test_probe():\n    pass", {}),
    ],
)
def test_a_copy_is_the_same_code_but_for_words(check: str, found: dict[str, bool]) -> None:
    assert copies_in(check, STUB, SOLUTION) == found


@pytest.mark.parametrize("exercise", COPIES)
def test_these_checks_run_what_the_learner_reads(exercise: str) -> None:
    assert copies_of(exercise) == dict.fromkeys(COPIES[exercise], True)


def test_no_check_of_the_course_has_given_code_in_another_form() -> None:
    stubs = sorted((ROOT / "exercises").glob("*/*.py"))
    exercises = [f"{stub.parent.name}/{stub.stem}" for stub in stubs]
    assert set(COPIES) < set(exercises)
    drifted = [
        f"{exercise}: {name}"
        for exercise in exercises
        for name, same in copies_of(exercise).items()
        if not same
    ]
    assert drifted == []
