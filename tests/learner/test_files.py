"""Texts on disk: whole, whatever happens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.learner import files


def test_a_text_is_saved_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "ü.py"
    assert files.save(path, "eins\n")
    assert files.read(path) == "eins\n"
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_same_text_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    files.save(path, "x = 1\n")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    assert not files.save(path, "x = 1\n")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    files.save(path, "x = 1\n")
    path.chmod(0o600)
    files.save(path, "x = 2\n")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "target.py"
    target.write_text("old\n")
    link = tmp_path / "link.py"
    link.symlink_to(target)
    files.save(link, "new\n")
    assert link.is_symlink()
    assert target.read_text() == "new\n"


def test_a_save_that_fails_leaves_the_old_text_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    files.save(path, "old\n")

    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        files.save(path, "new\n")
    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["a.py"]


def test_a_file_that_is_not_there_has_no_text(tmp_path: Path) -> None:
    assert files.read(tmp_path / "nothing.py") is None


def test_bytes_that_are_no_text_survive_reading_and_saving(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# caf\xe9\r\n")
    text = files.read(path)
    assert text is not None
    files.save(path, text)
    assert path.read_bytes() == b"# caf\xe9\n"


def test_a_digest_does_not_see_blank_lines_at_the_ends() -> None:
    assert files.digest("\nx = 1\n\n") == files.digest("x = 1")
    assert files.digest("x = 1") != files.digest("x = 2")
