"""A cluster over two network namespaces, which have nothing but a wire between them.

UNBLOCKED_NAMESPACES=1 python -m pytest tests/classroom/grading/test_namespaces.py

It makes namespaces and a pair of virtual network cards, and removes them: so it needs root and the
program `ip`, and runs only when it is asked for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.classroom.grading.crew import Crew
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.jail import choose
from tests.classroom.grading.class_of import ROOT, answers, hand_in, some
from tests.classroom.grading.clusters import cluster
from tests.classroom.grading.test_cluster import results

NAMES = ("unblocked-near", "unblocked-far")
PLACES = ("10.213.7.1", "10.213.7.2")


def ip(*words: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def namespaces() -> Iterator[None]:
    """Two, with a wire between them."""
    if not os.environ.get("UNBLOCKED_NAMESPACES"):
        pytest.skip("UNBLOCKED_NAMESPACES is not set")
    if shutil.which("ip") is None:
        pytest.skip("there is no program `ip` here")
    try:
        ip("netns", "add", NAMES[0])
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespace can be made here: {error.stderr.decode()}")
    try:
        ip("netns", "add", NAMES[1])
        wire = ["link", "add", "wire", "type", "veth", "peer", "name", "wire"]
        ip("-n", NAMES[0], *wire, "netns", NAMES[1])
        for name, place in zip(NAMES, PLACES, strict=True):
            ip("-n", name, "addr", "add", f"{place}/24", "dev", "wire")
            ip("-n", name, "link", "set", "wire", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        for name in NAMES:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@pytest.mark.usefixtures("namespaces")
def test_workers_in_another_network_give_the_same_results(tmp_path: Path) -> None:
    exercises = ("blocking/dashboard", "blocking/never_block")
    settings = Settings("Week 2", exercises, sandbox=choose().value)
    works = [work for work in answers("blocking") if work.exercise.id in exercises]
    submissions = tmp_path / "class"
    hand_in(submissions, some(works, 16), [], 1)
    near, far = (["ip", "netns", "exec", name] for name in NAMES)
    place = {
        "scheduler": (near, PLACES[0]),
        "near": (near, PLACES[0]),
        "far": (far, PLACES[1]),
    }
    with cluster(tmp_path, place) as here:
        here.start_worker("near")
        here.start_worker("far")
        command = [sys.executable, "-m", "tests.classroom.grading.in_place", here.address]
        arguments = [str(submissions), str(tmp_path / "out"), settings.to_json()]
        subprocess.run([*near, *command, *arguments], cwd=ROOT, check=True)
    with Crew(settings, 2) as crew:
        expected = results(submissions, settings, crew, tmp_path / "local")
    with Store(tmp_path / "out", new=False) as store:
        assert store.content() == expected
    assert len(expected["verdicts"]) == 16
