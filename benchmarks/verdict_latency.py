"""How long a learner waits from Shift+Enter to the verdict on the screen, in JupyterLab.

Why: a learner who waits for a verdict thinks of something else. Bars: 250 ms at the median over all
exercises, and 1 s at most.

A real server, a real browser, and the real chapters. Each exercise gets its solution and one wrong
answer, since a failing verdict brings a picture. The first run of each warms up. Before each run
the text changes in a comment, so the file is written every time, and the learner pauses to think.
The clock runs from the browser's own time of the key to the first frame that has the verdict.
All times are on the wall, which is what a learner feels: run it on a machine with nothing else to
do. Needs `playwright` and Chromium, as `make test-browser` does.

    python -m benchmarks verdict_latency
    UNBLOCKED_EXERCISES=blocking,tasks/bridge python -m benchmarks verdict_latency
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import nbformat

from benchmarks.children import ROOT
from benchmarks.harness import Figure, Report
from checker.catalog import Exercise, load
from checker.gate.folders import Folders
from tests.browser.lab import Lab, Page, browser, copy_of_the_course, driver

MEDIAN_MS, MOST_MS = 250.0, 1000.0
REPEATS = 3
PAUSE_MS = 700  # A learner looks at a verdict, and types, before the next run.

# Times in the page are milliseconds since the epoch, as those in the kernel are.
WATCH = """
() => {
  const now = () => performance.timeOrigin + performance.now();
  const seen = window.seenOfVerdict = {};
  const header = data => {
    // Jupyter's protocol v1: the number of offsets, the offsets, then the parts.
    const view = new DataView(data);
    const at = n => Number(view.getBigUint64(8 * (n + 1), true));
    return JSON.parse(new TextDecoder().decode(data.slice(at(1), at(2))));
  };
  const note = (data, time) => {
    if (seen.pressed === undefined || !(data instanceof ArrayBuffer)) return;
    const {msg_type, date} = header(data);
    (seen[msg_type] ??= []).push([Date.parse(date), time]);
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (data instanceof ArrayBuffer) note(data, now());
    return send.call(this, data);
  };
  const Original = WebSocket;
  window.WebSocket = class extends Original {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', event => note(event.data, now()));
    }
  };
  document.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !event.shiftKey) return;
    for (const name of Object.keys(seen)) delete seen[name];
    seen.pressed = performance.timeOrigin + event.timeStamp;
  }, true);
  const isVerdict = node => node.nodeType === 1
    && (node.matches('.ubv') || node.querySelector('.ubv'));
  new MutationObserver(changes => {
    if (seen.pressed === undefined || seen.inserted) return;
    if (!changes.some(change => [...change.addedNodes].some(isVerdict))) return;
    seen.inserted = now();
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { seen.painted = now(); };
      channel.port2.postMessage(0);
    });
  }).observe(document, {childList: true, subtree: true});
}
"""

# Runs in the kernel, and writes what each part of a check took there.
PROBE = """
import json
from pathlib import Path
from time import perf_counter
from checker.notebook import session as _module
_here, _took = _module.session(), {{}}
def _timed(owner, name, key):
    call = getattr(owner, name)
    def timed(*args, **kwargs):
        began = perf_counter()
        try:
            result = call(*args, **kwargs)
        finally:
            _took[key] = 1000 * (perf_counter() - began)
        if key == "asked":
            _took["fork"] = 1000 * result.real_s
        if key == "shown":
            Path({file!r}).write_text(json.dumps(_took))
        return result
    setattr(owner, name, timed)
_timed(_here.desk, "meet", "met")
_timed(_here.client, "check", "asked")
_timed(_here, "_shown", "drawn")
_timed(_module, "show", "shown")
"""


class Run(NamedTuple):
    """One run of a cell: milliseconds, by stage."""

    painted: float
    stages: dict[str, float]


def measure() -> Report:
    """Milliseconds per verdict."""
    folders = Folders(ROOT)
    found: dict[str, list[Run]] = {}
    with _pages() as new_page:
        for chapter in load(folders.exercises).chapters:
            exercises = [each for each in chapter.exercises if _asked_for(each)]
            if exercises:
                page = new_page()
                found |= _chapter(page, f"chapters/{chapter.slug}.ipynb", exercises, folders)
                page.page.close()
    return _report(found)


def _asked_for(exercise: Exercise) -> bool:
    names = os.environ.get("UNBLOCKED_EXERCISES", "")
    return not names or any(exercise.id.startswith(name) for name in names.split(","))


@contextmanager
def _pages() -> Iterator[Callable[[], Page]]:
    """Opens pages in a browser, of a server on a copy of the course."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        (course := Path(place) / "course").mkdir()
        lab = Lab(copy_of_the_course(course))
        try:
            with driver() as started, browser(started, Path(place) / "profile") as context:
                context.add_init_script(f"({WATCH})()")

                def new_page() -> Page:
                    return Page(context.new_page(), lab, Path(place), "light")

                yield new_page
        finally:
            lab.close()


def _chapter(
    page: Page, path: str, exercises: list[Exercise], folders: Folders
) -> dict[str, list[Run]]:
    """Each exercise of a chapter, where the chapter has it."""
    notebook = nbformat.read(page.lab.course / path, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    page.open(path)
    file = page.lab.course / "took.json"
    page.type(0, code[0] + PROBE.format(file=str(file)))
    page.run(0)
    found = {}
    for exercise in exercises:
        number = code.index(f'start("{exercise.id}")')
        page.start(number, exercise.id)
        answers = {"right": folders.solution(exercise), "wrong": folders.wrong(exercise)[0]}
        for name, answer in answers.items():
            program = folders.whole(answer).decode()
            text = f"%%exercise {exercise.id}\n{program}"
            runs = [_run(page, number, f"{text}# {n}", file) for n in range(1 + REPEATS)][1:]
            found[f"{exercise.id} {name}"] = runs
            took = " ".join(f"{run.painted:.0f}" for run in runs)
            print(f"{exercise.id} {name}: {took}", file=sys.stderr, flush=True)
    return found


def _run(page: Page, number: int, text: str, file: Path) -> Run:
    """Type a text into a cell, run it, and wait until its verdict is on the screen."""
    page.type(number, text)
    page.page.wait_for_timeout(PAUSE_MS)
    page.page.keyboard.press("Shift+Enter")
    page.page.wait_for_function("() => window.seenOfVerdict.painted")
    # The reply comes after the verdict, and the next cell must not be run before.
    page.page.wait_for_function("() => window.seenOfVerdict.execute_reply")
    seen = page.page.evaluate("() => window.seenOfVerdict")
    took = json.loads(file.read_text())
    _, sent = seen["execute_request"][0]
    begun, _ = seen["execute_input"][0]
    published, arrived = seen["display_data"][0]
    stages = {
        "browser, key to request": sent - seen["pressed"],
        "server and kernel, request to cell": begun - sent,
        "kernel, reads cell and file": took["met"],
        "helper, around the fork": took["asked"] - took["fork"],
        "fork and checks": took["fork"],
        "kernel, draws the verdict": took["drawn"],
        "server, verdict to browser": arrived - published,
        "browser, verdict to document": seen["inserted"] - arrived,
        "browser, document to screen": seen["painted"] - seen["inserted"],
    }
    painted = seen["painted"] - seen["pressed"]
    known = took["met"] + took["asked"] + took["drawn"]
    stages["kernel, all else"] = published - begun - known
    return Run(painted, stages)


def _report(found: dict[str, list[Run]]) -> Report:
    runs = [run for each in found.values() for run in each]
    medians = {name: median(run.painted for run in each) for name, each in found.items()}
    figures = [
        Figure("median over all exercises", median(medians.values()), "ms", MEDIAN_MS),
        Figure("the longest run", max(run.painted for run in runs), "ms", MOST_MS),
    ]
    for stage in runs[0].stages:
        figures.append(Figure(stage, median(run.stages[stage] for run in runs), "ms"))
    notes = [
        f"{name:44} {took:6.0f} ms   longest {max(run.painted for run in found[name]):6.0f} ms"
        for name, took in sorted(medians.items(), key=lambda each: each[1])
    ]
    return Report("verdict_latency", figures, notes)
