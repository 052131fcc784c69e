"""One attempt to grade, and the key under which its verdict is kept.

Invariant: whatever can change a verdict is in the key. So a verdict is made once, and is never
taken for that of another attempt, of other checks, or of other versions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from checker.catalog import Exercise
from checker.classroom.grading.settings import Settings
from checker.engine.verdict import VERSION


class Task(NamedTuple):
    """One attempt at one exercise."""

    key: str
    exercise: str
    data: bytes


def key_of(
    exercise: Exercise,
    data: bytes,
    stub: bytes,
    stamp: str,
    versions: Mapping[str, str],
    settings: Settings,
) -> str:
    """A hash of all that decides the verdict."""
    parts = [
        exercise.id,
        exercise.points,
        exercise.guards,
        sha256(data).hexdigest(),
        sha256(stub).hexdigest(),
        stamp,
        dict(sorted(versions.items())),
        settings.seed,
        settings.sandbox,
        [settings.real_s, settings.memory_bytes, settings.printed_bytes],
        VERSION,
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()
