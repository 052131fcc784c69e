"""The set-up behind `make lab` and `make test`: done once, never half done."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools import set_up
from tools.set_up import SetUpError, Stamp, found

PROJECT = '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "x"\nversion = "1"\n'


@dataclass
class Machine:
    """Runs no command, but does what set-up can see of it, and may be stopped at one of them."""

    root: Path
    stop_at: int | None = None
    stopped_by: type[BaseException] = KeyboardInterrupt
    ran: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str]) -> None:
        """Take note of the command; the one that makes an environment empties its folder."""
        if self.stop_at == len(self.ran):
            raise self.stopped_by
        if "venv" in command:
            kind, venv = "make", Path(command[-1])
            venv.mkdir(exist_ok=True)
            for path in venv.glob("*.json"):
                path.unlink()
        else:
            kind = Path(command[-1]).name if "--requirement" in command else "project"
        self.ran.append(f"uv {kind}" if Path(command[0]).name == "uv" else kind)

    def set_up(self, level: str = "course", venv: str = ".venv") -> list[str]:
        """Set up, and tell what was run for it."""
        self.ran = []
        set_up.set_up(self.root, self.root / venv, level, self.run)
        return self.ran

    def stamp(self) -> Stamp | None:
        """The stamp of the environment."""
        return found(self.root / ".venv")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A checkout that was never set up, on a machine without uv."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "requirements").mkdir()
    for name in ("build", "course", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return Machine(tmp_path)


EVERYTHING = ["make", "build.txt", "course.txt", "project"]


def test_the_first_time_everything_is_done_and_the_second_time_nothing(machine: Machine) -> None:
    assert machine.set_up() == EVERYTHING
    assert machine.set_up() == []


@pytest.mark.parametrize("stop_at", range(len(EVERYTHING)))
def test_stopped_anywhere_it_starts_over(machine: Machine, stop_at: int) -> None:
    machine.stop_at = stop_at
    with pytest.raises(KeyboardInterrupt):
        machine.set_up()
    assert machine.stamp() is None
    machine.stop_at = None
    assert machine.set_up() == EVERYTHING


@pytest.mark.parametrize("stop_at", range(len(EVERYTHING) - 1))
def test_stopped_in_an_update_it_starts_over_too(machine: Machine, stop_at: int) -> None:
    machine.set_up()
    (machine.root / "requirements" / "course.txt").write_text("course==2\n")
    machine.stop_at = stop_at
    with pytest.raises(KeyboardInterrupt):
        machine.set_up()
    machine.stop_at = None
    assert machine.set_up() == EVERYTHING


def test_a_new_lock_is_installed_into_the_environment_that_is_there(machine: Machine) -> None:
    machine.set_up()
    (machine.root / "requirements" / "course.txt").write_text("course==2\n")
    assert machine.set_up() == EVERYTHING[1:]
    assert machine.set_up() == []


def test_new_metadata_of_the_project_counts_and_the_settings_of_tools_do_not(
    machine: Machine,
) -> None:
    machine.set_up()
    (machine.root / "pyproject.toml").write_text(PROJECT + "[tool.ruff]\nline-length = 90\n")
    assert machine.set_up() == []
    (machine.root / "pyproject.toml").write_text(PROJECT.replace('"1"', '"2"'))
    assert machine.set_up() == EVERYTHING[1:]


def test_the_larger_level_serves_the_smaller_and_stays_up_to_date(machine: Machine) -> None:
    assert machine.set_up("course") == EVERYTHING
    assert machine.set_up("dev") == ["build.txt", "dev.txt", "project"]
    assert machine.set_up("course") == []
    (machine.root / "requirements" / "dev.txt").write_text("dev==2\n")
    assert machine.set_up("course") == ["build.txt", "dev.txt", "project"]


@pytest.mark.parametrize(("key", "value"), [("folder", "/elsewhere/.venv"), ("python", "3.10")])
def test_an_environment_that_was_moved_or_has_another_python_is_made_anew(
    machine: Machine, key: str, value: str
) -> None:
    machine.set_up()
    stamp = machine.stamp()
    assert stamp is not None
    (machine.root / ".venv" / "ready.json").write_text(json.dumps(stamp | {key: value}))
    assert machine.set_up() == EVERYTHING


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null"])
def test_a_stamp_that_makes_no_sense_is_none(machine: Machine, text: str) -> None:
    machine.set_up()
    (machine.root / ".venv" / "ready.json").write_text(text)
    assert machine.set_up() == EVERYTHING


def test_the_environment_finds_the_project_by_a_path_that_any_locale_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    root = tmp_path / "Übung"
    packages = root / ".venv/lib/python3.11/site-packages"
    packages.mkdir(parents=True)
    (packages / "_editable_impl_unblocked_course.pth").write_text(str(root), encoding="utf-8")
    (root / "requirements").mkdir()
    for name in ("build", "course"):
        (root / "requirements" / f"{name}.txt").touch()
    (root / "pyproject.toml").write_text(PROJECT)
    Machine(root).set_up()
    text = (packages / "_editable_impl_unblocked_course.pth").read_text(encoding="ascii")
    assert (packages / text.strip()).resolve() == root.resolve()


def with_uv(machine: Machine) -> None:
    """Put a uv on the PATH."""
    (machine.root / "bin").mkdir()
    (machine.root / "bin" / "uv").touch(mode=0o755)


def test_uv_installs_where_it_is_there(machine: Machine) -> None:
    with_uv(machine)
    assert machine.set_up() == ["make", "uv build.txt", "uv course.txt", "uv project"]


def test_where_uv_cannot_install_pip_does(machine: Machine) -> None:
    with_uv(machine)
    real_run = machine.run

    def run(command: Sequence[str]) -> None:
        if Path(command[0]).name == "uv":
            raise subprocess.CalledProcessError(2, list(command))
        real_run(command)

    (machine.root / ".venv/lib/python3/site-packages/pip").mkdir(parents=True)
    set_up.set_up(machine.root, machine.root / ".venv", "course", run)
    assert machine.ran == EVERYTHING


def test_a_python_without_ensurepip_is_told_how_to_get_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetUpError, match=r"apt install python3\.\d+-venv"):
        machine.set_up()
    assert machine.ran == []


def test_a_free_threaded_python_is_refused_before_anything_is_made(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: int(name == "Py_GIL_DISABLED"))
    with pytest.raises(SetUpError, match=r"is a free-threaded build(.|\n)*Next: name an ordinary"):
        machine.set_up()
    assert machine.ran == []


def test_a_failed_install_is_no_set_up(machine: Machine) -> None:
    machine.stop_at, machine.stopped_by = 2, InterruptedError
    with pytest.raises(InterruptedError):
        machine.set_up()
    assert machine.stamp() is None
