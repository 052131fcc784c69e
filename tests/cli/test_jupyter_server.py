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
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_server.base.websocket import WebSocketMixin
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.sync.client import ClientConnection, connect

from checker.cli.jupyter.settings import server_config
from checker.notebook.kernelspec import DISPLAY_NAME

HOSTILE = {
    ".jupyter/jupyter_server_config.py": 'raise SystemExit("hostile configuration")\n',
    ".jupyter/labconfig/page_config.json": '{"disabledExtensions": {"hostile": true}}\n',
    ".local/share/jupyter/kernels/python3/kernel.json": '{"argv": ["false"], "display_name": ""}',
    ".ipython/profile_default/startup/00.py": "raise SystemExit(1)\n",
}


class Connection(ClientConnection):
    """A kernel's WebSocket that counts the pings that reach it. The library answers them."""

    pings = 0
    _requests = 0

    def process_event(self, event: Request | Response | Frame) -> None:
        """Each thing that arrives, in the thread that reads."""
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pings += 1

    def ask(self, kind: str, **content: Any) -> tuple[Any, str]:
        """Send a request to the kernel; its reply, and what it printed before it was idle again."""
        self._requests += 1
        name = f"request-{self._requests}"
        header = {"msg_id": name, "msg_type": kind, "session": "test", "version": "5.4"}
        message = {"header": header, "channel": "shell", "content": content}
        self.send(json.dumps({**message, "parent_header": {}, "metadata": {}}))
        reply, printed, idle = None, "", False
        while reply is None or not idle:  # They come on channels of their own, in either order.
            said = json.loads(self.recv(timeout=300))
            if said["parent_header"].get("msg_id") != name:
                continue
            if said["channel"] == "shell":
                reply = said["content"]
            elif said["msg_type"] == "stream":
                printed += said["content"]["text"]
            else:
                idle = idle or said["content"].get("execution_state") == "idle"
        return reply, printed

    def run(self, code: str) -> str:
        """Run a cell; what it printed."""
        return self.ask("execute_request", code=code, silent=False, allow_stdin=False)[1]

    def hold(self, seconds: float) -> None:
        """Read what comes for that long. A connection that is cut meanwhile is an error."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with suppress(TimeoutError):
                self.recv(timeout=left)


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

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """The WebSocket of a new kernel, as JupyterLab opens it. It sends no pings of its own."""
        kernel = self.get("/api/kernels", b'{"name": "python3", "path": "chapters/x"}')["id"]
        with connect(
            f"{self.url}/api/kernels/{kernel}/channels?token={self.token}".replace("http", "ws", 1),
            create_connection=Connection,
            open_timeout=300,
            ping_interval=None,
            proxy=None,
        ) as connection:
            assert isinstance(connection, Connection)
            yield connection

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
def course(tmp_path: Path) -> Path:
    """A course in a folder with a space and an umlaut in its name."""
    course = tmp_path / "my cöurse"
    (course / "chapters").mkdir(parents=True)
    (course / "pyproject.toml").write_text('[project]\nname = "unblocked-course"\n')
    (course / "chapters" / "random.py").write_text('raise SystemExit("this is not random")\n')
    return course


@pytest.fixture
def lab(course: Path, home: Path) -> Iterator[Started]:
    """The course, open."""
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
    with lab.connection() as connection:
        info, _ = connection.ask("kernel_info_request")
        where, random = connection.run(
            "import os, random\nprint(os.getcwd())\nprint(random.__file__)"
        ).splitlines()
    assert info["language_info"]["version"] == "3"
    assert where == str(lab.course / "chapters")
    assert random == __import__("random").__file__


def test_ctrl_c_ends_it_and_its_kernels_without_a_traceback(lab: Started) -> None:
    with lab.connection() as connection:
        connection.run("1")  # It is ready, and goes on when nobody listens.
    children = psutil.Process(lab.process.pid).children(recursive=True)
    assert any("checker.notebook.kernel" in child.cmdline() for child in children)
    code, said = lab.end()
    assert code == 0
    assert "Traceback" not in said
    assert said.endswith("JupyterLab has ended.\n")
    assert not [child for child in children if child.is_running()]
    assert not list((lab.course / ".unblocked/jupyter/runtime").glob("*.json"))


def test_the_server_waits_for_a_pong_longer_than_between_two_pings(tmp_path: Path) -> None:
    """Else its first look, which comes before the first ping, cuts every connection."""

    class Handler(WebSocketMixin):
        settings = server_config(tmp_path)["ServerApp"].get("tornado_settings", {})

    assert Handler().ping_timeout >= 2 * Handler().ping_interval > 0


@pytest.fixture
def frequent_pings(course: Path) -> None:
    """The settings of the course, and a ping every 50 ms."""
    config = course / ".unblocked/jupyter/config/jupyter_server_config.py"
    config.parent.mkdir(parents=True)
    config.write_text('c.ServerApp.tornado_settings = {"ws_ping_interval": 50}\n')


@pytest.mark.usefixtures("frequent_pings")
def test_a_connection_that_answers_its_pings_is_kept(lab: Started) -> None:
    with lab.connection() as connection:
        for number in range(3):
            before = connection.pings
            while connection.pings < before + 3:
                connection.hold(0.05)
            assert connection.run(f"print({number})") == f"{number}\n"


def test_nothing_is_said_about_the_servers_own_defaults_for_pings(lab: Started) -> None:
    with lab.connection() as connection:
        assert connection.run("print(1)") == "1\n"
    _, said = lab.end()
    assert "ping" not in said


@pytest.mark.long
def test_a_connection_is_kept_for_longer_than_the_server_waits_for_pongs(lab: Started) -> None:
    with lab.connection() as connection:
        assert connection.run("print(0)") == "0\n"
        for second in (30, 60):
            connection.hold(30.5)
            assert connection.run(f"print({second})") == f"{second}\n"
        connection.hold(100 - 61)
        assert connection.run("print(100)") == "100\n"
        assert connection.pings >= 2
