"""The zip for Gradescope: what is in it, and that its scripts do what they say."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from checker.classroom.gradebooks import GradebookError, gradescope_zip

SH = shutil.which("sh")
pytestmark = pytest.mark.skipif(SH is None, reason="there is no shell")
WHEEL = "unblocked_course-0.1.0-py3-none-any.whl"


def wheel() -> tuple[str, bytes]:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("checker/__init__.py"), "")
    return WHEEL, made.getvalue()


def unpack(made: Path, to: Path) -> Path:
    """As Gradescope does: modes are kept."""
    with zipfile.ZipFile(made) as archive:
        for entry in archive.infolist():
            target = Path(archive.extract(entry, to))
            target.chmod(entry.external_attr >> 16 & 0o777)
    return to


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def run(command: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [str(command)], env=base | environment, capture_output=True, text=True, check=False
    )


def test_its_root_holds_the_two_scripts_and_they_can_be_run(tmp_path: Path) -> None:
    made = gradescope_zip(tmp_path / "a.zip", wheel())
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        modes = {e.filename: stat.S_IMODE(e.external_attr >> 16) for e in archive.infolist()}
        assert archive.testzip() is None
    assert names == ["README.txt", "run_autograder", "setup.sh", WHEEL]
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755


def test_the_readme_says_what_the_sandbox_is(tmp_path: Path) -> None:
    made = gradescope_zip(tmp_path / "a.zip", wheel(), ["blocking/never_block"])
    with zipfile.ZipFile(made) as archive:
        text = archive.read("README.txt").decode()
    assert "The sandbox is Gradescope's" in text
    assert "--sandbox=outer" in text
    assert "blocking/never_block" in text
    assert f"from the wheel that is in here, {WHEEL}" in text


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    one = gradescope_zip(tmp_path / "a.zip", wheel()).read_bytes()
    assert gradescope_zip(tmp_path / "b.zip", wheel()).read_bytes() == one


def test_run_autograder_grades_the_submission_into_the_results(tmp_path: Path) -> None:
    root = tmp_path / "auto grader"
    source = unpack(
        gradescope_zip(tmp_path / "a.zip", wheel(), ["blocking/never_block"]), root / "source"
    )
    (root / "submission").mkdir()
    double = script(
        tmp_path / "unblocked",
        'printf "%s\\n" "$@" > "$UNBLOCKED_AUTOGRADER/said"; '
        'echo "{\\"score\\": 1}" > "$UNBLOCKED_AUTOGRADER/results/results.json"',
    )
    done = run(
        source / "run_autograder",
        UNBLOCKED_AUTOGRADER=str(root),
        UNBLOCKED_COMMAND=str(double),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (root / "said").read_text().splitlines() == [
        "grade", f"{root}/submission", "--out", f"{root}/results", "--gradescope",
        "--sandbox=outer", "--only", "blocking/never_block",
    ]  # fmt: skip
    assert (root / "results" / "results.json").read_text() == '{"score": 1}\n'


def test_a_grader_that_fails_is_not_taken_for_a_result(tmp_path: Path) -> None:
    source = unpack(gradescope_zip(tmp_path / "a.zip", wheel()), tmp_path / "x")
    double = script(tmp_path / "unblocked", "echo broken >&2; exit 3")
    done = run(
        source / "run_autograder",
        UNBLOCKED_AUTOGRADER=str(tmp_path / "x"),
        UNBLOCKED_COMMAND=str(double),
    )
    assert (done.returncode, done.stderr) == (3, "broken\n")
    assert not (tmp_path / "x" / "results" / "results.json").exists()


def test_setup_installs_the_wheel_that_came_with_it(tmp_path: Path) -> None:
    root = tmp_path / "autograder"
    source = unpack(gradescope_zip(tmp_path / "a.zip", wheel()), root / "source")
    # It answers as a new enough Python does, and makes an environment whose Python tells.
    double = script(
        tmp_path / "python-double",
        'case "$1" in -m) mkdir -p "$3/bin"; '
        f'printf \'#!/bin/sh\\nprintf "%%s\\\\n" "$@" > "{root}/said"\\n\' > "$3/bin/python"; '
        'chmod +x "$3/bin/python";; esac',
    )
    done = run(
        source / "setup.sh",
        UNBLOCKED_AUTOGRADER=str(root),
        UNBLOCKED_PYTHON=str(double),
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = (root / "said").read_text().splitlines()
    assert said[:3] == ["-m", "pip", "install"]
    assert said[-1] == f"{root}/source/{WHEEL}[course]"
    assert Path(said[-1].removesuffix("[course]")).is_file()


def test_setup_takes_this_python_and_says_so_where_there_is_none(tmp_path: Path) -> None:
    root = tmp_path / "autograder"
    source = unpack(gradescope_zip(tmp_path / "a.zip", wheel()), root / "source")
    script(tmp_path / "apt-get", "exit 1")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = run(
        source / "setup.sh", PATH=path, UNBLOCKED_AUTOGRADER=str(root), UNBLOCKED_PYTHON="no-python"
    )
    assert done.returncode == 1
    assert "Next: choose a newer base image" in done.stderr
    text = (source / "setup.sh").read_text()
    probe = text[text.index("-c '") + 4 : text.index("' 2>")]
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


@pytest.mark.parametrize(
    "name",
    ["other-1.0-py3-none-any.whl", "$(id).whl", "unblocked", "unblocked_course-1;id.whl", ""],
)
def test_a_wheel_of_something_else_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GradebookError, match="this is no wheel of the course"):
        gradescope_zip(tmp_path / "a.zip", (name, wheel()[1]))
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_that_is_none_and_an_id_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="this is no wheel"):
        gradescope_zip(tmp_path / "a.zip", (WHEEL, b"no zip"))
    with pytest.raises(GradebookError, match="is no id of an exercise"):
        gradescope_zip(tmp_path / "a.zip", wheel(), ["x; id"])


def test_hidden_checks_go_with_it_and_are_named_to_the_grader(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "01_blocking" / "material").mkdir(parents=True)
    (own / "01_blocking" / "test_never_block.py").write_text("# a check\n")
    (own / "01_blocking" / "material" / "more.py").write_text("# material\n")
    (own / "notes.txt").write_text("not for anybody")
    source = unpack(gradescope_zip(tmp_path / "a.zip", wheel(), hidden=own), tmp_path / "x")
    kept = sorted(p.relative_to(source).as_posix() for p in (source / "hidden").rglob("*.py"))
    assert kept == ["hidden/01_blocking/material/more.py", "hidden/01_blocking/test_never_block.py"]
    assert not list(source.rglob("notes.txt"))
    assert '--hidden "$autograder/source/hidden"' in (source / "run_autograder").read_text()
    with pytest.raises(GradebookError, match="there are no checks in it"):
        gradescope_zip(tmp_path / "b.zip", wheel(), hidden=tmp_path / "x" / "nothing")
