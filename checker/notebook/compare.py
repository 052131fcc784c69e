"""Your answer and ours, side by side, with the timelines of both.

Invariant: our answer is shown after a pass, or to someone who says that they want it now.
"""

from __future__ import annotations

from checker.catalog import Exercise
from checker.engine.engine import Job
from checker.engine.verdict import Verdict
from checker.learner.desk import NoSolution, NotYet
from checker.notebook.errors import CourseError
from checker.notebook.session import Session, session
from checker.notebook.shell import Shown, show
from checker.notebook.texts import task_text
from checker.show.style import box
from checker.show.texts import plain, prose, safe
from checker.show.verdict_html import picture
from checker.show.verdict_words import MARKS


def solution(id: str = "", yes: bool = False) -> None:
    """Our answer beside yours: once you have passed, or with `yes=True`."""
    _show_both(session(), id, yes)


def compare(id: str = "") -> None:
    """Your answer and ours, side by side, once you have passed."""
    _show_both(session(), id, yes=False)


def _show_both(here: Session, id: str, yes: bool) -> None:
    exercise = here.at_hand(id)
    try:
        reference = here.desk.solution(exercise, yes)
    except NoSolution as error:
        raise CourseError(f'{error} `hint("{exercise.id}")` shows a hint.') from None
    except NotYet as error:
        advice = f'`solution("{exercise.id}", yes=True)` shows it all the same.'
        raise CourseError(f"{error} {advice}") from None
    path = here.desk.reference(exercise)
    ours = here.look(Job(exercise, str(path), path.read_bytes()))
    job = here.desk.job(exercise)
    yours = here.look(job)
    theirs = job.data.decode("utf-8", "replace")
    task = task_text(here.desk.stub(exercise).read_text(encoding="utf-8"))
    texts = [text.replace(task, "", 1).strip("\n") for text in (theirs, reference)]
    show(Shown(_html(exercise, texts[0], texts[1], yours, ours), _words(exercise, texts[1])))


def _words(exercise: Exercise, reference: str) -> str:
    return f"{exercise.title}: our answer\n\n{plain(reference)}"


def _html(exercise: Exercise, theirs: str, reference: str, yours: Verdict, ours: Verdict) -> str:
    both = (
        f'<div class="two"><div><h5>Yours</h5><pre class="code">{safe(theirs)}</pre></div>'
        f'<div><h5>Ours</h5><pre class="code">{safe(reference)}</pre></div></div>'
    )
    parts = [f"<h4>{safe(exercise.title)} <small>yours and ours</small></h4>", both]
    found = {check.id: check for check in yours.checks}
    opened = " open"
    for check in ours.checks:
        mine = found.get(check.id)
        left = picture(mine.trace) if mine else ""
        right = picture(check.trace)
        if not (left and right):
            continue
        mark = f'<span class="mark">{MARKS[mine.outcome]}</span>' if mine else ""
        parts.append(
            f"<details{opened}><summary>{mark} {prose(check.title)}</summary>"
            f"<h5>Yours</h5>{left}<h5>Ours</h5>{right}</details>"
        )
        opened = ""
    return box("".join(parts), rich=True)
