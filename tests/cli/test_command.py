"""The command `unblocked`, as it meets someone who types it."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.cli._app import build, subcommands
from checker.cli._course import course_folder


def unblocked(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command, run in this process."""
    done = CliRunner().invoke(build(), arguments)
    return done.exit_code, done.stdout, done.stderr


def without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process in which `module` cannot be found."""
    code = (
        "import importlib.util as u, sys\n"
        "real = u.find_spec\n"
        f"u.find_spec = lambda name, *a: None if name == {module!r} else real(name, *a)\n"
        "from checker.cli.__main__ import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_version_is_that_of_the_installed_distribution() -> None:
    code, out, _ = unblocked("--version")
    assert code == 0
    assert out.startswith(f"unblocked {metadata.version('unblocked-course')}, Python 3.")


def test_help_lists_every_subcommand() -> None:
    code, out, _ = unblocked("--help")
    assert code == 0
    assert "lab" in subcommands()
    for name in subcommands():
        assert f" {name} " in out


def test_every_public_module_is_a_subcommand_and_the_others_are_none() -> None:
    folder = Path(sys.modules["checker.cli"].__path__[0])
    public = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert set(subcommands()) == public


def test_an_unknown_subcommand_is_an_error_that_names_it() -> None:
    code, _, err = unblocked("lba")
    assert code == 2
    assert "lba" in err


def test_without_typer_it_says_what_to_install() -> None:
    done = without("typer", "lab")
    assert done.returncode == 1
    assert 'pip install "unblocked_course-VERSION-py3-none-any.whl[course]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_without_jupyterlab_it_says_what_to_install() -> None:
    done = without("jupyterlab", "lab")
    assert done.returncode == 1
    assert 'pip install "unblocked_course-VERSION-py3-none-any.whl[course]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_lab_outside_of_a_course_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = unblocked("lab")
    assert code == 1
    assert f"No course here: neither {tmp_path}" in err
    assert not (tmp_path / ".unblocked").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_lab_refuses_a_port_that_is_none(port: str) -> None:
    code, _, err = unblocked("lab", "--port", port)
    assert code == 2
    assert "--port" in err


@pytest.mark.parametrize("inside", [".", "chapters", "chapters/source"])
def test_the_course_is_found_from_any_folder_in_it(tmp_path: Path, inside: str) -> None:
    (tmp_path / "chapters" / "source").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "unblocked-course"\n')
    assert course_folder(tmp_path / inside) == tmp_path


@pytest.mark.parametrize("text", ['[project]\nname = "other"\n', "[tool.ruff]\n", "not TOML"])
def test_a_pyproject_of_something_else_is_no_course_but_one_above_it_may_be(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "unblocked-course"\n')
    inner = tmp_path / "work"
    inner.mkdir()
    (inner / "pyproject.toml").write_text(text)
    assert course_folder(inner) == tmp_path
