"""Whatever an attempt does, its verdict is clear, it has not passed, and nothing is left of it."""

from __future__ import annotations

import os

import pytest

from checker.engine import orphans
from checker.engine.engine import Engine, Job, engine
from tests.engine import corpus

UNREADABLE = {
    "syntax error": (b"async def greet(name, seconds)\n    return 1\n", "SyntaxError", 1),
    "indentation": (b"async def greet(name, seconds):\nreturn 1\n", "IndentationError", 2),
    "tabs and spaces": (b"if 1:\n\tx = 1\n        y = 1\n", "TabError", 3),
    "wrong encoding": ("x = 'Grüße'\n".encode("latin-1"), "save it as UTF-8", None),
    "unknown encoding": (b"# coding: klingon\n", "save it as UTF-8", 1),
    "a NUL": (b"x = 1\ny = '\x00'\n", "the byte 0", 2),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "save it as UTF-8", None),
    "brackets without end": (b"(" * 5000, "", None),
    "too deep": (b"x = " + b"-" * 200_000 + b"1\n", "", None),
    "too long": (b"#" * 1_000_001, "1,000,000 are the most", None),
    "yield outside": (b"yield 1\n", "'yield' outside function", 1),
}


# Each part has an engine of its own, and can have a core of its own.
PARTS = 6


def test_the_corpus_is_as_large_as_it_was() -> None:
    assert len(corpus.files()) >= 100


@pytest.mark.parametrize("part", range(PARTS))
def test_each_attempt_of_the_corpus_gets_the_verdict_that_it_states(part: int) -> None:
    files = corpus.files()[part::PARTS]
    before = orphans.children()

    def use(engine: Engine) -> dict[str, list[str]]:
        return {file.stem: corpus.faults(file, corpus.check(engine, file)) for file in files}

    found = engine(corpus.exercises(), use)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert orphans.children() == before


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_text_that_is_no_program_says_what_to_mend(name: str) -> None:
    data, words, line = UNREADABLE[name]
    exercise = corpus.exercises()[0]

    def use(engine: Engine) -> None:
        verdict = engine.check(Job(exercise, f"/course/work/{exercise.path}", data))
        assert verdict.outcome == "failed"
        assert verdict.ended in ("not python", "crashed" if name == "too deep" else "not python")
        assert verdict.points == 0
        assert words in corpus.said(verdict)
        assert all(check.outcome in ("failed", "skipped") for check in verdict.checks)
        if line is not None:
            assert {check.where and check.where.line for check in verdict.checks} == {line}

    engine([exercise], use)


def test_the_engine_is_as_it_was_after_the_worst_of_them() -> None:
    files = [corpus.HOSTILE / f"{name}.py" for name in ("patches_len", "closes_all_descriptors")]
    exercise = corpus.exercises()[0]
    solution = (corpus.ROOT / "solutions" / exercise.path).read_bytes()

    def use(engine: Engine) -> None:
        def outcome() -> str:
            return engine.check(Job(exercise, "/course/work/a.py", solution)).outcome

        descriptors = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
        assert outcome() == "passed"
        for file in files:
            corpus.check(engine, file)
        assert outcome() == "passed"
        if descriptors:
            assert set(os.listdir("/proc/self/fd")) == descriptors

    engine([exercise], use)
