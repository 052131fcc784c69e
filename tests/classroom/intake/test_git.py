"""Git folders: the commit's files are read, and nothing that the folder brings is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.classroom.intake import Policy
from tests.classroom.intake.packed import ANSWER, ID, OTHER, PATH, every, kinds, only

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

ENV = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-03-01T12:00:00+0200",
    "GIT_COMMITTER_DATE": "2026-03-01T13:00:00+0200",
}


def run(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env=ENV, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    """A git folder with ANSWER in its commit, and OTHER in its file."""
    folder = tmp_path / "class" / "ada"
    path = folder / PATH
    path.parent.mkdir(parents=True)
    path.write_bytes(ANSWER)
    run(folder, "init", "-q", "-b", "main")
    run(folder, "add", ".")
    run(folder, "commit", "-qm", "Mine")
    path.write_bytes(OTHER)
    return folder


def assert_the_commit_is_read(folder: Path) -> None:
    found = only(folder)
    assert found.works[ID].data == ANSWER
    assert found.findings == []
    assert found.works[ID].modified == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert found.submitted is None, "when it was committed is what the student's computer said"


def assert_the_files_are_read(folder: Path, kind: str = "git") -> None:
    found = only(folder)
    assert found.works[ID].data == OTHER
    assert kinds(found) == [kind]
    assert "the files in the folder were read instead" in found.findings[0].words


def test_the_commit_that_is_checked_out_counts(ada: Path) -> None:
    assert_the_commit_is_read(ada)
    found = every(ada.parent)["ada"]
    assert (found.works[ID].data, found.works[ID].where) == (ANSWER, f"ada/{PATH}")
    late = only(ada, Policy.parse("flag", "2026-03-01T12:30+02:00"))
    assert (late.late, kinds(late)) == (False, ["no time"])


def test_packed_references_and_a_head_without_a_branch(ada: Path) -> None:
    run(ada, "gc", "-q")
    assert not (ada / ".git/refs/heads/main").exists()
    assert_the_commit_is_read(ada)
    run(ada, "checkout", "-q", "--detach")
    assert_the_commit_is_read(ada)


def test_longer_ids(ada: Path) -> None:
    shutil.rmtree(ada / ".git")
    (ada / PATH).write_bytes(ANSWER)
    run(ada, "init", "-q", "--object-format=sha256")
    run(ada, "add", ".")
    run(ada, "commit", "-qm", "Mine")
    (ada / PATH).write_bytes(OTHER)
    assert_the_commit_is_read(ada)


def test_without_git_the_files_are_read(ada: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert_the_files_are_read(ada)


def test_nothing_committed_means_the_files(ada: Path) -> None:
    shutil.rmtree(ada / ".git")
    run(ada, "init", "-q")
    assert_the_files_are_read(ada)


def test_what_the_folder_configures_is_not_run(ada: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\necho ran >> {mark}\n")
    program.chmod(0o755)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        shutil.copy(program, ada / ".git/hooks" / hook)
    (ada / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    run(ada, "add", ".gitattributes")
    run(ada, "commit", "-qm", "Attributes")
    mark.unlink(missing_ok=True)
    with (ada / ".git/config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {program}\n\tsshCommand = {program}\n\tpager = {program}\n"
            f"\teditor = {program}\n\thooksPath = {ada}/.git/hooks\n\tgitProxy = {program}\n"
            f'[filter "evil"]\n\tsmudge = {program}\n\tclean = {program}\n\trequired = true\n'
            f'[diff "evil"]\n\ttextconv = {program}\n[alias]\n\tcat-file = !{program}\n'
            f"[include]\n\tpath = {tmp_path}/other\n[pager]\n\tls-tree = {program}\n"
        )
    assert_the_commit_is_read(ada)
    assert not mark.exists()
    # The mark is made where these settings are obeyed.
    subprocess.run(["git", "-C", str(ada), "status"], env=ENV, capture_output=True, check=False)
    assert mark.exists()


def test_a_missing_object_is_not_fetched(ada: Path, tmp_path: Path) -> None:
    """A partial clone fetches what it lacks, by a program that its own configuration names."""
    mark = tmp_path / "mark"
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\necho ran >> {mark}\n")
    program.chmod(0o755)
    blob = run(ada, "rev-parse", f"HEAD:{PATH}").strip()
    (ada / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with (ada / ".git/config").open("a") as config:
        config.write(
            f"[core]\n\trepositoryformatversion = 1\n\tsshCommand = {program}\n"
            "[extensions]\n\tpartialClone = origin\n"
            '[remote "origin"]\n\turl = ssh://nowhere.invalid/x\n\tpromisor = true\n'
        )
    found = only(ada)
    assert kinds(found) == ["git", "no exercise"]
    assert not mark.exists()
    command = ["git", "-C", str(ada), "cat-file", "blob", blob]
    subprocess.run(command, env=ENV, capture_output=True, check=False)
    assert mark.exists()


def test_a_format_that_is_not_known_does_not_matter(ada: Path) -> None:
    with (ada / ".git/config").open("a") as config:
        config.write("[core]\n\trepositoryformatversion = 99\n\tworktree = /etc\n")
    assert_the_commit_is_read(ada)


def test_objects_borrowed_from_another_student_are_refused(ada: Path) -> None:
    bob = ada.parent / "bob"
    shutil.copytree(ada, bob)
    shutil.rmtree(bob / ".git/objects")
    (bob / ".git/objects/info").mkdir(parents=True)
    (bob / ".git/objects/info/alternates").write_text(f"{ada}/.git/objects\n")
    assert_the_files_are_read(bob, "link")


def test_objects_behind_a_link_are_refused(ada: Path) -> None:
    bob = ada.parent / "bob"
    shutil.copytree(ada, bob)
    shutil.rmtree(bob / ".git/objects")
    (bob / ".git/objects").symlink_to(ada / ".git/objects")
    assert_the_files_are_read(bob, "link")


def test_one_folder_of_objects_behind_a_link_is_refused(ada: Path) -> None:
    bob = ada.parent / "bob"
    shutil.copytree(ada, bob)
    id = run(ada, "rev-parse", f"HEAD:{PATH}").strip()
    shutil.rmtree(bob / ".git/objects" / id[:2])
    (bob / ".git/objects" / id[:2]).symlink_to(ada / ".git/objects" / id[:2])
    assert_the_files_are_read(bob, "link")


def test_a_git_folder_that_is_elsewhere_is_not_followed(ada: Path) -> None:
    bob = ada.parent / "bob"
    shutil.copytree(ada, bob)
    shutil.rmtree(bob / ".git")
    (bob / ".git").write_text(f"gitdir: {ada}/.git\n")
    found = only(bob)
    assert (found.works[ID].data, found.findings) == (OTHER, [])
    (bob / ".git").unlink()
    (bob / ".git").symlink_to(ada / ".git")
    assert only(bob).works[ID].data == OTHER


@pytest.mark.parametrize(
    "head",
    ["ref: refs/heads/../../../../etc/passwd", "ref: refs/heads/gone", "", "a" * 39, "--help"],
)
def test_a_head_that_names_nothing(head: str, ada: Path) -> None:
    (ada / ".git/HEAD").write_text(head)
    assert_the_files_are_read(ada)


def test_a_head_that_is_a_link_or_a_pipe(ada: Path) -> None:
    (ada / ".git/HEAD").unlink()
    (ada / ".git/HEAD").symlink_to("/etc/passwd")
    assert_the_files_are_read(ada)
    (ada / ".git/HEAD").unlink()
    os.mkfifo(ada / ".git/HEAD")
    assert_the_files_are_read(ada)


def test_links_and_other_repositories_in_a_commit(ada: Path) -> None:
    (ada / "01_blocking/dashboard.py").symlink_to("/etc/passwd")
    run(ada, "add", "01_blocking/dashboard.py")
    head = run(ada, "rev-parse", "HEAD").strip()
    run(ada, "update-index", "--add", "--cacheinfo", f"160000,{head},more")
    run(ada, "commit", "-qm", "Links")
    found = only(ada)
    assert (list(found.works), kinds(found)) == ([ID], ["link", "link"])


def test_a_large_file_in_a_commit(ada: Path) -> None:
    (ada / "01_blocking/dashboard.py").write_bytes(b"\0" * (100 << 20))
    run(ada, "add", "01_blocking/dashboard.py")
    run(ada, "commit", "-qm", "Large")
    found = only(ada)
    assert (list(found.works), kinds(found)) == ([ID], ["too large"])


def test_a_tree_of_trees_without_end(ada: Path) -> None:
    """Each tree has 10 times the one below it: ten thousand million files in a few objects."""
    blob = run(ada, "rev-parse", f"HEAD:{PATH}").strip()
    made = f"100644 blob {blob}\tx.py"
    for _ in range(10):
        tree = _tree(ada, made)
        made = "\n".join(f"040000 tree {tree}\td{number}" for number in range(10))
    commit = run(ada, "commit-tree", "-m", "Bomb", _tree(ada, made)).strip()
    run(ada, "update-ref", "HEAD", commit)
    assert_the_files_are_read(ada, "too large")


def _tree(folder: Path, lines: str) -> str:
    command = ["git", "-C", str(folder), "mktree"]
    done = subprocess.run(
        command, env=ENV, input=lines + "\n", check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
