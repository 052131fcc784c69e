"""A run in two or three sentences: what a reader should know before looking closer."""

from __future__ import annotations

from collections import Counter, defaultdict

from checker.timeline.fold import Row
from checker.timeline.layout import Timeline, layout
from checker.timeline.names import clean
from checker.timeline.spans import Span
from checker.trace import Trace

_OUTCOMES = {
    "returned": "returned",
    "raised": "raised an exception",
    "stuck": "is stuck: nothing is left that could wake anyone",
    "spinning": "spins: it goes on without letting the clock move",
    "stopped": "was stopped",
}
_MOST_NAMED = 3


def describe(trace: Trace) -> str:
    """Two to four sentences: how long, of what, how long the loop was blocked, what is wrong."""
    return describe_timeline(layout(trace))


def describe_timeline(timeline: Timeline) -> str:
    """The same, of a trace that is laid out already."""
    if not any(lane.spans for lane in timeline.lanes) and not timeline.outcome:
        return "Nothing ran."
    sentences = [_run(timeline), _blocked(timeline), _endings(timeline), _left(timeline)]
    return " ".join(filter(None, sentences))


def _run(timeline: Timeline) -> str:
    counts = Counter(lane.kind for lane in timeline.lanes)
    lanes = [_count(counts["task"], "task", "tasks")]
    for kind, plural in (("thread", "threads"), ("process", "processes")):
        if counts[kind]:
            lanes.append(_count(counts[kind], kind, plural))
    outcome = _OUTCOMES.get(timeline.outcome, timeline.outcome) or "has no end"
    length = timeline.unit.lasting(timeline.length_ns, small=False)
    if timeline.unit.is_steps:
        length = f"{length}, in which the clock did not move"
    return f"A run of {length}, with {_listed(lanes)}; it {outcome}."


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many}" if number else f"no {one}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _blocked(timeline: Timeline) -> str:
    blocks = timeline.blocks
    calls = [mark for mark in timeline.lanes[0].marks if mark.what == "blocked"]
    if not blocks and not calls:
        return "" if timeline.unit.is_steps else "The loop was never blocked."
    if not blocks:
        where = f" at {clean(calls[0].at)}" if calls[0].at else ""
        more = f", and {len(calls) - 1:,} more" if len(calls) > 1 else ""
        return f"A call would block the loop: {clean(calls[0].text)}{where}{more}."
    total_ns = sum(block.end_ns - block.start_ns for block in blocks)
    share = f" ({100 * total_ns / timeline.length_ns:.0f} %)" if timeline.length_ns else ""
    total = timeline.unit.lasting(total_ns)
    by_line: defaultdict[tuple[str, str], int] = defaultdict(int)
    for block in blocks:
        by_line[block.on, block.at] += block.end_ns - block.start_ns
    (on, at), most_ns = max(by_line.items(), key=lambda item: item[1])
    where = clean(f"{on} at {at}" if at else on)
    most = "" if len(by_line) == 1 else f"{timeline.unit.lasting(most_ns)} of it "
    return f"The loop was blocked for {total}{share}, {most}by {where}."


def _endings(timeline: Timeline) -> str:
    ended = Counter(lane.ended for lane in timeline.lanes if lane.kind == "task")
    parts = []
    if ended["raised"]:
        parts.append(f"{_count(ended['raised'], 'task', 'tasks')} raised")
    if ended["cancelled"]:
        verb = "was" if ended["cancelled"] == 1 else "were"
        noun = "" if parts else " task" if ended["cancelled"] == 1 else " tasks"
        parts.append(f"{ended['cancelled']:,}{noun} {verb} cancelled")
    if died := sum(lane.ended == "died" for lane in timeline.lanes):
        parts.append(f"{_count(died, 'process', 'processes')} died")
    return f"{_listed(parts)}." if parts else ""


def _left(timeline: Timeline) -> str:
    """Which lanes were not over, and what they wait for."""
    rows = [(row, left) for row in timeline.rows if (left := _left_in(row))]
    if not rows:
        return ""
    named = []
    for row, left in rows[:_MOST_NAMED]:
        who = row.who if len(left) == row.count else f"{len(left):,} of {row.who}"
        named.append(f"{who} {'is' if len(left) == 1 else 'are'} {doing(left[0])}")
    more = sum(len(left) for _, left in rows[_MOST_NAMED:])
    head = "Stuck" if timeline.outcome == "stuck" else "Not over at the end"
    return f"{head}: {'; '.join(named)}{f'; and {more:,} more' if more else ''}."


def _left_in(row: Row) -> list[Span]:
    return [lane.left for lane in row.lanes if lane.left is not None]


_DOING = {
    "waiting": "waiting for",
    "queued": "queued for",
    "ready": "ready",
    "sleeping": "in",
    "computing": "computing in",
}


def doing(left: Span) -> str:
    """What a parked lane does: `waiting for Lock.acquire at app.py:8`."""
    what = _DOING.get(left.state, left.state)
    if not left.on:
        what = {"waiting": "waiting", "queued": "queued", "sleeping": "asleep"}.get(
            left.state, left.state
        )
    parts = [what, clean(left.on), f"at {clean(left.at)}" if left.at else ""]
    return " ".join(filter(None, parts))
