"""The rules of the house, as tests.

Each rule is a function that lists the faults of what it is given; it is shown to find a fault in a
sample, and then that the house has none.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Imports point one way, from a later row to an earlier one. Packages in one row stand apart.
# The root package is what a notebook imports, so it may reach all; checks stand outside of it.
ROWS: tuple[tuple[str, ...], ...] = (
    ("trace",),
    ("timeline",),
    ("lab",),
    ("catalog", "course"),
    ("install",),
    ("attempt", "jail"),
    ("engine",),
    ("learner", "gate", "show"),
    ("notebook", "classroom"),
    ("chapters",),
    ("cli",),
)
ROW_OF = {name: row for row, names in enumerate(ROWS) for name in names}
TOGETHER = {frozenset({"attempt", "jail"})}  # The boundary, and what an attempt may not do in it.

MOST_LINES_IN_A_FUNCTION = 60


def modules() -> list[Path]:
    """The modules of the package. Checks are exercises' files, with rules of their own."""
    package = ROOT / "checker"
    checks = package / "checks"
    return [path for path in sorted(package.rglob("*.py")) if checks not in path.parents]


def tracked() -> list[Path]:
    """The files that git keeps."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def faults_of(files: list[Path], rule: Callable[[str, str], list[str]]) -> list[str]:
    """What a rule finds in files, each of which it gets as a relative path and a text."""
    return [
        fault
        for file in files
        for fault in rule(str(file.relative_to(ROOT)), file.read_text(errors="replace"))
    ]


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module that the code imports, wherever in it, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def import_faults(path: str, text: str) -> list[str]:
    """Imports in `checker/...` that point the wrong way."""
    here = path.removesuffix(".py").split("/")[1]
    if here == "__init__":
        return []
    if here not in ROW_OF:
        return [f"{path}: checker.{here} has no place in tests/test_house.py. Next: give it one"]
    faults = set()
    for line, name in imported(ast.parse(text)):
        parts = name.split(".")
        if parts[0] != "checker" or len(parts) < 2 or parts[1] == here or parts[1] not in ROW_OF:
            continue
        below = ROW_OF[parts[1]] < ROW_OF[here] or frozenset({parts[1], here}) in TOGETHER
        if not below:
            faults.add(f"{path}:{line}: checker.{here} must not import checker.{parts[1]}")
    return sorted(faults)


def size_faults(path: str, text: str) -> list[str]:
    """A module without a first line about its job, and functions that are too long."""
    tree = ast.parse(text)
    faults = [] if ast.get_docstring(tree) else [f"{path}: it does not say what its job is"]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            long = (node.end_lineno or 0) - node.lineno + 1
            if long > MOST_LINES_IN_A_FUNCTION:
                faults.append(f"{path}:{node.lineno}: {node.name} has {long} lines")
    return faults


# Put together here, so that this file does not contain what it looks for.
HOSTS = re.compile(r"|".join([r"\bpypi\." + "org", "python" + r"hosted\.org", r"npmjs\." + "org"]))
PLACES = re.compile(r"(?<![\w.~}\])>-])/(?:home|root|work|Users)" + r"/\w|/tmp/" + r"dev\b")


def place_faults(path: str, text: str) -> list[str]:
    """Lines that name a package registry, or a folder of the machine that they were written on."""
    return [
        f"{path}:{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for rule in (HOSTS, PLACES)
        if (found := rule.search(line))
    ]


LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def link_faults(path: str, text: str) -> list[str]:
    """Relative links in a Markdown file that lead nowhere."""
    faults = []
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match.group(1) or match.group(2)
        file = target.partition("#")[0]
        if not file or re.match(r"[a-z]+:", file):
            continue
        if not (ROOT / path).parent.joinpath(file).exists():
            faults.append(f"{path}: {target}")
    return faults


def changelog_faults(text: str) -> list[str]:
    """Lines that are not of the form that CHANGELOG.md describes at its top."""
    body = text[text.index("\n## ") :]
    entry = r"- (Lab|Course|Checks|Tools): \S.*"
    form = re.compile(
        rf"## (Unreleased|\d+\.\d+\.\d+, \d{{4}}-\d\d-\d\d)|{entry}"
        r"|  Verdicts: \d\d_\w+/\w+(, \d\d_\w+/\w+)*\.|  (?!Verdicts:)\S.*"
    )
    return [line for line in body.splitlines() if line and not form.fullmatch(line)]


def test_imports_point_one_way() -> None:
    faults = import_faults("checker/trace/x.py", "def f():\n    from checker.lab import run\n")
    assert faults == ["checker/trace/x.py:2: checker.trace must not import checker.lab"]
    assert import_faults("checker/lab/x.py", "from checker import engine") != []
    assert import_faults("checker/classroom/x.py", "import checker.notebook.html") != []
    assert import_faults("checker/new/x.py", "") != []
    assert import_faults("checker/cli/x.py", "from checker.lab import run\nimport ast\n") == []
    assert faults_of(modules(), import_faults) == []


def test_a_module_says_its_job_and_no_function_is_too_long() -> None:
    assert size_faults("x.py", "x = 1\n") == ["x.py: it does not say what its job is"]
    long = '"""Job."""\nclass A:\n    async def f(self):\n' + "        pass\n" * 60
    assert size_faults("x.py", long) == ["x.py:3: f has 61 lines"]
    assert faults_of(modules(), size_faults) == []


@pytest.mark.parametrize(
    "line",
    [
        "see https://" + "pypi." + "org/simple",
        "files.python" + "hosted.org",
        "in /" + "root/x",
        'open("/' + 'home/ada/x")',
        "/tmp/" + "dev/v3.11/bin",
    ],
)
def test_a_place_is_found(line: str) -> None:
    assert len(place_faults("x", f"fine\n{line}\n")) == 1


@pytest.mark.parametrize("line", ["/work/", "../work/01_x/y.py", "<course>/work/x", "a/root/b"])
def test_a_place_in_the_course_is_no_place_of_a_machine(line: str) -> None:
    assert place_faults("x", line) == []


def test_nothing_names_a_registry_or_a_folder_of_one_machine() -> None:
    files = tracked()
    assert len(files) > 10
    assert faults_of(files, place_faults) == []


def test_every_relative_link_leads_somewhere(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    text = '[a](there.md#part) [b](gone.md) [c](#part) <img src="gone.gif">\n```\n[d](code)\n```\n'
    assert link_faults(f"{tmp_path}/x.md", text) == [
        f"{tmp_path}/x.md: gone.md",
        f"{tmp_path}/x.md: gone.gif",
    ]
    # Links in a chapter's source are meant from where its notebook will be.
    files = [path for path in tracked() if path.suffix == ".md" and path.parent.name != "source"]
    assert faults_of(files, link_faults) == []


def test_the_changelog_names_the_exercises_whose_verdicts_change() -> None:
    assert changelog_faults("top\n\n## Unreleased\n\n- Nonsense: x\n") == ["- Nonsense: x"]
    wrong = "top\n\n## Unreleased\n\n- Lab: x\n  more.\n  Verdicts: all of them.\n"
    assert changelog_faults(wrong) == ["  Verdicts: all of them."]
    assert changelog_faults("top\n\n## Unreleased\n- Lab: x\n  Verdicts: 01_a/b, 02_c/d.\n") == []
    text = (ROOT / "CHANGELOG.md").read_text()
    assert "\n## Unreleased\n" in text
    assert changelog_faults(text) == []


def test_each_decision_record_has_a_number_of_its_own_and_fits_on_a_screen() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert records
    assert len({path.name[:4] for path in records}) == len(records)
    for path in records:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
        assert len(path.read_text().splitlines()) <= 50, path.name


def test_importing_the_lab_imports_nothing_heavy() -> None:
    heavy = {"IPython", "fastapi", "httpx", "jupyter_core", "pydantic", "pytest", "starlette"}
    code = f"import sys, checker.lab\nprint(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
