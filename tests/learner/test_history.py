"""What is kept of a learner's past."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from checker.engine.verdict import Verdict
from checker.learner.history import History


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "history.sqlite3"


def test_a_new_history_is_empty(file: Path) -> None:
    history = History(file)
    assert history.all("a/b") == []
    assert history.outcomes() == {}
    assert history.latest("a/b", 2) == []
    assert history.agreed("a/b") == ""
    assert history.hints("a/b") == 0
    assert not history.saw_solution("a/b")
    assert history.predictions() == []


def test_a_text_and_its_verdict_come_back_as_they_were(file: Path) -> None:
    verdict = Verdict("a/b", "failed", 3, 10, [], printed="\x00<b>")
    number = History(file).keep("a/b", "# \udce9 ü\n", "checked", verdict)
    (kept,) = History(file).all("a/b")
    assert (kept.number, kept.source, kept.outcome) == (number, "# \udce9 ü\n", "failed")
    assert History(file).latest("a/b", 2) == [verdict.to_json()]


def test_a_guess_counts_until_it_was_compared(file: Path) -> None:
    history = History(file)
    history.predict("ten", "How long?", "20", "sure")
    history.predict("ten", "How long?", "2", "sure")
    history.compare("ten", "20", hit=False)
    history.predict("ten", "How long?", "20", "sure")
    (prediction,) = history.predictions()
    assert (prediction.guess, prediction.actual, prediction.hit) == ("2", "20", False)


def test_sure_and_wrong_comes_first(file: Path) -> None:
    history = History(file)
    for name, confidence, hit in (("a", "", True), ("b", "", False), ("c", "sure", False)):
        history.predict(name, "?", "1", confidence)
        history.compare(name, "2", hit)
    history.predict("d", "?", "1", "sure")
    assert [prediction.name for prediction in history.predictions()] == ["c", "b", "d", "a"]


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"this is no database" * 100)
    History(file).keep("a/b", "x", "checked")
    assert [kept.source for kept in History(file).all("a/b")] == ["x"]
    assert file.with_suffix(".broken-1").read_bytes().startswith(b"this is no database")


def _write_many(file: Path, who: int, count: int) -> None:
    history = History(file)
    for number in range(count):
        history.keep("a/b", f"{who} {number}", "checked")


def test_a_notebook_and_a_terminal_may_write_at_once(file: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(file, who, 25)) for who in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    sources = [kept.source for kept in History(file).all("a/b")]
    assert len(sources) == 75
    for who in range(3):
        mine = [source for source in sources if source.startswith(f"{who} ")]
        assert mine == [f"{who} {number}" for number in range(25)]
