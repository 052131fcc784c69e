"""What is installed: the locks agree with pyproject.toml, and the built wheel works by itself."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version
from uv import find_uv_bin

from checker.course import DISTRIBUTION, WHEEL
from checker.install.content import WHEELS as OUR_WHEELS
from checker.install.content import files
from tools import lock

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LEVELS = ("build", "course", "dev")
OURS = {"benchmarks", "checker", "tests", "tools"}


def lock_text(level: str) -> str:
    """A lock file as it stands."""
    return (ROOT / "requirements" / f"{level}.txt").read_text(encoding="utf-8")


def pins(level: str) -> list[tuple[Requirement, list[str]]]:
    """Every pin of a lock file, with its hashes."""
    text = re.sub(r"(?m)^\s*#.*$", "", lock_text(level)).replace("\\\n", " ")
    lines = [line.split("--hash=") for line in text.splitlines() if line.strip()]
    return [(Requirement(pin), [part.strip() for part in hashes]) for pin, *hashes in lines]


def wanted(level: str) -> list[Requirement]:
    """What pyproject.toml declares for a level, in full."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    extras = project["optional-dependencies"]
    course = [*project["dependencies"], *extras["web"], *extras["course"]]
    lines = {
        "build": groups["build"],
        "lab": [*project["dependencies"], *extras["web"]],
        "course": course,
        # What a teacher can have beside it.
        "classroom": [*course, *extras["cluster"]],
        "dev": [*course, *extras["cluster"], *groups["build"], *groups["dev"]],
    }[level]
    return [r for r in map(Requirement, lines) if canonicalize_name(r.name) != "unblocked-course"]


def environment(python: str) -> dict[str, str]:
    """This machine, as markers see it, with another version of Python."""
    here = {key: str(value) for key, value in default_environment().items()}
    return here | {"python_version": python, "python_full_version": f"{python}.0"}


def versions(level: str, python: str) -> dict[NormalizedName, Version]:
    """The version that a lock file gives to each distribution, on this version of Python."""
    there = environment(python)
    found: dict[NormalizedName, Version] = {}
    for pin, _ in pins(level):
        if pin.marker is None or pin.marker.evaluate(there):
            (specifier,) = pin.specifier
            assert specifier.operator == "=="
            name = canonicalize_name(pin.name)
            assert name not in found, f"{name} is pinned twice for Python {python}"
            found[name] = Version(specifier.version)
    return found


@pytest.mark.parametrize("python", lock.PYTHONS)
@pytest.mark.parametrize("level", LEVELS)
def test_every_declared_dependency_is_locked_in_a_version_that_is_allowed(
    level: str, python: str
) -> None:
    locked = versions(level, python)
    assert wanted(level)
    for requirement in wanted(level):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in the lock. Next: make lock"
        assert version in requirement.specifier, f"{requirement}, not {version}. Next: make lock"


@pytest.mark.parametrize("python", lock.PYTHONS)
def test_the_locks_agree_with_each_other(python: str) -> None:
    dev = versions("dev", python)
    for level in ("build", "course"):
        assert versions(level, python).items() <= dev.items()


@pytest.mark.parametrize("level", LEVELS)
def test_every_pin_has_hashes(level: str) -> None:
    assert pins(level)
    for pin, hashes in pins(level):
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), pin


@pytest.mark.parametrize("level", LEVELS)
def test_a_lock_names_no_place_that_packages_come_from(level: str) -> None:
    text = lock_text(level)
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host| @ ", text)


SOURCES = json.loads((ROOT / "requirements" / "sources.json").read_text(encoding="utf-8"))


def test_what_comes_as_source_only_was_looked_up_for_this_very_lock() -> None:
    made_for = SOURCES["made for dev.txt"]
    assert made_for == lock.digest(ROOT / "requirements" / "dev.txt"), "Next: make lock"
    for platform in lock.PLATFORMS:
        assert tuple(SOURCES[platform]) == lock.PYTHONS
        for python, found in SOURCES[platform].items():
            locked = versions("dev", python)
            assert {name: str(locked[canonicalize_name(name)]) for name in found} == found


def test_what_comes_as_source_only_is_named_and_nothing_else_is() -> None:
    faults = lock.unnamed(SOURCES)
    assert faults == [], "\n".join(faults)
    found = {name for each in lock.PLATFORMS for names in SOURCES[each].values() for name in names}
    assert found == set(lock.SOURCE_ONLY)


WHEELS: list[dict[str, Any]] = [
    {"name": "pure", "version": "1", "wheels": ["pure-1-py3-none-any.whl"]},
    {"name": "stable", "version": "1", "wheels": ["stable-1-cp39-abi3-manylinux_2_17_x86_64.whl"]},
    {"name": "late", "version": "1", "wheels": ["late-1-cp314-cp314-manylinux_2_28_x86_64.whl"]},
    {"name": "threaded", "version": "1", "wheels": ["threaded-1-cp315-cp315t-linux_x86_64.whl"]},
    {"name": "apple", "version": "1", "wheels": ["apple-1-cp315-cp315-macosx_11_0_arm64.whl"]},
    {"name": "Only.Source", "version": "2"},
    {"name": "old", "version": "1", "marker": "python_full_version < '3.12'"},
]


@pytest.mark.parametrize(
    ("python", "platform", "names"),
    [
        ("3.11", "Linux x86_64", ["late", "threaded", "apple", "only-source", "old"]),
        ("3.14", "Linux x86_64", ["threaded", "apple", "only-source"]),
        ("3.15", "Linux x86_64", ["late", "threaded", "apple", "only-source"]),
        ("3.15", "macOS arm64", ["stable", "late", "threaded", "only-source"]),
    ],
)
def test_a_package_without_a_wheel_is_found(python: str, platform: str, names: list[str]) -> None:
    packages = [
        {**package, "wheels": [{"url": f"x/{file}"} for file in package.get("wheels", ())]}
        for package in WHEELS
    ]
    assert list(lock.source_only(packages, python, platform)) == names
    written = {platform: {python: {"only-source": "2"}}}
    assert lock.unnamed({"Linux x86_64": {}, "macOS arm64": {}, **written}) == [
        f"only-source has no wheel for Python {python} on {platform}"
    ]


# What builds chapters is not installed with the course: Jupytext would change a learner's Lab.
BUILDER = ROOT / "checker" / "chapters"
# They import whatever a learner might, things that there are not among them.
_PLAYED = ("right_answers", "wrong_answers", "engine/hostile", "engine/forgeries", "jail/inside")
ATTEMPTS = [ROOT / "tests" / name for name in _PLAYED]


def imports(folder: Path) -> set[str]:
    """The top-level modules that the code in a folder imports, wherever in it."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        if any(apart in path.parents and apart != folder for apart in (BUILDER, *ATTEMPTS)):
            continue
        if path.parent.name == "material":  # It runs beside the attempt, under names given there.
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - OURS


@pytest.mark.parametrize(
    ("folder", "level"),
    [
        *(("checker/trace", "lab"), ("checker/timeline", "lab"), ("checker/lab", "lab")),
        *(("checker", "classroom"), ("checker/chapters", "dev")),
        *(("tests", "dev"), ("tools", "dev"), ("benchmarks", "dev")),
    ],
)
def test_whatever_is_imported_is_declared_and_not_there_by_luck(folder: str, level: str) -> None:
    declared = {canonicalize_name(requirement.name) for requirement in wanted(level)}
    owners = metadata.packages_distributions()
    for name in sorted(imports(ROOT / folder)):
        known = {canonicalize_name(owner) for owner in owners.get(name, ())}
        assert known & declared, f"{folder} imports {name}. Next: declare it in pyproject.toml"


def test_what_builds_chapters_is_not_installed_with_the_course() -> None:
    course = {name for python in lock.PYTHONS for name in versions("course", python)}
    assert "jupytext" not in course


def test_what_grades_on_a_cluster_is_not_installed_with_the_course() -> None:
    course = {name for python in lock.PYTHONS for name in versions("course", python)}
    assert not {"dask", "distributed"} & course


def test_the_lab_alone_asks_for_no_web_framework_and_no_notebook() -> None:
    base = {canonicalize_name(Requirement(r).name) for r in PROJECT["project"]["dependencies"]}
    assert base == {"anyio", "blockbuster"}


def closure(name: str, extras: frozenset[str] = frozenset()) -> Iterator[metadata.Distribution]:
    """The installed distributions that a distribution's base dependencies come to."""
    for line in metadata.requires(name) or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield metadata.distribution(requirement.name)
            yield from closure(requirement.name, frozenset(requirement.extras))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and its base dependencies, and nothing else."""
    venv = tmp_path_factory.mktemp("alone") / "venv"
    uv = find_uv_bin()
    for arguments in (
        ["venv", "--quiet", "--offline", "--python", sys.executable, str(venv)],
        ["pip", "install", "--quiet", "--offline", "--no-deps", "--python", venv, str(wheel)],
    ):
        subprocess.run([uv, *arguments], check=True, capture_output=True)
    (target,) = venv.glob("lib/python*/site-packages")
    for distribution in closure("unblocked-course"):
        for file in distribution.files or ():
            if ".." not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target / file)
    return venv


def run_alone(venv: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of that environment, away from the checkout."""
    program = [str(venv / "bin" / command[0]), *command[1:]]
    return subprocess.run(program, cwd=venv, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_package_its_types_and_its_licence_alone(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    version = PROJECT["project"]["version"]
    info = f"unblocked_course-{version}.dist-info"
    assert {name.split("/")[0] for name in names} == {"checker", info}
    assert "checker/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "checker").rglob("*.py")}
    assert sources <= set(names)


def test_the_wheel_carries_the_course_less_the_sources_of_its_chapters(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {
            name.removeprefix("checker/content/"): archive.read(name)
            for name in archive.namelist()
            if name.startswith("checker/content/")
        }
    folder = ROOT / "tests" / "wrong_answers"
    answers = sorted(path for end in ("py", "diff") for path in folder.rglob(f"*.{end}"))
    more = [*answers, ROOT / "docs" / "authoring.md"]
    course = files(ROOT) | {path.relative_to(ROOT).as_posix(): path for path in more}
    assert carried == {name: path.read_bytes() for name, path in course.items()}
    assert {"chapters/00_start.ipynb", "exercises/00_start/first_check.py"} <= set(carried)
    assert "solutions/00_start/first_check.py" in carried
    assert not [name for name in carried if "/source/" in name]


EDITABLE = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"


# pip, uv or pipx, options, and then the name of the project in place of a wheel or a folder.
BY_NAME = re.compile(
    r"\b(?:pip|uv|pipx|uvx)\b(?: (?:pip|install|add|run|tool|-\S+))*[ \"'`]+"
    r"unblocked(?:[-_]course)?(?:\[[^]]*\])?(?:[=~<>]=[^\s\"'`]*)?(?=[\s\"'`,.;)]|$)"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('pip install "unblocked[course]==0.1.0"', True),
        ("pip install unblocked", True),
        ("python -m pip install --upgrade unblocked-course", True),
        ("uv add unblocked-course[web]", True),
        ("uv pip install unblocked_course.", True),
        ('pip install "./unblocked_course-0.1.0-py3-none-any.whl[course]"', False),
        ('pip install "unblocked_course-VERSION-py3-none-any.whl[course,cluster]"', False),
        ('pip install -e ".[course]"', False),
    ],
)
def test_advice_to_install_the_course_by_name_is_recognised(text: str, found: bool) -> None:
    assert (BY_NAME.search(text) is not None) == found


def test_nothing_advises_installing_the_course_by_its_name() -> None:
    # On a package index that name can be, and `unblocked` is, somebody else's project.
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    command = ["git", "ls-files", "-z"]
    kept = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = []
    for name in filter(None, kept.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{name}: {match[0]}" for match in BY_NAME.finditer(text)]
    assert found == []


def test_the_distribution_has_one_name_everywhere() -> None:
    assert PROJECT["project"]["name"] == DISTRIBUTION
    assert OUR_WHEELS.fullmatch(WHEEL.replace("VERSION", PROJECT["project"]["version"]))


def test_an_editable_installation_has_no_second_copy_of_the_course(tmp_path: Path) -> None:
    command = [sys.executable, "-c", EDITABLE, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(built).namelist()
    assert "_editable_impl_unblocked_course.pth" in names  # tools/set_up.py looks for this name.
    assert not [name for name in names if name.startswith("checker")]


PROGRAM = """
import asyncio, json, sys, time
from pathlib import Path
from typing import Any
import checker
from checker import lab

async def main():
    await asyncio.sleep(2)
    await asyncio.to_thread(time.sleep, 1)
    time.sleep(3)
    return "done"

run = lab.run(main)
said = [run.result, run.elapsed, len(run.blocked), run.leaks]
heavy = {"fastapi", "httpx", "starlette", "pytest", "IPython", "typer"} & set(sys.modules)
inside = Path(sys.prefix) in Path(checker.__file__).parents
print(json.dumps([said, sorted(heavy), inside]))
"""


def test_the_lab_runs_a_program_with_its_base_dependencies_alone(alone: Path) -> None:
    done = run_alone(alone, "python", "-W", "error", "-c", PROGRAM)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["done", 6.0, 1, []], [], True]


INIT = """
import json, sys
from importlib import metadata
from pathlib import Path
from typing import Any
from checker.course import find_course
from checker.install import bring, make, shipped

folder = Path(sys.argv[1])
changes = make(shipped(), folder)
again = bring(shipped(), folder)
found = find_course(folder / "exercises") == folder
print(json.dumps([changes.after == metadata.version("unblocked-course"), again.written, found]))
"""


def test_the_installed_package_makes_a_course_folder(alone: Path, tmp_path: Path) -> None:
    done = run_alone(alone, "python", "-W", "error", "-c", INIT, str(tmp_path / "course"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, [], True]
    made = {name: path.read_bytes() for name, path in files(tmp_path / "course").items()}
    assert made == {name: path.read_bytes() for name, path in files(ROOT).items()}


def test_the_command_is_there_and_says_what_it_lacks(alone: Path) -> None:
    done = run_alone(alone, "unblocked", "lab")
    assert done.returncode == 1
    assert 'pip install "unblocked_course-VERSION-py3-none-any.whl[course]"' in done.stderr
