"""What `unblocked grade` shows: a bar while it works, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from checker.cli._changes import counted

if TYPE_CHECKING:
    from checker.classroom.grading.batch import Round
    from checker.classroom.grading.papers import Papers
    from checker.classroom.grading.results import Change
    from checker.engine.verdict import Verdict


class Bar:
    """A bar with rate and time left, where there is a terminal; counts in any case."""

    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task = bar, task
        self.counts: Counter[str] = Counter()

    def found(self, shape: str, students: int) -> None:
        words = f"Reading {students} submissions ({shape})"
        self._bar.update(self._task, description=words, refresh=True)

    def grading(self, total: int, known: int) -> None:
        self._bar.reset(self._task, total=total, description="Grading", counts="")

    def graded(self, verdict: Verdict) -> None:
        self.counts[verdict.outcome] += 1
        counts = ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in self.counts.items())
        self._bar.update(self._task, advance=1, counts=counts)

    def ask(self, question: str) -> bool:
        """The answer of somebody who sits there; no, where nobody does."""
        import sys

        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        self._bar.stop()
        try:
            return typer.confirm(question, err=True)
        finally:
            self._bar.start()

    def writing(self) -> None:
        self._bar.update(self._task, description="Writing", refresh=True)


@contextmanager
def progress(shown: bool) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )
    with bar:
        yield Bar(bar, bar.add_task("Starting the workers", total=None, counts=""))


_MOST_NAMES = 20


def say(done: Round, counts: Counter[str], papers: Papers, out: Path, *, as_json: bool) -> None:
    import json

    from checker.classroom.grading.results import changes
    from checker.classroom.grading.store import Store

    with Store(out, new=False) as store:
        changed = changes(store)
        names = {each.student: each.name for each in store.students()}
    if as_json:
        summary = {
            **{name: value for name, value in done._asdict().items() if name != "findings"},
            "outcomes": dict(sorted(counts.items())),
            "findings": [finding._asdict() for finding in done.findings],
            "changes": [change._asdict() for change in changed],
            "files": [str(path) for path in papers.files if path.parent.name != "feedback"],
            "moved": [str(path) for path in papers.moved],
            "problems": papers.problems,
            "withheld": papers.withheld,
            "not_graded": papers.not_graded,
            "standing": papers.standing,
        }
        typer.echo(json.dumps(summary))
        return
    typer.echo(f"{done.shape}: {counted(done.students, 'student')}")
    words = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in sorted(counts.items()))
    before = f"; {done.known} were graded before" if done.known else ""
    typer.echo(f"{counted(done.graded, 'work')} graded{f': {words}' if words else ''}{before}")
    for finding in done.findings:
        typer.echo(f"{finding.where}: {finding.words}")
    for line in (*_about_checks(done), *_about_changes(changed), *_about_files(papers, out)):
        typer.echo(line)
    for line in (*_about_students(done, names), *_about_failures(papers, names)):
        typer.echo(line)


def _about_checks(done: Round) -> Iterator[str]:
    if done.nobodys and done.graded + done.known:
        yield (
            f"Nobody handed in {counted(len(done.nobodys), 'exercise')}. Points are out of all; "
            "`--only` names those that you gave."
        )
    if done.untried:
        yield (
            f"The hidden checks of {', '.join(done.untried)} were tried on no right answer, since "
            "there is none in this installation. Where one raises an error of its own, the work "
            "counts as not graded."
        )


def _about_changes(changed: list[Change]) -> Iterator[str]:
    if changed:
        gained = sum(change.after > change.before for change in changed)
        lost = sum(change.after < change.before for change in changed)
        points = (
            f"{gained} gained points, {lost} lost some" if gained or lost else "no points changed"
        )
        yield f"Since the last round: {points}: changes.csv"


def _about_files(papers: Papers, out: Path) -> Iterator[str]:
    pages = sum(path.parent.name == "feedback" for path in papers.files)
    names = [str(path.relative_to(out)) for path in papers.files if path.parent == out]
    yield f"In {out}: {', '.join(names)}, feedback/ ({counted(pages, 'page')})"
    if papers.moved:
        moved = [path.relative_to(out).as_posix() for path in papers.moved]
        yield f"Of an earlier round, and now in {out / 'replaced'}: {_list(moved)}"


def _about_students(done: Round, names: dict[str, str]) -> Iterator[str]:
    """Who has no points for a reason that is not in their work."""

    def who(students: list[str]) -> str:
        return _list([_called(student, names.get(student, "")) for student in students])

    if done.gone:
        yield (
            f"Not in these submissions, but in an earlier round: {who(done.gone)}. "
            "Their results are kept, and come back with their files."
        )
    if done.absent:
        yield f"{counted(len(done.absent), 'student')} handed in nothing: {who(done.absent)}"
    if done.others:
        yield (
            f"{counted(len(done.others), 'student')} handed in other exercises, and none of those "
            f"that are graded: {who(done.others)}"
        )
    if done.timeless:
        yield (
            f"When {counted(len(done.timeless), 'student')} handed in is not recorded, so nothing "
            f"is taken off: {who(done.timeless)}"
        )
    if done.unclear:
        yield (
            f"{counted(len(done.unclear), 'file')} may be one of several exercises, and nobody's "
            f"points depend on a guess: {_list(done.unclear)}\n"
            "Next: name the exercise with --only CHAPTER/NAME, or put the file into a folder "
            "NN_slug."
        )
    if done.unread:
        yield (
            f"{_have(done.unread)} nothing that could be read: {who(done.unread)}\n"
            "Next: their pages in feedback/ name each file that was refused, and why."
        )


def _about_failures(papers: Papers, names: dict[str, str]) -> Iterator[str]:
    def which(works: list[tuple[str, str]]) -> str:
        return _list([f"{_called(who, names.get(who, ''))}: {what}" for who, what in works])

    yield from papers.problems
    if papers.standing:
        works = counted(len(papers.standing), "work")
        yield (
            f"The checker failed on {works} whose points from before stand: "
            f"{which(papers.standing)}"
        )
    if papers.not_graded:
        yield f"Not graded, since the checker failed: {which(papers.not_graded)}"
        yield (
            "Next: teacher.html says what it said. Run the same command again, or give points with "
            "`unblocked override`."
        )
    if papers.withheld:
        yield (
            "No gradebook was written, since it would lack these works; --allow-ungraded writes "
            "them with these works left blank."
        )


def _called(student: str, name: str) -> str:
    """A student by name, and by the key where that is another one."""
    return f"{name} ({student})" if name and name != student else student


def _have(students: list[str]) -> str:
    return f"{len(students)} students have" if len(students) != 1 else "1 student has"


def _list(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
