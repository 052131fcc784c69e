"""What runs in the process of a Dask worker: a crew of one, and the chunks that it is given.

The crew is a process of its own, with the checks and a zygote; attempts are in its jail. So a Dask
worker does nothing but hand on bytes, and its threads go on answering the scheduler meanwhile.

Invariant: one chunk is graded at a time, however many threads the worker has; and no crew outlives
the worker, for a crew ends when the other end of its socket is gone.
It refuses to grade where this installation is not the one that the batch began with.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from checker.catalog import load
from checker.classroom.grading.crew import Crew, CrewFailed
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.task import Task
from checker.classroom.grading.worker import course_folder
from checker.engine.verdict import Verdict

_IDLE_S = 600.0  # after which a crew whose batch nobody ended makes room for another

# What a worker is: its host, and a hash for each thing that decides verdicts.
Found = dict[str, Any]


def essence(settings: Settings) -> Settings:
    """What decides verdicts: all that a worker needs to know, and nothing of the teacher's disk."""
    return replace(
        settings,
        title="",
        course="",
        late="",
        due="",
        formats=(),
        canvas_template="",
        moodle_worksheet="",
    )


def exercises_of(settings: Settings) -> dict[str, str]:
    """A hash of each exercise's stub and points, as they are on this machine."""
    folder = course_folder(settings) / "exercises"
    catalog = load(folder)
    found = {}
    for exercise in map(catalog.find, settings.exercises):
        stub = (folder / exercise.path).read_bytes()
        found[exercise.id] = sha256(b"%d " % exercise.points + stub).hexdigest()
    return found


class _Post:
    """One batch's crew in this process."""

    def __init__(self, settings: Settings) -> None:
        self.lock = threading.Lock()
        self.used_s = time.monotonic()
        self._settings = settings
        self._crew: Crew | None = None
        self._found: Found = {}
        self._ended = False

    def begin(self) -> Found:
        """Start the crew, unless it is there. The lock is the caller's."""
        if self._crew is None:
            exercises = exercises_of(self._settings)
            self._crew = Crew(self._settings, 1).__enter__()
            self._found = {**self._crew.ready._asdict(), "exercises": exercises}
        self.used_s = time.monotonic()
        return self._found

    def grade(self, tasks: Iterable[Task]) -> list[tuple[Task, Verdict]]:
        """Grade these; fewer if it is ended meanwhile. The lock is the caller's."""
        assert self._crew is not None
        done = []
        try:
            for each in self._crew.run(iter(tasks)):
                done.append(each)
                if self._ended:
                    break
        except BaseException:
            self._close()
            raise
        if self._ended:
            self._close()
        self.used_s = time.monotonic()
        return done

    def end(self) -> None:
        """Close the crew; one that is at work closes when it comes to it. It never waits."""
        self._ended = True
        if self.lock.acquire(blocking=False):
            try:
                self._close()
            finally:
                self.lock.release()

    def _close(self) -> None:
        if self._crew is not None:
            self._crew.close()
            self._crew = None


_POSTS: dict[str, _Post] = {}
_LOCK = threading.Lock()


def _post(text: str) -> _Post:
    with _LOCK:
        if not _POSTS:
            atexit.register(_end_all)
        key = sha256(text.encode()).hexdigest()
        if key not in _POSTS:
            _end_idle()
            _POSTS[key] = _Post(Settings.from_json(text))
        return _POSTS[key]


def _end_idle() -> None:
    # Whoever began them was killed before it could end them.
    now = time.monotonic()
    for key, post in list(_POSTS.items()):
        if now - post.used_s > _IDLE_S and not post.lock.locked():
            _POSTS.pop(key).end()


def _end_all() -> None:
    with _LOCK:
        while _POSTS:
            _POSTS.popitem()[1].end()


async def begin(settings: str) -> bytes:
    """Start a crew, and say what it grades with. In a thread: the worker's loop goes on."""
    return await asyncio.to_thread(_begin, settings)


def _begin(settings: str) -> bytes:
    post = _post(settings)
    with post.lock:
        return _answer(_try_to_begin(post))


def _try_to_begin(post: _Post) -> dict[str, Any]:
    try:
        return {"found": post.begin()}
    except CrewFailed as error:
        return {"failed": str(error)}
    except Exception as error:
        # Another version of the course, perhaps, without these exercises.
        return {"failed": f"{type(error).__name__}: {error}"}


def grade(settings: str, expected: Found, chunk: Sequence[tuple[str, str, bytes]]) -> bytes:
    """Grade a chunk, on a worker that may have joined a moment ago.

    What goes wrong is told in words: an exception would have to be pickled, and not all can be.
    """
    post = _post(settings)
    with post.lock:
        head = _try_to_begin(post)
        if head.get("found") != expected:
            return _answer(head)
        began = time.monotonic()
        try:
            done = post.grade(Task(*each) for each in chunk)
        except Exception as error:
            return _answer({"failed": f"{type(error).__name__}: {error}"})
    keys = [task.key for task, _ in done]
    took_s = time.monotonic() - began
    return _answer({"keys": keys, "took_s": took_s}, [verdict for _, verdict in done])


def _answer(head: dict[str, Any], verdicts: Sequence[Verdict] = ()) -> bytes:
    """A line of JSON, and one for each verdict."""
    first = json.dumps({"host": socket.gethostname(), **head})
    return "\n".join([first, *(verdict.to_json() for verdict in verdicts)]).encode()


async def end(settings: str) -> None:
    """The batch is over."""
    with _LOCK:
        post = _POSTS.pop(sha256(settings.encode()).hexdigest(), None)
    if post is not None:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(post.end)
