"""`unblocked lab`, really started: it answers, keeps to the course folder, and ends in order.

The home of the person who starts it is hostile: a configuration that raises, a broken kernel of the
same name, and an IPython start-up file that ends the kernel.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from checker.notebook.kernelspec import DISPLAY_NAME

HOSTILE = {
    ".jupyter/jupyter_server_config.py": 'raise SystemExit("hostile configuration")\n',
    ".jupyter/labconfig/page_config.json": '{"disabledExtensions": {"hostile": true}}\n',
    ".local/share/jupyter/kernels/python3/kernel.json": '{"argv": ["false"], "display_name": ""}',
    ".ipython/profile_default/startup/00.py": "raise SystemExit(1)\n",
}


@dataclass(frozen=True)
class Started:
    """A running `unblocked lab`."""

    process: subprocess.Popen[str]
    course: Path
    url: str
    token: str

    def get(self, path: str, body: bytes | None = None) -> Any:
        """What the server answers, as JSON."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read())

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C; its exit code, and what it still said."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said


def snapshot(folder: Path) -> dict[str, str]:
    """Every file below a folder, with its text."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose own Jupyter would break the course, if the course looked at it."""
    home = tmp_path / "home"
    for name, text in HOSTILE.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    return home


@pytest.fixture
def lab(tmp_path: Path, home: Path) -> Iterator[Started]:
    """The course, open, in a folder with a space and an umlaut in its name."""
    course = tmp_path / "my cöurse"
    (course / "chapters").mkdir(parents=True)
    (course / "pyproject.toml").write_text('[project]\nname = "unblocked"\n')
    (course / "chapters" / "random.py").write_text('raise SystemExit("this is not random")\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "checker.cli", "lab", "--no-browser"],
        cwd=course,
        env={**os.environ, "HOME": str(home), "JUPYTER_TOKEN": "theirs"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    before = ""
    try:
        for line in process.stdout:
            before += line
            if found := re.search(r"(http://\S+:\d+)/lab\S*token=(\w+)", line):
                break
        else:
            pytest.fail(f"The lab ended without an address:\n{before}")
        yield Started(process, course, *found.groups())
    finally:
        process.kill()
        process.communicate()


@contextmanager
def kernel(lab: Started) -> Iterator[BlockingKernelClient]:
    """A kernel that is ready, started through the server as JupyterLab does it."""
    started = lab.get("/api/kernels", b'{"name": "python3", "path": "chapters/x"}')
    connection = lab.course / ".unblocked/jupyter/runtime" / f"kernel-{started['id']}.json"
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()


def test_it_answers_where_it_says_and_keeps_to_the_course_folder(lab: Started, home: Path) -> None:
    before = snapshot(home)
    specs = lab.get("/api/kernelspecs")["kernelspecs"]
    assert {name: spec["spec"]["display_name"] for name, spec in specs.items()} == {
        "python3": DISPLAY_NAME
    }
    with urllib.request.urlopen(f"{lab.url}/lab?token={lab.token}", timeout=60) as response:
        page = response.read().decode()
    assert '"hostile"' not in page
    assert '"@jupyterlab/apputils-extension:announcements"' in page
    overrides = lab.get("/lab/api/settings/@jupyterlab/docmanager-extension:plugin")
    assert overrides["schema"]["properties"]["autosaveInterval"]["default"] == 10
    assert {entry["name"] for entry in lab.get("/api/contents/")["content"]} == {"chapters"}
    lab.end()
    assert snapshot(home) == before


def test_the_kernel_is_ours_and_a_file_beside_the_chapter_hides_no_module(lab: Started) -> None:
    asked = {"where": "__import__('os').getcwd()", "random": "__import__('random').__file__"}
    with kernel(lab) as client:
        info = client.kernel_info(reply=True, timeout=60)["content"]["language_info"]
        reply = client.execute("", user_expressions=asked, reply=True, timeout=60)
    answers = reply["content"]["user_expressions"]
    said = {name: answer["data"]["text/plain"] for name, answer in answers.items()}
    assert info["version"] == "3"
    assert said["where"] == repr(str(lab.course / "chapters"))
    assert said["random"] == repr(__import__("random").__file__)


def test_ctrl_c_ends_it_and_its_kernels_without_a_traceback(lab: Started) -> None:
    with kernel(lab):
        pass  # It is ready, and goes on when nobody listens.
    children = psutil.Process(lab.process.pid).children(recursive=True)
    assert any("checker.notebook.kernel" in child.cmdline() for child in children)
    code, said = lab.end()
    assert code == 0
    assert "Traceback" not in said
    assert said.endswith("JupyterLab has ended.\n")
    assert not [child for child in children if child.is_running()]
    assert not list((lab.course / ".unblocked/jupyter/runtime").glob("*.json"))
