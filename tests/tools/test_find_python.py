"""Which Python set-up takes, on machines made of a few stand-ins for `python`."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.tools.machine import ROOT, Machine

BROKEN = "#!/bin/sh\necho 'pyenv: no such command' >&2\nexit 127\n"


def find(machine: Machine, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run find_python.sh on a machine where the checkout has no environment of its own."""
    return machine.run("find_python.sh", *arguments, **({"VENV": "none"} | settings))


def found(machine: Machine, *arguments: str, **settings: str) -> str:
    """What it prints, where it has to find something."""
    done = find(machine, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """An empty machine, in a folder with a space in its name."""
    return Machine(tmp_path / "a machine")


def test_the_newest_tested_one_is_taken_wherever_it_is(machine: Machine) -> None:
    machine.python("bin/python3", 11)
    machine.python("bin/python3.13", 13)
    newest = machine.python(".pyenv/versions/3.15.2/bin/python", 15)
    assert found(machine) == newest


def test_every_python_that_the_project_declares_is_among_them_and_no_other(
    machine: Machine,
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    declared = [line for line in project["classifiers"] if line.startswith(prefix)]
    minors = sorted(int(line.removeprefix(prefix)) for line in declared)
    assert minors == [11, 12, 13, 14, 15]
    for minor in minors:
        # Each is newer than those before it, and needs no note.
        newest = machine.python(f"bin/python3.{minor}", minor)
        done = find(machine)
        assert (done.stdout.strip(), done.stderr) == (newest, "")


def test_an_environment_that_is_there_comes_first(machine: Machine) -> None:
    machine.python("bin/python3", 13)
    ours = machine.python("my env/bin/python", 11)
    assert found(machine, VENV=str(machine.root / "my env")) == ours


def test_where_python3_is_too_old_the_newest_tested_one_is_taken(machine: Machine) -> None:
    machine.python("bin/python3", 9)
    machine.python("bin/python3.11", 11)
    newest = machine.python("bin/python3.12", 12)
    assert found(machine) == newest


def test_a_command_that_only_ends_in_an_error_is_passed_over(machine: Machine) -> None:
    machine.put("bin/python3.13", BROKEN)
    machine.put("bin/python3", BROKEN)
    real = machine.python(".pyenv/versions/3.12.4/bin/python", 12)
    assert found(machine) == real


def test_a_tested_python_is_preferred_to_a_newer_python3(machine: Machine) -> None:
    machine.python("bin/python3", 16)
    tested = machine.python("bin/python3.12", 12)
    assert found(machine) == tested


def test_a_newer_python3_is_taken_with_a_note_where_it_is_all_there_is(machine: Machine) -> None:
    newer = machine.python("bin/python3", 16)
    done = find(machine)
    assert done.stdout.strip() == newer
    assert "tested on Python 3.11 to 3.15; this one is newer" in done.stderr


def test_a_free_threaded_build_is_passed_over_with_a_note(machine: Machine) -> None:
    theirs = machine.python("env/bin/python", 15, free_threaded=True)
    machine.python("bin/python3.14", 14, free_threaded=True)
    ordinary = machine.python("bin/python3.12", 12)
    done = find(machine, VENV=str(machine.root / "env"))
    assert done.stdout.strip() == ordinary
    for passed_over in (theirs, "python3.14"):
        assert f"Note: {passed_over} is a free-threaded build of Python" in done.stderr


def test_a_free_threaded_build_that_is_named_is_refused(machine: Machine) -> None:
    named = machine.python("bin/python3.14t", 14, free_threaded=True)
    done = find(machine, PYTHON=named)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{named} is a free-threaded build of Python, where the lab does not work" in done.stderr
    assert "Next: name an ordinary build" in done.stderr


def test_where_all_are_too_old_it_names_the_one_and_the_fix(machine: Machine) -> None:
    machine.python("bin/python3", 9)
    done = find(machine)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "python3 here is: Python 3.9.0" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr


def test_the_python_that_is_named_is_taken_or_refused(machine: Machine) -> None:
    machine.python("bin/python3", 11)
    named = machine.python("opt/my python", 13)
    assert found(machine, PYTHON=named) == named
    old = machine.python("opt/old", 10)
    for wrong in (old, "nowhere"):
        done = find(machine, PYTHON=wrong)
        assert done.returncode == 1
        assert f"PYTHON={wrong} does not run, or is older" in done.stderr


def test_one_version_is_found_on_the_path_in_pyenv_or_not_at_all(machine: Machine) -> None:
    on_path = machine.python("bin/python3.11", 11)
    in_pyenv = machine.python("pyenv/versions/3.12.4/bin/python", 12)
    settings = {"PYENV_ROOT": str(machine.root / "pyenv")}
    assert found(machine, "3.11", **settings) == on_path
    assert found(machine, "3.12", **settings) == in_pyenv
    done = find(machine, "3.13", **settings)
    assert (done.returncode, done.stdout) == (1, "")
