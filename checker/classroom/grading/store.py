"""What was read and what was found, in one SQLite file of the results folder.

Invariant: a verdict is in the file before anybody hears of it, and a kill at any moment leaves a
file that can be gone on with. Points that a teacher gave by hand stand in a table of their own:
no verdict ever replaces them. The last verdict that the checker stood by is kept for each work, so
that a later failure of the checker takes no points away.

What it took in real time is kept apart too, so that all else is the same in every run.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from checker.classroom.graded import Override
from checker.classroom.intake import Finding, Submission
from checker.engine.verdict import Verdict

NAME = "results.sqlite3"
_VERSION = 2
_WAIT_S = 20.0

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE students (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, ids TEXT NOT NULL, findings TEXT NOT NULL,
    submitted TEXT NOT NULL, late INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE attempts (digest TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE works (
    student TEXT NOT NULL, exercise TEXT NOT NULL, digest TEXT NOT NULL, place TEXT NOT NULL,
    key TEXT NOT NULL, PRIMARY KEY (student, exercise)
) WITHOUT ROWID;
CREATE TABLE verdicts (
    key TEXT PRIMARY KEY, outcome TEXT NOT NULL, points INTEGER NOT NULL, verdict BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE timings (key TEXT PRIMARY KEY, real_s REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE earlier (
    student TEXT NOT NULL, exercise TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (student, exercise)
) WITHOUT ROWID;
CREATE TABLE overrides (
    student TEXT NOT NULL, exercise TEXT NOT NULL, points REAL NOT NULL, reason TEXT NOT NULL,
    by TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (student, exercise, at)
) WITHOUT ROWID;
"""
# What the second version added. A file of the first one gets it when it is opened.
_SECOND = """
ALTER TABLE students ADD COLUMN due TEXT NOT NULL DEFAULT '';
ALTER TABLE overrides ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
CREATE TABLE standing (
    student TEXT NOT NULL, exercise TEXT NOT NULL, key TEXT NOT NULL, submitted TEXT NOT NULL,
    late INTEGER NOT NULL, due TEXT NOT NULL, PRIMARY KEY (student, exercise)
) WITHOUT ROWID;
CREATE TABLE tried (key TEXT PRIMARY KEY, verdict BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO standing
    SELECT earlier.student, exercise, earlier.key, submitted, late, '' FROM earlier
    JOIN verdicts ON verdicts.key = earlier.key JOIN students ON students.key = earlier.student
    WHERE outcome != 'checker_error';
"""
_SETTLE = """
INSERT OR REPLACE INTO standing
    SELECT works.student, works.exercise, works.key, submitted, late, due FROM works
    JOIN verdicts ON verdicts.key = works.key JOIN students ON students.key = works.student
    WHERE outcome != 'checker_error'
"""


class NoResults(LookupError):
    """There are no results in that folder, or they are of another version. It says what to do."""

    def __str__(self) -> str:
        return str(self.args[0])


class Work(NamedTuple):
    """One work of one student, and the key of its verdict."""

    student: str
    exercise: str
    digest: str
    place: str
    key: str


class Standing(NamedTuple):
    """The last verdict on a work that the checker stood by, and when that work was handed in."""

    key: str
    submitted: datetime | None
    late: bool
    due: datetime | None


class Store:
    """The results of one batch. One process writes; others may read meanwhile."""

    def __init__(self, folder: Path, *, new: bool = True) -> None:
        self.file = folder / NAME
        if not new and not self.file.is_file():
            raise NoResults(
                f"There are no results in {folder}.\nNext: `unblocked grade` makes them."
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoResults(
                f"{folder} cannot be a folder for results: {error.strerror}.\nNext: name another."
            ) from None
        self._db = sqlite3.connect(self.file, timeout=_WAIT_S, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise NoResults(
                f"{self.file} cannot be read as results: {error}.\n"
                "Next: grade into another folder, or move that file away."
            ) from None

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        # A verdict that a power cut takes is made again; what a teacher typed is not: see below.
        self._db.execute("PRAGMA synchronous=NORMAL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._db.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} {_SECOND} PRAGMA user_version={_VERSION}; COMMIT;"
            )
        elif version == 1:
            self._db.executescript(
                f"BEGIN IMMEDIATE; {_SECOND} {_SETTLE}; PRAGMA user_version={_VERSION}; COMMIT;"
            )
        elif version != _VERSION:
            self._db.close()
            raise NoResults(
                f"{self.file} has version {version}, and this program reads {_VERSION}.\n"
                "Next: grade into another folder, or use the version that made it."
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is changed within is kept, or none of it where something is raised."""
        with self._change():
            yield

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        inner = self._db.in_transaction
        begin, keep, undo = (
            ("SAVEPOINT inner", "RELEASE inner", "ROLLBACK TO inner")
            if inner
            else ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
        )
        try:
            self._db.execute(begin)
        except sqlite3.OperationalError as error:
            raise NoResults(
                f"{self.file} is being written by another program: {error}.\n"
                "Next: wait until the other `unblocked grade` is done, then run this again."
            ) from None
        try:
            yield self._db
        except BaseException:
            self._db.execute(undo)
            raise
        self._db.execute(keep)

    # About the batch.

    def meta(self, name: str) -> str:
        """A note, or ""."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set_meta(self, name: str, value: str) -> None:
        """Keep a note."""
        with self._change() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # What was handed in.

    def take_in(self, submission: Submission, keys: dict[str, str]) -> None:
        """Keep a submission, in place of an earlier one of the same student.

        keys   of the verdicts, by exercise
        """
        row = (
            submission.student,
            submission.name,
            json.dumps(submission.ids, sort_keys=True),
            json.dumps(submission.findings),
            submission.submitted.isoformat() if submission.submitted else "",
            int(submission.late),
            submission.due.isoformat() if submission.due else "",
        )
        with self._change() as db:
            db.execute("INSERT OR REPLACE INTO students VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            before = {work.exercise: work for work in self.works(submission.student)}
            db.execute("DELETE FROM works WHERE student = ?", (submission.student,))
            for exercise, work in sorted(submission.works.items()):
                digest = sha256(work.data).hexdigest()
                data = zlib.compress(work.data)
                db.execute("INSERT OR IGNORE INTO attempts VALUES (?, ?)", (digest, data))
                key = keys[exercise]
                row_of = (submission.student, exercise, digest, work.where, key)
                db.execute("INSERT INTO works VALUES (?, ?, ?, ?, ?)", row_of)
                was = before.get(exercise)
                if was is not None and was.key != key and self._is_known(was.key):
                    # Of several that were begun and not finished, the first is what counts.
                    db.execute(
                        "INSERT OR IGNORE INTO earlier VALUES (?, ?, ?)",
                        (submission.student, exercise, was.key),
                    )

    def students(self) -> list[Submission]:
        """All of them, without their works' texts."""
        rows = self._db.execute(
            "SELECT key, name, ids, findings, submitted, late, due FROM students ORDER BY key"
        )
        return [
            Submission(
                student=key,
                name=name,
                ids=json.loads(ids),
                findings=[Finding(*finding) for finding in json.loads(findings)],
                late=bool(late),
                submitted=_moment(submitted),
                due=_moment(due),
            )
            for key, name, ids, findings, submitted, late, due in rows.fetchall()
        ]

    def works(self, student: str | None = None) -> list[Work]:
        """The works of all, or of one."""
        query = "SELECT student, exercise, digest, place, key FROM works"
        if student is None:
            rows = self._db.execute(f"{query} ORDER BY student, exercise")
        else:
            rows = self._db.execute(f"{query} WHERE student = ? ORDER BY exercise", (student,))
        return [Work(*row) for row in rows.fetchall()]

    def data(self, digest: str) -> bytes:
        """The bytes of an attempt."""
        row = self._db.execute("SELECT data FROM attempts WHERE digest = ?", (digest,)).fetchone()
        return zlib.decompress(row[0])

    # Verdicts.

    def _is_known(self, key: str) -> bool:
        found = self._db.execute("SELECT 1 FROM verdicts WHERE key = ?", (key,)).fetchone()
        return found is not None

    def missing(self) -> list[Work]:
        """One work for each key that has no verdict yet; faults of ours are tried again."""
        rows = self._db.execute(
            "SELECT min(student), exercise, digest, place, works.key FROM works "
            "LEFT JOIN verdicts ON verdicts.key = works.key "
            "WHERE verdicts.key IS NULL OR verdicts.outcome = 'checker_error' "
            "GROUP BY works.key ORDER BY 1, 2"
        )
        return [Work(*row) for row in rows.fetchall()]

    def keep(self, key: str, verdict: Verdict) -> None:
        """Keep a verdict."""
        data = zlib.compress(replace(verdict, real_s=0.0).to_json().encode())
        with self._change() as db:
            db.execute(
                "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?)",
                (key, verdict.outcome, verdict.points, data),
            )
            db.execute("INSERT OR REPLACE INTO timings VALUES (?, ?)", (key, verdict.real_s))

    def verdict(self, key: str) -> Verdict | None:
        """A verdict that was kept."""
        row = self._db.execute(
            "SELECT verdict, real_s FROM verdicts LEFT JOIN timings USING (key) WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        return replace(Verdict.from_json(zlib.decompress(row[0])), real_s=row[1] or 0.0)

    # What came of hidden checks on the course's own answers.

    def keep_tried(self, key: str, verdict: Verdict) -> None:
        """Keep what an answer of the course's got; it is no student's."""
        data = zlib.compress(replace(verdict, real_s=0.0).to_json().encode())
        with self._change() as db:
            db.execute("INSERT OR REPLACE INTO tried VALUES (?, ?)", (key, data))

    def tried(self, key: str) -> Verdict | None:
        """What it got, if it was tried."""
        row = self._db.execute("SELECT verdict FROM tried WHERE key = ?", (key,)).fetchone()
        return Verdict.from_json(zlib.decompress(row[0])) if row else None

    # What stands, whatever becomes of the checker.

    def settle(self) -> None:
        """Every verdict of now that is no fault of ours stands from now on."""
        with self._change() as db:
            db.execute(_SETTLE)

    def standing(self) -> dict[tuple[str, str], Standing]:
        """What stands, by student and exercise."""
        rows = self._db.execute("SELECT student, exercise, key, submitted, late, due FROM standing")
        return {
            (student, exercise): Standing(key, _moment(submitted), bool(late), _moment(due))
            for student, exercise, key, submitted, late, due in rows.fetchall()
        }

    # What was different before.

    def earlier(self) -> dict[tuple[str, str], str]:
        """The keys of the verdicts that the last finished round gave, where they changed."""
        rows = self._db.execute("SELECT student, exercise, key FROM earlier").fetchall()
        return {(student, exercise): key for student, exercise, key in rows}

    def forget_earlier(self) -> None:
        """A new round begins."""
        self._db.execute("DELETE FROM earlier")

    # What a teacher decided.

    def override(
        self, student: str, exercise: str, override: Override, *, withdrawn: bool = False
    ) -> None:
        """Give points by hand, or take that back. All decisions are kept; the last one counts."""
        # It was typed once and by hand: on the disk before anything else happens.
        self._db.execute("PRAGMA synchronous=FULL")
        with self._change() as db:
            given = (override.points, override.reason, override.by, override.at)
            row = (student, exercise, *given, int(withdrawn))
            db.execute("INSERT OR REPLACE INTO overrides VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self._db.execute("PRAGMA synchronous=NORMAL")

    def overrides(self) -> dict[tuple[str, str], Override]:
        """The last decision on each work, where it was not taken back."""
        rows = self._db.execute(
            "SELECT student, exercise, points, reason, by, at, withdrawn FROM overrides ORDER BY at"
        ).fetchall()
        last = {
            (student, exercise): None if withdrawn else Override(points, reason, by, at)
            for student, exercise, points, reason, by, at, withdrawn in rows
        }
        return {work: override for work, override in last.items() if override is not None}

    # For comparison.

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """All but the timings, in order: two runs over the same batch have the same."""
        tables: Iterable[str] = (
            *("meta", "students", "attempts", "works", "verdicts", "earlier", "overrides"),
            "standing",
        )
        return {
            table: self._db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in tables
        }


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
