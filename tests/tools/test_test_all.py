"""`make test-all`: each supported Python that is there, and a plain word about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.machine import Machine

MINORS = (11, 12, 13, 14, 15)

# Stands for make: says what it was asked for, and fails on one version.
MAKE = """#!/bin/sh
echo "make $2 $4"
[ "$4" != "VENV=build/python{failing}" ]
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """An empty machine."""
    return Machine(tmp_path / "a machine")


def test_each_version_is_tested_in_its_own_environment(machine: Machine) -> None:
    make = str(machine.put("make", MAKE.format(failing="none")))
    for minor in MINORS:
        machine.python(f"bin/python3.{minor}", minor)
    done = machine.run("test_all.sh", MAKE=make)
    assert done.returncode == 0
    asked = [line for line in done.stdout.splitlines() if line.startswith("make")]
    assert asked == [f"make test VENV=build/python3.{minor}" for minor in MINORS]


def test_a_version_that_is_missing_is_skipped_and_said_to_be(machine: Machine) -> None:
    make = str(machine.put("make", MAKE.format(failing="none")))
    machine.python("bin/python3.12", 12)
    done = machine.run("test_all.sh", MAKE=make)
    assert done.returncode == 0
    assert "=== Python 3.11: SKIPPED, not found" in done.stdout
    assert done.stdout.endswith(
        "  Python 3.11: SKIPPED, not found\n"
        "  Python 3.12: passed\n"
        "  Python 3.13: SKIPPED, not found\n"
        "  Python 3.14: SKIPPED, not found\n"
        "  Python 3.15: SKIPPED, not found\n"
    )


def test_one_failure_fails_all_of_it_but_stops_none(machine: Machine) -> None:
    make = str(machine.put("make", MAKE.format(failing="3.11")))
    machine.python("bin/python3.11", 11)
    machine.python("bin/python3.12", 12)
    done = machine.run("test_all.sh", MAKE=make)
    assert done.returncode == 1
    assert "  Python 3.11: FAILED\n  Python 3.12: passed\n" in done.stdout


def test_where_there_is_none_nothing_was_tested_and_that_is_a_failure(machine: Machine) -> None:
    done = machine.run("test_all.sh")
    assert done.returncode == 1
    assert "nothing was tested" in done.stdout
