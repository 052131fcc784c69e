"""Makes a result of what happened in one check.

Runs on the fork's side: here are the exception, the attempt and the run of the lab. What it makes
is plain data, and has the four parts that a learner needs: what was done, what was expected, what
happened, and where to look; and the next step.
"""

from __future__ import annotations

import ast
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from checker.attempt import (
    Attempt,
    DidNotRaise,
    DoesNotCross,
    Line,
    NoSuchName,
    NotPython,
    Raised,
)
from checker.engine.compared import parted
from checker.engine.plugin import ATTEMPT, HIDDEN, RUN, CheckFault
from checker.engine.verdict import HIDDEN_PREFIX, CheckResult, Outcome, Place
from checker.lab.errors import LabError, Stop
from checker.lab.run import Run

LONGEST_TRACE = 300_000
_LONGEST_TEXT = 4000
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

# The advice if the check raises, most likely because the answer is of an unexpected type.
RAISED_ITSELF = (
    "The check could not work with what your code returned. Look at what the task says it "
    "returns, and in which form."
)
AT_LINE = re.compile(r"\(line (\d+) of the checks\)")


def check_id(item: pytest.Item) -> str:
    """ "at_most_limit_in_flight[3]" """
    prefix = HIDDEN_PREFIX if item.stash.get(HIDDEN, False) else ""
    return prefix + item.name.removeprefix("test_")


def title_of(item: pytest.Item) -> str:
    """What the learner reads: the first paragraph of the check's docstring."""
    text = (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip()
    return " ".join(text.split("\n\n")[0].split()) or check_id(item).replace("_", " ")


def passed(item: pytest.Item) -> CheckResult:
    """A check that passed."""
    return _result(item, "passed")


def failed(item: pytest.Item, error: BaseException, when: str) -> CheckResult:
    """A check that ended with an exception."""
    # A check's set-up and tear-down are ours; only what the attempt itself is fails there.
    if isinstance(error, CheckFault) or (when != "call" and not isinstance(error, NotPython)):
        return _result(item, "checker_error", got=_clean(f"{type(error).__name__}: {error}"))
    got, where, advice = _told(error)
    attempt, run = item.stash.get(ATTEMPT, None), item.stash.get(RUN, None)
    if advice == RAISED_ITSELF and (number := _line_within(item, error)):
        got = f"{got} (line {number} of the checks)"
    notes, seen = _noticed(run or getattr(error, "run", None), attempt)
    if isinstance(error, DoesNotCross):
        where = _not_awaited(str(error), attempt)
    got, expected = parted(got) if isinstance(error, AssertionError) else (got, "")
    if attempt is not None and attempt.crash and not isinstance(error, Raised):
        # Whatever the check found after that, it is likely to follow from it.
        said, where, first = _of_crash(*attempt.crash)
        got, advice = f"{said}\n{got}", f"{first} {advice}".strip()
    place = where or seen or _defined(attempt)
    text = "\n".join([got, *notes])
    return _result(item, "failed", text, place, advice, expected)


def forget(item: pytest.Item) -> None:
    """Release what a check held, where its process goes on."""
    forget_exception()
    if RUN in item.stash:
        del item.stash[RUN]
    if ATTEMPT in item.stash:
        del item.stash[ATTEMPT]


def forget_exception() -> None:
    """Release the last exception, which pytest keeps for debuggers, with all its frames."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)


def _result(
    item: pytest.Item,
    outcome: Outcome,
    got: str = "",
    where: Place | None = None,
    next: str = "",
    expected: str = "",
) -> CheckResult:
    attempt, run = item.stash.get(ATTEMPT, None), item.stash.get(RUN, None)
    trace = ""
    if run is not None and attempt is not None:
        trace = attempt.trace(run, failed=outcome == "failed")
    return CheckResult(
        id=check_id(item),
        title=title_of(item),
        outcome=outcome,
        did=list(attempt.did) if attempt is not None else [],
        expected=_clean(expected) or title_of(item),
        got=_clean(got),
        where=where,
        next=_clean(next),
        virtual_s=run.elapsed if run is not None else 0.0,
        trace=trace if len(trace) <= LONGEST_TRACE else "",
    )


def _clean(text: str) -> str:
    text = _ADDRESS.sub("", text).strip()
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + " …"


# What an exception says.

_Told = tuple[str, Place | None, str]


def _told(error: BaseException) -> _Told:
    """What happened, where, and the next step."""
    for kind, tell in _TELLERS:
        if isinstance(error, kind):
            return tell(error)
    return f"{type(error).__name__}: {error}", None, RAISED_ITSELF


def _line_within(item: pytest.Item, error: BaseException) -> int:
    """The line of the check's file at which `error` came up, or 0."""
    walked = traceback.walk_tb(error.__traceback__)
    lines = [number for frame, number in walked if frame.f_code.co_filename == str(item.path)]
    return lines[-1] if lines else 0


def _of_assertion(error: Any) -> _Told:
    """pytest writes the message of an assert first, and then what it saw."""
    text = str(error).replace("\n  Use -v to get more diff", "")
    message, _, seen = f"\n{text}".partition("\nassert ")
    return seen or message.strip(), None, message.strip() if seen else ""


_READ_IT = "Read the line, and what it raised; then run the check again."
_ADVICE = {
    "EOFError": "Nobody types anything while a check runs: take what you need from the arguments.",
    "KeyboardInterrupt": "A function of a service returns or raises; it does not end the process.",
    "MemoryError": "The program needed more memory than it may have: keep less at once.",
    "ModuleNotFoundError": "Look at the name of the module; the task needs none but those that "
    "come with the course.",
    "NotImplementedError": "This part is not written yet: write it.",
    "RecursionError": "A function calls itself without an end.",
    "SystemExit": "A function of a service returns or raises; it does not end the process.",
    "CancelledError": "Nobody had cancelled it: cancel only tasks that you started, and raise "
    "CancelledError only again.",
}


def _of_raised(error: Any) -> _Told:
    advice = _ADVICE.get(error.type, _READ_IT)
    if "asyncio.run() cannot be called" in error.message:
        advice = "Your code runs on a loop already: `await` what you gave to asyncio.run."
    if "LabError" in error.types:
        advice = ""  # These say themselves what to do.
    if error.type == "NameError" and (name := _module_missing(error.message)):
        advice = f"Add `import {name}` at the top of your program."
    if error.type == "TypeError" and not error.lines:
        advice = "Keep the parameters that the task gives."
    return f"your code raised {error}", _place(error.lines[-1]) if error.lines else None, advice


def _of_crash(request: str, error: Raised) -> _Told:
    """An app that let an exception out. Its client only saw the response, or none."""
    said, where, advice = _of_raised(error)
    at = f", in line {where.line}" if where else ""
    if advice == _READ_IT:
        advice = "Fix that line first: the rest may follow from it."
    return said.replace("your code raised", f"{request}: your app raised", 1) + at, where, advice


def _not_awaited(said: str, attempt: Attempt | None) -> Place | None:
    """Where the coroutine that was returned is made, if there is one such place."""
    found = re.search(r"the coroutine object of `(\w+)\(", said)
    if found is None or attempt is None:
        return None
    tree = ast.parse(attempt.source)
    awaited = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Await)}
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and id(node) not in awaited and _called(node) == found[1]
    ]
    if len(calls) != 1:
        return None
    return Place(calls[0].lineno, attempt.source.splitlines()[calls[0].lineno - 1].strip())


def _called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _module_missing(message: str) -> str:
    """The module of the standard library whose import was forgotten, or ""."""
    found = re.match(r"name '(\w+)' is not defined", message)
    return found[1] if found and found[1] in sys.stdlib_module_names else ""


def _of_name(error: Any) -> _Told:
    return str(error), None, "Keep the names that the task gives."


def _of_crossing(error: Any) -> _Told:
    return str(error), None, "Return what the task says, as plain values."


def _of_text(error: Any) -> _Told:
    place = Place(error.line, error.text) if error.line else None
    return str(error), place, "Mend that line first: Python could not read the program."


def _of_stop(error: Any) -> _Told:
    return "your code raised Stop, with which the lab ends a run", None, "Leave that to the lab."


def _of_lab(error: Any) -> _Told:
    return f"{type(error).__name__}: {error}", None, ""


_TELLERS: list[tuple[type[BaseException], Callable[[Any], _Told]]] = [
    (Raised, _of_raised),
    (NoSuchName, _of_name),
    (DoesNotCross, _of_crossing),
    (NotPython, _of_text),
    (DidNotRaise, lambda error: (str(error), None, "")),
    (AssertionError, _of_assertion),
    (LabError, _of_lab),
    (Stop, _of_stop),
]


def _place(line: Line) -> Place:
    return Place(line.line, line.text, line.function)


# What the run noticed.


def _noticed(run: Run | None, attempt: Attempt | None) -> tuple[list[str], Place | None]:
    """Sentences for the learner, and the first line of theirs that they name."""
    if run is None:
        return [], None
    notes: Counter[str] = Counter()
    places: list[Place] = []
    for each in run.blocked:
        if each.seconds > 0 and (place := _line(each.where, attempt)):
            places.append(place)
            notes[f"line {place.line} held the loop for {each.seconds:g} s: {each.what}"] += 1
    for leak in run.leaks:
        if place := _line(leak.where, attempt):
            places.append(place)
            notes[f"left behind: {leak.what} (line {place.line})"] += 1
    if isinstance(run.error, LabError):
        for found in re.findall(r"\bat (\S+:\d+)", str(run.error)):
            if place := _line(found, attempt):
                places.append(place)
    told = [note if n == 1 else f"{note} ({n} times)" for note, n in notes.items()]
    return told[:4], places[0] if places else None


def _line(where: str, attempt: Attempt | None) -> Place | None:
    """ "never_block.py:7" as a line of the attempt, or None if it is in another file."""
    name, _, number = where.rpartition(":")
    if attempt is None or not number.isdigit() or not name:
        return None
    if name != re.split(r"[/\\]", attempt.filename)[-1]:
        return None
    lines = attempt.source.splitlines()
    at = int(number)
    return Place(at, lines[at - 1].strip()) if 0 < at <= len(lines) else None


def _defined(attempt: Attempt | None) -> Place | None:
    """Where the function that was called last is defined."""
    if attempt is None or not attempt.did:
        return None
    found = re.match(r"(?:served )?(\w+)", attempt.did[-1])
    name = found[1] if found else ""
    for number, line in enumerate(attempt.source.splitlines(), 1):
        if re.match(rf"\s*(async def|def|class)\s+{name}\b", line) or re.match(
            rf"{name}\s*=", line
        ):
            return Place(number, line.strip())
    return None
