"""What `unblocked` alone says: how far the learner is, and what is next."""

from __future__ import annotations

from checker.cli._desk import desk
from checker.cli._show import console


def say_what_is_next() -> None:
    """One exercise, and the two commands that lead on from it."""
    at, to = desk(), console()
    standings = at.standings()
    done = sum(each.state == "passed" for each in standings)
    to.print(f"{done} of {len(standings)} exercises passed.")
    following = at.next()
    if following is None:
        has_solutions = any(at.reference(each.exercise).is_file() for each in standings)
        more = " `unblocked solution ID` shows another way for each." if has_solutions else ""
        to.print(f"All of them.{more}")
        return
    to.print(f"Next: [bold]{following.id}[/], {following.title}, {following.minutes} minutes.")
    work = at.work(following).relative_to(at.root).as_posix()
    if at.work(following).is_file():
        to.print(f"  edit   {work}\n  check  unblocked check {following.id}")
    else:
        to.print(f"  start  unblocked start {following.id}\n  or     unblocked lab")
