"""The watchdog: a test that hangs fails by name, and the run goes on to its end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each would take an hour.
HANGS = """
import ctypes, signal, threading, time
import pytest

def stuck_in_sleep():
    time.sleep(3600)

def stuck_in_c():
    ctypes.PyDLL(None).sleep(3600)

def test_with_signals_blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    stuck_in_sleep()

def test_in_c():
    stuck_in_c()

def test_in_a_thread():
    thread = threading.Thread(target=stuck_in_sleep)
    thread.start()
    thread.join()

@pytest.fixture
def slow():
    stuck_in_sleep()

def test_in_a_fixture(slow):
    pass
"""
STUCK = {
    "test_with_signals_blocked": "in stuck_in_sleep",
    "test_in_c": "in stuck_in_c",
    "test_in_a_thread": "in stuck_in_sleep",
    "test_in_a_fixture": "in slow",
}
SLOW = """
import threading

def test_slow():
    threading.Event().wait(6)
"""
OTHERS = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_of_the_others(number):
    pass
"""


def run(folder: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run these tests, and twenty others, under a limit of four seconds."""
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.watchdog"]\n')
    (folder / "test_hang.py").write_text(test)
    (folder / "test_others.py").write_text(OTHERS)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder)]
    command += ["-p", "no:cacheprovider", "-p", "no:nbval", "-o", "watchdog_s=4", *options]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        [*command, str(folder)], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def test_a_test_that_hangs_fails_by_name_and_the_run_goes_on(tmp_path: Path) -> None:
    done = run(tmp_path, HANGS, "-n", "2", "--dist", "worksteal")
    assert done.returncode == 1, done.stdout + done.stderr
    reports = re.split(r"^_+ (\w+) _+$", done.stdout, flags=re.MULTILINE)
    said = dict(zip(reports[1::2], reports[2::2], strict=True))
    assert said.keys() == STUCK.keys()
    for test, stuck in STUCK.items():
        assert f"test_hang.py::{test} hung" in said[test]
        assert stuck in said[test]
    assert "in stuck_in_sleep" in said["test_in_a_thread"]
    assert "in join" in said["test_in_a_thread"]
    assert "4 failed, 20 passed" in done.stdout.splitlines()[-1]


def test_without_workers_it_says_where_the_test_stands_and_ends_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, SLOW)
    assert "in test_slow" in done.stderr
    assert done.returncode == 0
    assert "21 passed" in done.stdout.splitlines()[-1]
