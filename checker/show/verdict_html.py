"""A verdict as HTML: each check to be opened and closed, those that failed open, with a timeline.

Invariant: every text of the learner's is escaped and has no commands to a terminal in it; nothing
needs a script; without its style sheet it can still be read.
"""

from __future__ import annotations

from checker.engine.verdict import CheckResult, Outcome, Verdict
from checker.show.style import box, framed
from checker.show.texts import prose, safe
from checker.show.verdict_words import (
    MARKS,
    Scene,
    after,
    aside,
    called,
    headline,
    printed_title,
    where,
)

_LONGEST_PICTURE = 400_000
_LONGEST_TRACE = 1_000_000
_COLOURS: dict[Outcome, str] = {"passed": "good", "failed": "bad", "checker_error": "bad"}


def page(verdict: Verdict, scene: Scene) -> str:
    """The verdict, with its style sheet."""
    return box(_inner(verdict, scene), _COLOURS.get(verdict.outcome, ""), rich=True)


def fragment(verdict: Verdict, scene: Scene) -> str:
    """The verdict, for a page that has `style.sheet(rich=True)` already."""
    return framed(_inner(verdict, scene), _COLOURS.get(verdict.outcome, ""))


def _inner(verdict: Verdict, scene: Scene) -> str:
    parts = [
        f"<h4>{_mark(verdict.outcome)} {safe(scene.title)}"
        f" <small>{safe(headline(verdict))}</small></h4>"
    ]
    parts += [f'<p class="note">{prose(scene.note)}</p>'] if scene.note else []
    parts += [f"<p>{prose(said)}</p>"] if (said := aside(verdict, scene.over)) else []
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
    return "".join(parts)


def _mark(outcome: Outcome) -> str:
    return f'<span class="mark {_COLOURS.get(outcome, "")}">{MARKS[outcome]}</span>'


def _check(check: CheckResult, scene: Scene, open_picture: bool) -> str:
    title = f"{_mark(check.outcome)} {prose(check.title)}"
    if check.outcome in ("not_attempted", "skipped"):
        why = f" <small>{prose(check.got)}</small>" if check.got else ""
        return f'<p class="row">{title}{why}</p>'
    if not (check.did or check.got or check.where or check.next or check.trace):
        return f'<p class="row">{title}</p>'
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
    if check.expected not in ("", check.title):
        rows.append(("Expected", f"<pre>{safe(check.expected)}</pre>"))
    if check.got:
        rows.append(("Got", f"<pre>{safe(check.got)}</pre>"))
    if check.where is not None:
        place = check.where
        stands = safe(where(place, scene))
        if scene.link:
            to = f"{safe(scene.link)}#line={place.line - 1}"
            stands += f' · <a href="{to}">open line {place.line}</a>'
        rows.append(("Where", f'{stands}<pre class="code">{safe(place.text)}</pre>'))
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
    """The picture itself; nothing where there is nothing to see, or it would be too large."""
    if not trace or len(trace) > _LONGEST_TRACE:
        return ""
    from checker.timeline import mimebundle
    from checker.trace import Ran, Trace

    try:
        made = Trace.load(trace)
        html = mimebundle(made)["text/html"]
    except ValueError:  # Of another version of the course, or made up.
        return ""
    steps = [event for event in made if isinstance(event, Ran)]
    if len(steps) <= 1 and not any(event.t for event in made):
        return ""  # A function was called, and that took no time: it would be a single bar.
    return html if len(html) <= _LONGEST_PICTURE else ""
