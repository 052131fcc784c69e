"""Everything that a learner had checked, and every text that was about to be replaced.

Kept in `.unblocked/history.sqlite3`. The notebook and a terminal may write at once: SQLite's
write-ahead log lets them, and whoever comes second waits.

Invariant: a text is in here before anything else takes its place in a file.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from checker.engine.verdict import Outcome, Verdict
from checker.learner.files import digest

WAIT_S = 20.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    number INTEGER PRIMARY KEY,
    exercise TEXT NOT NULL,
    at REAL NOT NULL,
    why TEXT NOT NULL,
    source BLOB NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    verdict TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS attempts_of ON attempts (exercise, number);
CREATE TABLE IF NOT EXISTS agreed (exercise TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hints (exercise TEXT PRIMARY KEY, shown INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS solutions (exercise TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS predictions (
    name TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    guess TEXT NOT NULL,
    confidence TEXT NOT NULL,
    at REAL NOT NULL,
    actual TEXT NOT NULL DEFAULT '',
    hit INTEGER
);
"""


class Kept(NamedTuple):
    """A text that was kept."""

    number: int
    exercise: str
    at: float  # seconds since the epoch
    why: str  # "checked", "before reset", "file replaced by the cell", …
    source: str
    outcome: str  # of the check, or ""
    verdict: str  # its JSON, or ""


class Prediction(NamedTuple):
    """What a learner expected, and what came."""

    name: str
    question: str
    guess: str
    confidence: str
    actual: str
    hit: bool | None


def _is_ready(db: sqlite3.Connection) -> bool:
    """Make the tables, if they are not there. False if the file is no database any more."""
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        if not db.execute("PRAGMA user_version").fetchone()[0]:
            db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version=1; COMMIT;")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    return True


class History:
    """One learner's past. Opens its file for each use, so that nothing is held between two."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, timeout=WAIT_S, isolation_level=None)
        try:
            if not _is_ready(connection):
                connection.close()
                self._set_aside()
                connection = sqlite3.connect(self._file, timeout=WAIT_S, isolation_level=None)
                _is_ready(connection)
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _set_aside(self) -> None:
        """A damaged file is kept for whoever can mend it, and a new one takes its place."""
        number = 1
        while (broken := self._file.with_suffix(f".broken-{number}")).exists():
            number += 1
        self._file.rename(broken)
        for rest in ("-wal", "-shm"):
            Path(f"{self._file}{rest}").unlink(missing_ok=True)

    # Texts.

    def keep(self, exercise: str, source: str, why: str, verdict: Verdict | None = None) -> int:
        """Keep a text, with the verdict on it if there is one. Returns its number."""
        outcome = verdict.outcome if verdict else ""
        row = (
            exercise,
            time.time(),
            why,
            source.encode("utf-8", "surrogateescape"),
            digest(source),
            outcome,
            verdict.to_json() if verdict else "",
        )
        with self._open() as db:
            cursor = db.execute(
                "INSERT INTO attempts (exercise, at, why, source, digest, outcome, verdict) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            return int(cursor.lastrowid or 0)

    def all(self, exercise: str) -> list[Kept]:
        """What was kept of one exercise, the oldest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT number, exercise, at, why, source, outcome, verdict FROM attempts "
                "WHERE exercise = ? ORDER BY number",
                (exercise,),
            ).fetchall()
        return [
            Kept(number, name, at, why, source.decode("utf-8", "surrogateescape"), outcome, verdict)
            for number, name, at, why, source, outcome, verdict in rows
        ]

    def outcomes(self) -> dict[str, list[Outcome]]:
        """The outcomes of all checks, by exercise, the oldest first."""
        found: dict[str, list[Outcome]] = {}
        with self._open() as db:
            rows = db.execute(
                "SELECT exercise, outcome FROM attempts WHERE outcome != '' ORDER BY number"
            ).fetchall()
        for exercise, outcome in rows:
            found.setdefault(exercise, []).append(outcome)
        return found

    def latest(self, exercise: str, most: int) -> list[str]:
        """The last verdicts on an exercise as JSON, the newest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT verdict FROM attempts WHERE exercise = ? AND verdict != '' "
                "ORDER BY number DESC LIMIT ?",
                (exercise, most),
            ).fetchall()
        return [row[0] for row in rows]

    # What the cell and the file last agreed on.

    def agreed(self, exercise: str) -> str:
        """The digest of the text that both had, or "" if they never did."""
        return self._one("SELECT digest FROM agreed WHERE exercise = ?", exercise) or ""

    def agree(self, exercise: str, source: str) -> None:
        """Cell and file have this text now."""
        with self._open() as db:
            db.execute(
                "INSERT INTO agreed VALUES (?, ?) "
                "ON CONFLICT (exercise) DO UPDATE SET digest = excluded.digest",
                (exercise, digest(source)),
            )

    # Hints and solutions.

    def hints(self, exercise: str) -> int:
        """How many hints were shown."""
        return int(self._one("SELECT shown FROM hints WHERE exercise = ?", exercise) or 0)

    def show_hint(self, exercise: str, most: int) -> int:
        """One more; returns how many are shown now."""
        with self._open() as db:
            db.execute(
                "INSERT INTO hints VALUES (?, 1) "
                "ON CONFLICT (exercise) DO UPDATE SET shown = min(shown + 1, ?)",
                (exercise, most),
            )
            row = db.execute("SELECT shown FROM hints WHERE exercise = ?", (exercise,)).fetchone()
            return int(row[0])

    def show_solution(self, exercise: str) -> None:
        """The learner has seen the reference."""
        with self._open() as db:
            db.execute(
                "INSERT INTO solutions VALUES (?, ?) ON CONFLICT (exercise) DO NOTHING",
                (exercise, time.time()),
            )

    def saw_solution(self, exercise: str) -> bool:
        """Whether the learner has seen the reference."""
        return self._one("SELECT 1 FROM solutions WHERE exercise = ?", exercise) is not None

    # Predictions.

    def predict(self, name: str, question: str, guess: str, confidence: str) -> None:
        """Keep a guess; the first one counts until it was compared."""
        with self._open() as db:
            db.execute(
                "INSERT INTO predictions (name, question, guess, confidence, at) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "question = excluded.question, guess = excluded.guess, "
                "confidence = excluded.confidence, at = excluded.at WHERE actual = ''",
                (name, question, guess, confidence, time.time()),
            )

    def compare(self, name: str, actual: str, hit: bool) -> None:
        """Keep what came of it."""
        with self._open() as db:
            db.execute(
                "UPDATE predictions SET actual = ?, hit = ? WHERE name = ?", (actual, hit, name)
            )

    def predictions(self) -> list[Prediction]:
        """All of them; those that were sure and wrong come first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT name, question, guess, confidence, actual, hit FROM predictions "
                "ORDER BY coalesce(hit, 1), confidence != 'sure', at"
            ).fetchall()
        return [
            Prediction(name, question, guess, sure, actual, None if hit is None else bool(hit))
            for name, question, guess, sure, actual, hit in rows
        ]

    def _one(self, query: str, exercise: str) -> Any:
        with self._open() as db:
            row = db.execute(query, (exercise,)).fetchone()
        return row[0] if row else None
