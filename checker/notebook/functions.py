"""The functions that a learner calls in a chapter: start, check, hint, reset, history, progress.

Without an id they mean the exercise at hand: see `Session.at_hand`.
Invariant: a call that cannot be answered is met with one line that says what to do; nothing that
the learner wrote is replaced without being kept, nor without being asked for.
"""

from __future__ import annotations

from datetime import datetime

from checker.catalog import Exercise
from checker.learner.history import Kept
from checker.notebook.errors import CourseError
from checker.notebook.magic import become_exercise
from checker.notebook.session import Session, session
from checker.notebook.shell import Shown, show
from checker.notebook.texts import task_of
from checker.show.style import box
from checker.show.texts import paragraphs, plain, prose, safe

_MARKS = {"passed": "✔", "failed": "✘", "begun": "…", "new": "○"}
_LATEST = 20


def start(id: str = "") -> None:
    """Turn this cell into the exercise: the task, and below it your work so far."""
    here = session()
    exercise = here.at_hand(id, to_begin=True)
    text = here.desk.start(exercise)
    show(_task(here, exercise))
    become_exercise(here, exercise, text)


def check(id: str = "") -> None:
    """Check the file of an exercise, as it was saved last."""
    here = session()
    here.check(here.at_hand(id))


def hint(id: str = "") -> None:
    """The hints so far, and one more."""
    here = session()
    exercise = here.at_hand(id)
    hints = here.desk.hint(exercise)
    left = len(exercise.hints) - len(hints)
    title = f"Hint {len(hints)} of {len(exercise.hints)}: {exercise.title}"
    more = f'`hint("{exercise.id}")` shows the next one.' if left else "There are no more hints."
    items = "".join(f"<li>{prose(text)}</li>" for text in hints)
    html = f"<h4>{safe(title)}</h4><ol>{items}</ol><p>{prose(more)}</p>"
    lines = [f"{number}. {text}" for number, text in enumerate(hints, 1)]
    show(Shown(box(html), "\n\n".join([title, *lines, more])))


def reset(id: str = "", yes: bool = False) -> None:
    """Begin again from what was handed out. Without `yes=True` it only says what it would do."""
    here = session()
    exercise = here.at_hand(id)
    file = here.file(exercise)
    if not yes:
        _say(
            f"Reset {exercise.title}?",
            f"{file} would become what was handed out again. Your text would be kept, and "
            f'`history("{exercise.id}")` would list it. Nothing has happened yet: '
            f'`reset("{exercise.id}", yes=True)` does it.',
        )
        return
    number = here.desk.reset(exercise)
    kept = (
        f'Your text is kept: `history("{exercise.id}", restore={number})` brings it back.'
        if number
        else "There was nothing of yours in it."
    )
    _say(f"{exercise.title} begins again", f"{file} is what was handed out. {kept}")
    become_exercise(here, exercise, here.desk.start(exercise))


def history(id: str = "", restore: int | None = None) -> None:
    """Everything that was checked or replaced; `restore=number` brings one of it back."""
    here = session()
    exercise = here.at_hand(id)
    if restore is not None:
        try:
            kept = here.desk.restore(exercise, restore)
        except LookupError as error:
            text = str(error)
            raise CourseError(text[:1].upper() + text[1:] + ".") from None
        file = here.file(exercise)
        _say(
            f"{exercise.title}: number {kept.number} is back",
            f"{file} and this cell have it. What was there before is kept, too.",
        )
        become_exercise(here, exercise, here.desk.start(exercise))
        return
    show(_list(exercise, here.desk.history.all(exercise.id)))


def progress() -> None:
    """How far you are; and first of all, where you were sure and it came otherwise."""
    here = session()
    show(Shown(box(_progress_html(here), rich=True), _progress_words(here)))


def _say(title: str, text: str) -> None:
    show(Shown(box(f"<h4>{safe(title)}</h4><p>{prose(text)}</p>"), f"{title}\n\n{text}"))


def _task(here: Session, exercise: Exercise) -> Shown:
    """What is to be done. The same for everyone, so that a chapter's outputs are, too."""
    title, text = task_of(here.desk.stub(exercise).read_text(encoding="utf-8"))
    title = title or exercise.title
    size = f"about {exercise.minutes} minutes, {exercise.points} points"
    how = (
        "Write in the cell, then run it: it is saved and checked each time. Or "
        '<a href="{link}">open the file</a> in an editor, save it, and run '
        "<code>check({id})</code>."
    ).format(link=safe(here.link(exercise)), id=safe(f'"{exercise.id}"'))
    html = f"<h4>{safe(title)} <small>{size}</small></h4>{paragraphs(text)}<p>{how}</p>"
    words = f"{title} ({exercise.id}: {size})\n\n{plain(text)}"
    return Shown(box(html), words)


def _list(exercise: Exercise, every: list[Kept]) -> Shown:
    if not every:
        text = f"Nothing is kept of {exercise.title} yet. Each check keeps what it has checked."
        return Shown(box(f"<p>{safe(text)}</p>"), text)
    title = f"{exercise.title}: what is kept"
    rows = []
    for kept in every[-_LATEST:][::-1]:
        # Real times: a learner looks for what was there before lunch.
        at = datetime.fromtimestamp(kept.at).strftime("%Y-%m-%d %H:%M")
        rows.append((kept.number, at, kept.outcome or kept.why, kept.source))
    how = f'`history("{exercise.id}", restore=NUMBER)` brings one of them back.'
    html = "".join(
        f"<details><summary>{number} · {at} · {safe(what)}</summary>"
        f'<pre class="code">{safe(source)}</pre></details>'
        for number, at, what, source in rows
    )
    words = "\n".join(f"{number:>5}  {at}  {what}" for number, at, what, _ in rows)
    page = f"<h4>{safe(title)}</h4>{html}<p>{prose(how)}</p>"
    return Shown(box(page, rich=True), f"{title}\n{words}\n\n{how}")


def _surprises(here: Session) -> list[str]:
    return [
        f"{plain(each.question)} You said {plain(each.guess)}"
        f"{', and were sure' if each.confidence == 'sure' else ''}; it was {plain(each.actual)}."
        for each in here.desk.history.predictions()
        if each.hit is False
    ]


def _progress_html(here: Session) -> str:
    surprises = "".join(f"<li>{prose(text)}</li>" for text in _surprises(here))
    parts = [f"<h4>It came otherwise</h4><ul>{surprises}</ul>"] if surprises else []
    standings = {each.exercise.id: each for each in here.desk.standings()}
    for chapter in here.desk.catalog.chapters:
        rows = "".join(
            f"<tr><td>{_MARKS[standings[each.id].state]}</td><td>{safe(each.title)}</td>"
            f"<td><code>{safe(each.id)}</code></td><td>{each.points} points</td></tr>"
            for each in chapter.exercises
        )
        parts.append(f"<h4>{safe(chapter.title)}</h4><table>{rows}</table>")
    return "".join([*parts, f"<p>{prose(_total(here))}</p>"])


def _progress_words(here: Session) -> str:
    lines = [*_surprises(here), ""] if _surprises(here) else []
    standings = {each.exercise.id: each for each in here.desk.standings()}
    for chapter in here.desk.catalog.chapters:
        lines.append(chapter.title)
        for each in chapter.exercises:
            mark = _MARKS[standings[each.id].state]
            lines.append(f"  {mark} {each.title} ({each.id}), {each.points} points")
    return "\n".join([*lines, "", _total(here)])


def _total(here: Session) -> str:
    standings = here.desk.standings()
    passed = [each.exercise.points for each in standings if each.state == "passed"]
    every = sum(each.exercise.points for each in standings)
    following = here.desk.next()
    then = f' Next: `start("{following.id}")`.' if following else ""
    return f"{len(passed)} of {len(standings)} exercises, {sum(passed)} of {every} points.{then}"
