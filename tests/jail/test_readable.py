"""What an attempt may read, in a checkout and in a wheel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.jail import readable


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages with the course's wheel in it."""
    folder = tmp_path / "site-packages"
    for name in ("checks/01_x", "lab", "trace", "timeline", "attempt", "jail", "content/solutions"):
        (folder / "checker" / name).mkdir(parents=True)
    (folder / "checker" / "__init__.py").touch()
    (folder / "checker" / "catalog.py").touch()
    (folder / "anyio").mkdir()
    (folder / "unblocked-0.1.dist-info").mkdir()
    (folder / "a_link").symlink_to(folder / "checker" / "checks")
    (folder / "around").symlink_to(tmp_path)
    monkeypatch.setattr(readable, "installed", lambda: [folder])
    monkeypatch.setattr(readable, "package", lambda: (folder / "checker").resolve())
    return folder


def shown(paths: list[Path], path: Path) -> bool:
    """Whether a list of folders and files, links followed, lets this be read."""
    real = path.resolve()
    return any(real == each or each in real.parents for each in (p.resolve() for p in paths))


def test_of_a_wheel_only_the_lab_is_shown(packages: Path) -> None:
    found = readable.readable()
    package = packages / "checker"
    assert shown(found, packages / "anyio")
    assert [name for name in readable.LAB if not shown(found, package / name)] == []
    hidden = ["checks", "checks/01_x", "content", "content/solutions", "catalog.py", "jail"]
    assert [name for name in hidden if shown(found, package / name)] == []
    assert not shown(found, packages / "unblocked-0.1.dist-info")


def test_a_link_into_the_course_shows_nothing_of_it(packages: Path) -> None:
    assert not shown(readable.readable(), packages / "a_link")
    assert packages.parent not in [path.resolve() for path in readable.readable()]


def test_of_a_checkout_only_the_lab_is_shown() -> None:
    found, root = readable.readable(), Path(__file__).parents[2]
    hidden = ["", "README.md", "tests", "solutions", "exercises", "checker", "checker/checks"]
    hidden += ["checker/engine", "checker/catalog.py", "checker/jail", "checker/cli", "work"]
    assert [name for name in hidden if shown(found, root / name)] == []
    assert shown(found, root / "checker" / "lab" / "run.py")


def test_an_environment_within_a_checkout_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "unblocked-course"\n')
    packages = tmp_path / ".venv" / "site-packages"
    (packages / "anyio").mkdir(parents=True)
    (tmp_path / "checker").mkdir()
    monkeypatch.setattr(readable, "installed", lambda: [packages])
    monkeypatch.setattr(readable, "package", lambda: tmp_path / "checker")
    found = readable.readable()
    assert shown(found, packages / "anyio")
    assert not shown(found, tmp_path / "pyproject.toml")


def test_nothing_of_a_home_or_of_other_processes_is_shown() -> None:
    found = readable.readable()
    hidden = [Path.home(), Path("/etc/passwd"), Path("/proc/self"), Path("/tmp"), Path("/")]
    assert [path for path in hidden if shown(found, path)] == []
    assert shown(found, Path(os.__file__))
