"""`unblocked check`: what was written, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import _desk

if TYPE_CHECKING:
    from checker.engine.engine import Engine
    from checker.engine.verdict import Verdict
    from checker.learner.desk import Desk


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Exercises or chapters; without one, all that were begun.",
            autocompletion=_desk.ids,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One verdict a line, as JSON.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Draw inputs and latencies from this.")] = 0,
) -> None:
    """Check exercises. Ends with 0 if all passed, 1 if one failed, 3 if nothing was written yet,
    4 if the checker itself failed.
    """
    at = _desk.desk()
    if names:
        chosen = _desk.exercises(at, names)
    else:
        chosen = [each for each in at.catalog.exercises if at.work(each).is_file()]
    if not chosen:
        _desk.refuse("Nothing was begun yet. Next: `unblocked` says where to start.", 3)
    from checker.engine.engine import engine

    def use(engine: Engine) -> list[Verdict]:
        return [
            _shown(at, verdict, as_json)
            for verdict in at.check_all(chosen, lambda job: engine.check(job._replace(seed=seed)))
        ]

    raise typer.Exit(code_for(engine(chosen, use, at.checks)))


def _shown(at: Desk, verdict: Verdict, as_json: bool) -> Verdict:
    if as_json:
        typer.echo(verdict.to_json())
        return verdict
    from checker.cli._show import console, show

    exercise = at.catalog.find(verdict.exercise)
    to = console()
    show(verdict, at.work(exercise).relative_to(at.root).as_posix(), to)
    if at.same_again(exercise, verdict):
        to.print("  The same checks fail as last time. Which event do you expect to differ?")
    if verdict.outcome == "failed" and at.history.hints(exercise.id) < len(exercise.hints):
        to.print(f"  [dim]A hint: unblocked hint {exercise.id}[/]")
    if verdict.outcome == "not_attempted":
        work = at.work(exercise)
        begun = work.is_file()
        path = work.relative_to(at.root).as_posix()
        next = f"Next: write {path}" if begun else f"To begin: unblocked start {exercise.id}"
        to.print(f"  [dim]{next}[/]")
    return verdict


def code_for(verdicts: list[Verdict]) -> int:
    """The exit code: the worst of what happened."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if "checker_error" in outcomes:
        return _desk.OUR_FAULT
    if outcomes & {"failed", "skipped"}:
        return _desk.FAILED
    return _desk.NOT_ATTEMPTED if "not_attempted" in outcomes else 0
