"""Folders on disk: nothing in them is followed, and nothing hangs the reader."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from checker.classroom.intake import disk, read
from tests.classroom.intake.packed import (
    ANSWER,
    ID,
    OTHER,
    PATH,
    catalog,
    every,
    kinds,
    only,
    zipped,
)


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    (tmp_path / "class/ada/01_blocking").mkdir(parents=True)
    (tmp_path / "class/ada" / PATH).write_bytes(ANSWER)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/dashboard.py").write_bytes(OTHER)
    return tmp_path / "class/ada"


def test_a_link_to_a_file_is_not_followed(ada: Path) -> None:
    (ada / "dashboard.py").symlink_to(ada.parent.parent / "secret/dashboard.py")
    found = only(ada)
    assert (list(found.works), kinds(found)) == ([ID], ["link"])


def test_a_link_to_a_folder_is_not_followed(ada: Path) -> None:
    (ada / "work").symlink_to(ada.parent.parent / "secret")
    (ada / "up").symlink_to("..")
    found = only(ada)
    assert (list(found.works), kinds(found)) == ([ID], ["link", "link"])


def test_a_student_that_is_a_link_is_not_followed(ada: Path) -> None:
    (ada.parent / "bob").symlink_to(ada)
    found = every(ada.parent)
    assert kinds(found["bob"]) == ["link", "no exercise"]
    assert found["bob"].works == {}


def test_a_file_with_a_second_name_is_not_read(ada: Path) -> None:
    os.link(ada.parent.parent / "secret/dashboard.py", ada / "dashboard.py")
    found = only(ada)
    assert (list(found.works), kinds(found)) == ([ID], ["link"])


def test_a_pipe_a_socket_and_a_device_are_not_opened(ada: Path) -> None:
    os.mkfifo(ada / "dashboard.py")
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.getcwd()
        os.chdir(ada)  # a socket's path may not be long
        try:
            listener.bind("timers.py")
        finally:
            os.chdir(folder)
        assert kinds(only(ada)) == ["device", "device"]


def test_a_file_that_may_not_be_read_is_told(ada: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (ada / "dashboard.py").write_bytes(OTHER)
    (ada / "dashboard.py").chmod(0)
    assert kinds(only(ada)) == ["unreadable"]


@pytest.mark.parametrize(
    "becomes", ["link", "linked folder", "pipe", "gone", "folder", "second name"]
)
def test_what_a_name_was_when_it_was_listed_counts_for_nothing(ada: Path, becomes: str) -> None:
    """Between the listing and the reading, the file becomes another thing."""
    secret = ada.parent.parent / "secret"
    with read(ada.parent, catalog()) as reading:
        (ada / PATH).unlink()
        if becomes == "link":
            (ada / PATH).symlink_to(secret / "dashboard.py")
        elif becomes == "linked folder":
            (secret / "dashboard.py").rename(secret / "never_block.py")
            (ada / "01_blocking").rmdir()
            (ada / "01_blocking").symlink_to(secret)
        elif becomes == "pipe":
            os.mkfifo(ada / PATH)
        elif becomes == "folder":
            (ada / PATH).mkdir()
        elif becomes == "second name":
            os.link(secret / "dashboard.py", ada / PATH)
        (found,) = reading
    assert found.works == {}
    expected = {"pipe": "device", "gone": "unreadable", "folder": "device"}.get(becomes, "link")
    assert kinds(found) == [expected, "no exercise"]


def test_a_file_that_grows_ends_at_its_limit(ada: Path) -> None:
    (ada / PATH).write_bytes(b"x = 1\n")
    with read(ada.parent, catalog()) as reading:
        (ada / PATH).write_bytes(b"# more\n" * 1_000_000)
        (found,) = reading
    assert kinds(found) == ["too large", "no exercise"]


def test_many_folders_in_folders_end(ada: Path) -> None:
    deep = ada / "/".join(["a"] * 40)
    deep.mkdir(parents=True)
    (deep / "dashboard.py").write_bytes(OTHER)
    assert kinds(only(ada)) == ["name"]


def test_more_files_than_a_student_has_are_not_looked_at(
    ada: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "MOST_FILES", 10)
    (ada / "more").mkdir()
    for number in range(20):
        (ada / f"more/x{number}.txt").touch()
    found = only(ada.parent)
    assert found.works[ID].data == ANSWER
    assert "too many" in kinds(found)


def test_no_descriptor_stays_open(ada: Path) -> None:
    (ada.parent / "bob.zip").write_bytes(zipped((PATH, ANSWER)))
    (ada.parent / "eve").symlink_to(ada)
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    for _ in range(3):
        assert len(every(ada.parent)) == 3
    assert not before or len(os.listdir("/proc/self/fd")) == len(before)
