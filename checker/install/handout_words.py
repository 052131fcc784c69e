"""The texts that are written for a hand-out: its README, and a chapter.toml for what is in it.

Invariant: what `chapter_toml` writes is read back as the same chapter.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence

from checker.catalog import Chapter, Exercise

_README = """\
# Unblocked, as handed out

A course on concurrency in Python web services. You need Python 3.11 or newer, and a terminal in
this folder.

## Begin

```
pip install "./{wheel}[course]"
unblocked lab
```

The first installs the course from the wheel in this folder. Never install it by its name alone: on
a package index, `unblocked` is another project. The second opens the chapters in JupyterLab.
If one of them does not work, `unblocked doctor` says what is missing.

## Without JupyterLab

```
unblocked                      what is next
unblocked list                 the exercises, and how far you are
unblocked start {first}
unblocked check {first}
unblocked hint {first}
```

`start` puts a task into `work/`, where you write; `check` says how your code behaves. Nothing
overwrites what is in `work/`, and `unblocked history` has every version that was checked.

## What is handed out

{exercises}
{notes}
Hand in what your teacher asks for: the folder `work/`, or the notebooks in `chapters/`.
"""


def readme(
    wheel: str,
    chapters: Sequence[Chapter],
    left_out: Sequence[str],
    needs_left_out: Mapping[str, Sequence[str]],
) -> str:
    """How a learner begins, what there is, and what is not."""
    lines: list[str] = []
    for chapter in chapters:
        lines += [_wrapped(f"**{chapter.slug[:2]} {chapter.title}.** {chapter.claim}"), ""]
        for exercise in chapter.exercises:
            lines.append(_line(exercise, needs_left_out.get(exercise.id, ())))
        lines.append("")
    notes = (
        "There are no solutions in here. The wheel has the checks in it, since your computer runs "
        "them, so a student who wants to can read them. A chapter may mention exercises and "
        "chapters that are not here"
    )
    named = f": {', '.join(left_out)}" if left_out else ""
    return _README.format(
        wheel=wheel,
        first=chapters[0].exercises[0].id,
        exercises="\n".join(lines),
        notes=_wrapped(f"{notes}{named}. Leave those out.") + "\n",
    )


def chapter_toml(chapter: Chapter) -> str:
    """A chapter.toml that says what this chapter is."""
    lines = [f"title = {_text(chapter.title)}", f"claim = {_text(chapter.claim)}"]
    for exercise in chapter.exercises:
        lines += [
            "",
            f"[exercises.{exercise.name}]",
            f"title = {_text(exercise.title)}",
            f"points = {exercise.points}",
            f"minutes = {exercise.minutes}",
            f"needs = {_texts(exercise.needs)}",
            f"out_of_scope = {_texts(exercise.out_of_scope)}",
            *([f"guards = {_texts(exercise.guards)}"] if exercise.guards else []),
            "hints = [",
            *(f"  {_text(hint)}," for hint in exercise.hints),
            "]",
        ]
    return "\n".join(lines) + "\n"


def _line(exercise: Exercise, needs: Sequence[str]) -> str:
    size = f"{exercise.points} points, {exercise.minutes} minutes"
    more = f"; it builds on {', '.join(needs)}, not handed out here" if needs else ""
    return _wrapped(f"- `{exercise.id}`: {exercise.title}, {size}{more}", "  ")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _text(text: str) -> str:
    # JSON's escapes are TOML's, which wants one more character escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: Sequence[str]) -> str:
    return f"[{', '.join(_text(text) for text in texts)}]"
