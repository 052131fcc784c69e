"""JupyterLab, started as `make lab` starts it, and a page of it in a browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat

from checker.notebook.kernelspec import DISPLAY_NAME, NAME

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
WIDTH, HEIGHT = 1300, 1700
MENUS = 300  # pixels, and more than what is above and below a notebook
NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook"
TAB = "#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current"
CELL = f"{NOTEBOOK} .jp-CodeCell"


def copy_of_the_course(folder: Path) -> Path:
    """A course folder as `unblocked init` makes it, with the chapters as they are built by now."""
    for name in ("chapters", "exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / ".unblocked").mkdir()
    (folder / ".unblocked" / "manifest.json").write_text('{"version": "0", "files": {}}')
    return folder


def write_notebook(path: Path, cells: list[str], outputs: list[Any] | None = None) -> None:
    """A chapter of code cells, not yet run; `outputs` go to the first of them."""
    notebook = nbformat.v4.new_notebook()
    for number, code in enumerate(cells):
        cell = nbformat.v4.new_code_cell(code)
        cell.id = f"cell-{number}"
        notebook.cells.append(cell)
    notebook.cells[0].outputs = outputs or []
    notebook.metadata["kernelspec"] = {
        "display_name": DISPLAY_NAME,
        "language": "python",
        "name": NAME,
    }
    nbformat.write(notebook, path)


@contextmanager
def driver() -> Iterator[Any]:
    """The browser's driver."""
    try:
        api: Any = import_module("playwright.sync_api")
    except ModuleNotFoundError:
        # No skip: who asked for a browser wants to know that nothing was seen in one.
        message = "The browser's driver is missing. Next: pip install playwright"
        raise RuntimeError(message) from None
    with api.sync_playwright() as started:
        yield started


@contextmanager
def browser(playwright: Any, profile: Path, theme: str = "light") -> Iterator[Any]:
    """A Chromium with a new profile."""
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme=theme,
    )
    try:
        yield context
    finally:
        context.close()


class Lab:
    """A server on a course folder."""

    def __init__(self, course: Path) -> None:
        self.course = course
        self._workspaces = 0
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "checker.cli", "lab", "--no-browser", f"--port={port}"]
        self._process = subprocess.Popen(
            command,
            cwd=course,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        # It says its address when it listens there.
        for line in self._process.stderr:
            if "token=" in line:
                break
        runtime = course / ".unblocked" / "jupyter" / "runtime"
        (info,) = runtime.glob("jpserver-*.json")
        self._info = json.loads(info.read_text())

    def address(self, path: str) -> str:
        """Where a file of the course is opened, in a workspace that nothing was opened in."""
        self._workspaces += 1
        place = f"lab/workspaces/w{self._workspaces}/tree/{path}"
        return f"{self._info['url']}{place}?token={self._info['token']}"

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_S)


class Page:
    """A browser's page, and what a learner does in it."""

    def __init__(self, page: Any, lab: Lab, pictures: Path, theme: str) -> None:
        self.page, self.lab = page, lab
        self._pictures, self._theme = pictures, theme
        page.set_default_timeout(PATIENCE_S * 1000)
        self.path = ""
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, path: str) -> None:
        """Open a notebook, and wait until all of it is drawn and its kernel is idle."""
        self.path = path
        notebook = nbformat.read(self.lab.course / path, as_version=4)
        count = sum(cell.cell_type == "code" for cell in notebook.cells)
        self.page.goto(self.lab.address(path))
        # Lab draws cells without an editor first, and all of them once more when it has read its
        # settings. Ours, unlike Lab's own, number the lines.
        script = "([lines, count]) => document.querySelectorAll(lines).length === count"
        self.page.wait_for_function(script, arg=[f"{CELL} .cm-lineNumbers", count])
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.wait_idle()

    def wait_idle(self) -> None:
        # The light beside the kernel's name is "idle" also while there is no kernel yet.
        self.page.get_by_text(f"{DISPLAY_NAME} | Idle").wait_for()

    def cell(self, number: int) -> Any:
        return self.page.locator(CELL).nth(number)

    @property
    def cells(self) -> int:
        """How many code cells there are."""
        return int(self.page.locator(CELL).count())

    def text(self, number: int) -> str:
        """The source of a cell."""
        lines = self.cell(number).locator(".cm-line").all_inner_texts()
        return "\n".join("" if line == "\n" else line for line in lines)

    def output(self, number: int) -> Any:
        return self.cell(number).locator(".jp-Cell-outputArea")

    def type(self, number: int, text: str) -> None:
        """Replace a cell's source."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def press_run(self, number: int) -> None:
        """Run a cell with the keyboard, as most do, and stay in it."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def run(self, number: int) -> None:
        """Run a cell to its end."""
        prompt = self.cell(number).locator(".jp-InputArea-prompt").element_handle()
        # A chapter that is run from its top gets the numbers that it had: make each one new.
        prompt.evaluate("prompt => { prompt.textContent = '' }")
        self.press_run(number)
        self.page.wait_for_function("it => /^\\[\\d+\\]:$/.test(it.innerText)", arg=prompt)

    def start(self, number: int, exercise: str) -> None:
        """Run a cell `start(...)`, and wait until it has become the exercise."""
        self.run(number)
        first = self.cell(number).locator(".cm-line", has_text=f"%%exercise {exercise}")
        first.wait_for()

    def saved(self, number: int) -> str:
        """The source of a cell in the notebook's file, once that is saved.

        All of it: of a long cell the page itself holds only the lines that are in view.
        """
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector(f"{TAB}:not(.jp-mod-dirty)")
        notebook = nbformat.read(self.lab.course / self.path, as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        return str(cells[number].source)

    def picture(self, name: str, number: int | None = None) -> None:
        """Leave a picture of the page, or of one cell whole."""
        path = str(self._pictures / f"{name}.{self._theme}.png")
        if number is None:
            self.page.screenshot(path=path)
            return
        # A notebook draws what is in its window, and a cell may be taller than that.
        usual = self.page.viewport_size
        tall = int(self.cell(number).bounding_box()["height"]) + MENUS
        self.page.set_viewport_size({**usual, "height": max(tall, usual["height"])})
        self.cell(number).screenshot(path=path)
        self.page.set_viewport_size(usual)

    @property
    def current_tab(self) -> str:
        """The title of what is in front."""
        return str(self.page.locator(f"{TAB} .lm-TabBar-tabLabel").inner_text())

    def wait_modified(self) -> None:
        """Wait until Lab shows the notebook as changed."""
        self.page.wait_for_selector(f"{TAB}.jp-mod-dirty")

    @property
    def is_modified(self) -> bool:
        """Whether Lab shows the notebook as changed since it was saved."""
        return bool(self.page.locator(f"{TAB}.jp-mod-dirty").count())
