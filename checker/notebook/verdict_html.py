"""A verdict as HTML: each check to be opened and closed, those that failed open, with a timeline.

Invariant: every text of the learner's is escaped and has no commands to a terminal in it; nothing
needs a script; without its style sheet it can still be read.
"""

from __future__ import annotations

from checker.engine.verdict import CheckResult, Outcome, Verdict
from checker.notebook.shell import Shown
from checker.notebook.style import box
from checker.notebook.texts import prose, safe
from checker.notebook.verdict_words import (
    MARKS,
    Scene,
    after,
    aside,
    called,
    headline,
    printed_title,
    where,
    words,
)

_LONGEST_PICTURE = 400_000
_COLOURS: dict[Outcome, str] = {"passed": "good", "failed": "bad", "checker_error": "bad"}


def shown(verdict: Verdict, scene: Scene) -> Shown:
    """What a notebook displays."""
    return Shown(page(verdict, scene), words(verdict, scene))


def page(verdict: Verdict, scene: Scene) -> str:
    """The verdict."""
    parts = [
        f"<h4>{_mark(verdict.outcome)} {safe(scene.exercise.title)}"
        f" <small>{safe(headline(verdict))}</small></h4>"
    ]
    parts += [f'<p class="note">{prose(scene.note)}</p>'] if scene.note else []
    parts += [f"<p>{prose(said)}</p>"] if (said := aside(verdict)) else []
    pictured = False
    for check in verdict.checks:
        parts.append(_check(check, scene, open_picture=not pictured))
        pictured = pictured or (check.outcome == "failed" and bool(check.trace))
    if verdict.printed:
        opened = " open" if verdict.outcome == "checker_error" else ""
        parts.append(
            f"<details{opened}><summary>{printed_title(verdict)}</summary>"
            f"<pre>{safe(verdict.printed.rstrip())}</pre></details>"
        )
    parts += [f"<p>{prose(sentence)}</p>" for sentence in after(verdict, scene)]
    return box("".join(parts), _COLOURS.get(verdict.outcome, ""), rich=True)


def _mark(outcome: Outcome) -> str:
    return f'<span class="mark {_COLOURS.get(outcome, "")}">{MARKS[outcome]}</span>'


def _check(check: CheckResult, scene: Scene, open_picture: bool) -> str:
    title = f"{_mark(check.outcome)} {prose(check.title)}"
    if check.outcome in ("not_attempted", "skipped"):
        why = f" <small>{prose(check.got)}</small>" if check.got else ""
        return f'<p class="row">{title}{why}</p>'
    bad = check.outcome != "passed"
    rows = "".join(
        f'<div class="part"><b>{name}</b><div>{text}</div></div>'
        for name, text in _rows(check, scene)
    )
    picture = timeline(check.trace, open_picture) if bad else ""
    opened = " open" if bad else ""
    return f"<details{opened}><summary>{title}</summary>{rows}{picture}</details>"


def _rows(check: CheckResult, scene: Scene) -> list[tuple[str, str]]:
    """The parts of a check's result, those that are there."""
    rows = []
    if calls := called(check):
        rows.append(("Did", f"<pre>{safe(calls)}</pre>"))
    if check.outcome == "passed":
        return [*rows, ("Took", f"{check.virtual_s:g} s on the clock")]
    rows.append(("Expected", prose(check.expected or check.title)))
    if check.got:
        rows.append(("Got", f"<pre>{safe(check.got)}</pre>"))
    if check.where is not None:
        place = check.where
        link = f'<a href="{safe(scene.link)}#line={place.line - 1}">open line {place.line}</a>'
        rows.append(
            (
                "Where",
                f'{safe(where(place, scene))} · {link}<pre class="code">{safe(place.text)}</pre>',
            )
        )
    if check.next:
        rows.append(("Next", f'<div class="next">{prose(check.next)}</div>'))
    return rows


def timeline(trace: str, opened: bool, summary: str = "Timeline of this run") -> str:
    """The run as a picture, or in words where pictures are stripped."""
    drawn = picture(trace)
    if not drawn:
        return ""
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>{drawn}</details>"


def picture(trace: str) -> str:
    """The picture itself, or nothing where there is none or it would be too large to keep."""
    if not trace:
        return ""
    from checker.timeline import mimebundle
    from checker.trace import Trace

    try:
        html = mimebundle(Trace.load(trace))["text/html"]
    except ValueError:  # of another version of the course
        return ""
    return html if len(html) <= _LONGEST_PICTURE else ""
