"""What other projects have inside is what our code expects there, and all of it is on one list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.every import PAGE, by_project, split, table
from tests.promises.promise import PROMISES, Promise

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("promise", by_project(), ids=lambda promise: promise.name)
def test_it_still_holds(promise: Promise) -> None:
    try:
        promise.holds()
    except Exception as error:
        raise AssertionError(promise.broken()) from error


def test_a_broken_promise_names_the_project_our_files_and_the_next_step() -> None:
    def queue_is_a_deque() -> None:
        """The queue is a deque."""

    said = Promise("asyncio", ("Loop._ready",), ("checker/lab/loop.py",), queue_is_a_deque).broken()
    assert said.splitlines()[:3] == [
        "asyncio has changed inside (Loop._ready).",
        "We rely on this: The queue is a deque.",
        "Where: checker/lab/loop.py.",
    ]
    assert "docs/upgrading.md" in said


def test_each_promise_has_words_and_a_name_of_its_own_and_names_files_that_are_there() -> None:
    names = [promise.name for promise in PROMISES]
    assert len(set(names)) == len(names) > 40
    for promise in PROMISES:
        assert promise.relied.endswith("."), promise.name
        assert "|" not in promise.relied, promise.name
        for file in promise.ours:
            assert (ROOT / file).is_file(), f"{promise.name} names {file}, which is not there"


def test_the_page_shows_the_list() -> None:
    shown = split(PAGE.read_text(encoding="utf-8"))[1]
    assert shown == table(), "Next: python -m tests.promises"


# Private by their spelling alone: documented, or methods of a NamedTuple.
_PUBLIC = {"_asdict", "_current_frames", "_fields", "_getframe", "_replace"}
# Names of ours that stand in quotes where they are defined.
_OURS = {"_StopRun", "_number_in_lab"}


def is_private(name: str) -> bool:
    """Whether a name says that it is nobody else's."""
    return name.startswith("_") and not name.startswith("__") and name.isidentifier()


def own_names(trees: dict[str, ast.Module]) -> set[str]:
    """What our code defines itself: functions, classes, parameters, variables, attributes."""
    names: set[str] = set()
    for node in (node for tree in trees.values() for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            names.add(node.attr)
    return names


def imported(node: ast.AST) -> list[str]:
    """What a statement imports from other projects."""
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return [name for name in names if not name.startswith("checker")]


def used_inside(tree: ast.Module, ours: set[str]) -> Iterator[str]:
    """The private names of others that a file uses: attributes, imports, and names in quotes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found = [node.attr]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = [node.value]
        else:
            found = [part for name in imported(node) for part in name.split(".")]
        yield from (
            name for name in found if is_private(name) and name not in ours | _OURS | _PUBLIC
        )


def unlisted(files: dict[str, str]) -> list[str]:
    """Private names of others in these files, by path, that no promise with that file mentions."""
    trees = {path: ast.parse(text) for path, text in files.items()}
    ours = own_names(trees)
    faults = set()
    for path, tree in trees.items():
        promised = {
            part
            for promise in PROMISES
            if path in promise.ours
            for name in promise.inside
            for part in name.split(".")
        }
        for name in used_inside(tree, ours):
            if name not in promised:
                faults.add(f"{path} uses {name}, and no promise in tests/promises says so")
        if "ctypes.pythonapi" in files[path] and not promised:
            faults.add(f"{path} uses ctypes.pythonapi, and no promise in tests/promises says so")
    return sorted(faults)


def test_whatever_our_code_uses_inside_of_others_is_on_the_list() -> None:
    assert unlisted({"checker/x.py": "def f(self):\n    self._ready = 1\n    thing._ready\n"}) == []
    for text in ("x._ready", "getattr(x, '_ready')", "from a._ready import b", "import a._ready"):
        assert unlisted({"checker/x.py": text}) == [
            "checker/x.py uses _ready, and no promise in tests/promises says so"
        ]
    assert unlisted({"checker/lab/loop.py": "x._ready"}) == []
    assert unlisted({"checker/x.py": "ctypes.pythonapi.f"}) != []
    package, checks = ROOT / "checker", ROOT / "checker" / "checks"
    paths = [path for path in package.rglob("*.py") if checks not in path.parents]
    files = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
    assert unlisted(files) == []
