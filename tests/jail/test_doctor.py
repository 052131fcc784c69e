"""The doctor proves each layer, and sees a proof that proves nothing."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.jail import NoJail, Sandbox, bpf, bubblewrap, choose, landlock, seccomp
from checker.jail.doctor import Layer, layers
from checker.jail.proofs import Proof, fault, start

choosing = sys.modules["checker.jail.choose"]


def refuse() -> None:
    raise OSError(errno.EPERM, "no")


def nothing() -> None:
    return None


def test_an_act_that_fails_under_the_layer_alone_is_a_proof() -> None:
    flag = {"on": False}

    def act() -> None:
        if flag["on"]:
            refuse()

    assert fault(start(Proof("act", act, lambda: flag.update(on=True), "EPERM"))) == ""
    assert flag == {"on": False}


def test_an_act_that_fails_either_way_proves_nothing() -> None:
    said = fault(start(Proof("act", refuse, nothing, "EPERM")))
    assert said == "to act ends in EPERM even without it, so nothing is proved"


def test_an_act_that_works_under_the_layer_is_a_gap() -> None:
    said = fault(start(Proof("act", nothing, nothing, "EPERM")))
    assert said == "to act ended in done under it, not in EPERM"


def test_an_act_that_fails_in_another_way_is_told() -> None:
    said = fault(start(Proof("act", nothing, lambda: os.kill(os.getpid(), 9), "EPERM")))
    assert said == "to act ended in SIGKILL under it, not in EPERM"


@pytest.fixture(scope="module")
def found() -> list[Layer]:
    return layers()


def test_every_layer_holds_here(found: list[Layer]) -> None:
    assert [layer for layer in found if layer.needed and not layer.ok] == []
    names = [layer.name for layer in found]
    assert len(set(names)) == len(names) == 11
    assert {"Landlock", "seccomp", "limits", "user", "descriptors", "the whole jail"} <= set(names)


def test_a_layer_that_is_missing_comes_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "missing", lambda: "the kernel answers ENOSYS")
    all_allowed = bpf.assemble([bpf.Return(seccomp.ALLOW)])
    monkeypatch.setattr(seccomp, "program", lambda architecture: all_allowed)
    found = {layer.name: layer for layer in layers()}
    assert not found["Landlock"].ok
    assert found["Landlock"].detail == "the kernel answers ENOSYS"
    assert "5.13" in found["Landlock"].fix
    assert not found["seccomp"].ok
    assert "open a socket ended in done under it, not in EPERM" in found["seccomp"].detail
    assert [layer.name for layer in found.values() if not layer.ok and not layer.fix] == []


def test_elsewhere_the_doctor_points_to_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    (only,) = layers()
    assert (only.name, only.needed, only.ok) == ("system", True, False)
    assert "Linux" in only.fix
    for wanted in (None, *Sandbox):
        with pytest.raises(NoJail, match="Next: grade on a Linux machine"):
            choose(wanted)


def test_a_system_without_a_jail_can_be_asked() -> None:
    """On Windows there are no modules for limits and descriptors."""
    code = (
        "import sys, subprocess, tempfile, socket\n"
        "sys.modules['fcntl'] = sys.modules['resource'] = None\n"
        "sys.platform = 'win32'\n"
        "from checker.jail.doctor import layers\n"
        "from checker.jail import NoJail, choose\n"
        "print([layer.ok for layer in layers()])\n"
        "try:\n    choose()\nexcept NoJail as error:\n    print(str(error)[:20])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[False]\nAttempts of others a\n", "")


def test_the_jail_is_chosen_where_it_is() -> None:
    assert choose() is choose(None) is choose(Sandbox.JAIL) is Sandbox.JAIL


def test_without_landlock_it_is_bubblewrap_or_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "missing", lambda: "the kernel answers ENOSYS")
    with pytest.raises(NoJail, match="for want of Landlock: the kernel answers ENOSYS"):
        choose(Sandbox.JAIL)
    monkeypatch.setattr(choosing, "wrapped", lambda: "")
    assert choose() is Sandbox.BWRAP
    monkeypatch.setattr(choosing, "wrapped", lambda: "there is no bwrap")
    for wanted in (None, Sandbox.BWRAP):
        with pytest.raises(NoJail, match=r"bubblewrap: there is no bwrap\.\nNext: install"):
            choose(wanted)


def test_without_seccomp_there_is_no_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "missing", lambda: "the kernel answers EINVAL")
    for wanted in (None, Sandbox.JAIL, Sandbox.BWRAP):
        with pytest.raises(NoJail, match="for want of seccomp: the kernel answers EINVAL"):
            choose(wanted)


def test_what_is_asked_for_by_name_is_taken() -> None:
    assert choose(Sandbox.OUTER) is Sandbox.OUTER
    assert choose(Sandbox.NONE) is Sandbox.NONE


def test_a_bubblewrap_that_is_not_roots_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(fake, 54_321, 54_321)
    monkeypatch.setattr("shutil.which", lambda name, path: str(fake))
    assert bubblewrap.program() == ""


def test_the_command_prints_the_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.cli import doctor as command
    from checker.cli._app import build

    gap = Layer("Landlock", True, False, "gone", "take a newer kernel")
    monkeypatch.setattr("checker.jail.doctor.layers", lambda: [gap])
    monkeypatch.setattr(command, "_LOOKS", (("Python", lambda: (True, "3.x", "")),))
    text = CliRunner().invoke(build(), ["doctor"])
    assert text.exit_code == 0
    assert "GAP  Landlock: gone\n     Next: take a newer kernel\n" in text.output
    found = json.loads(CliRunner().invoke(build(), ["doctor", "--json"]).output)
    assert found["jail"] == [gap._asdict()]
    assert found["course"] == [{"name": "Python", "ok": True, "detail": "3.x", "next": ""}]
