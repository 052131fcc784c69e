"""The picture: well-formed, safe, small, the same everywhere, and true to the trace."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from checker.timeline import svg
from checker.timeline.colours import LOOKS
from checker.trace import Trace
from tests.timeline import samples
from tests.timeline.samples import LOOP, Maker

SVG = "{http://www.w3.org/2000/svg}"


def parsed(trace: Trace, width: int = 880) -> ElementTree.Element:
    """The picture of a trace as elements."""
    return ElementTree.fromstring(svg(trace, width=width))


def drawn(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The elements that are seen at once, and not only on hover, nor as a texture."""
    for child in root:
        if child.tag != SVG + "defs" and child.get("visibility") != "hidden":
            yield from child.iter()


def words(root: ElementTree.Element) -> list[str]:
    """Every text that is seen at once."""
    return [node.text or "" for node in drawn(root) if node.tag == SVG + "text"]


def tips(root: ElementTree.Element) -> list[list[str]]:
    """What the picture says where it is pointed at."""
    groups = (group for group in root.iter(SVG + "g") if group.get("class") == "h")
    return [[span.text or "" for span in group.iter(SVG + "tspan")] for group in groups]


def bars(root: ElementTree.Element, state: str) -> int:
    """How many bars of a state are drawn, without the one in the legend."""
    texture = re.compile(rf"url\(#\w+-{state}\)")
    return sum(
        node.tag == SVG + "rect"
        and (node.get("class") == state or bool(texture.match(node.get("fill") or "")))
        for node in drawn(root)
    ) - any(LOOKS[state].words == text for text in words(root))


@pytest.mark.parametrize("width", [100, 320, 700, 1200])
@pytest.mark.parametrize("name", samples.ALL)
def test_every_picture_is_well_formed_and_accessible(name: str, width: int) -> None:
    root = parsed(samples.ALL[name](), width)
    assert root.get("role") == "img"
    ids = {node.get("id"): node for node in root.iter() if node.get("id")}
    labelled = [ids[name] for name in (root.get("aria-labelledby") or "").split()]
    assert [node.tag for node in labelled] == [SVG + "title", SVG + "desc"]
    assert all(node.text for node in labelled)


@pytest.mark.parametrize("name", samples.ALL)
def test_every_reference_is_to_an_id_of_the_same_picture(name: str) -> None:
    text = svg(samples.ALL[name]())
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_pictures_of_other_runs_have_other_ids() -> None:
    first = {re.findall(r' id="([^"]+)"', svg(make()))[0] for make in samples.ALL.values()}
    assert len(first) == len(samples.ALL)


def test_a_text_of_the_program_cannot_break_out() -> None:
    root = parsed(samples.hostile())
    harmless = parsed(samples.cancelled())
    assert {node.tag for node in root.iter()} == {node.tag for node in harmless.iter()}
    assert not any(key.startswith("on") for node in root.iter() for key in node.attrib)
    assert "<script>alert(1)</script>" in words(root)


def test_an_over_long_name_is_clipped_and_is_whole_where_it_is_pointed_at() -> None:
    make = Maker()
    name = "a-task-with-a-name-" + "that-goes-on-" * 20 + "1"
    make.ran(make.lane(name), 0, "waiting", "asyncio.sleep")
    root = parsed(make.trace(1))
    assert name not in words(root)
    assert any("a-task-with" in text and "…" in text for text in words(root))
    assert any(name in "".join(lines) for lines in tips(root))


def test_blocking_is_drawn_on_the_loop_and_on_the_task_with_its_name() -> None:
    root = parsed(samples.blocking(), 1200)
    assert bars(root, "blocking") == 20
    assert bars(root, "starved") == 9
    assert words(root).count("time.sleep(2)") == 10
    assert ["handler-3: blocking for 2.0 s", "4.0 s to 6.0 s", "time.sleep(2) at app.py:7"] in tips(
        root
    )


def test_who_points_at_a_starved_task_learns_who_held_the_loop() -> None:
    assert [
        "handler-3: starved for 4.0 s",
        "0.0 s to 4.0 s",
        "the loop was held by handler-1 in time.sleep(2) and 1 more",
    ] in tips(parsed(samples.blocking()))


def test_the_legend_names_the_states_that_occur_and_no_other() -> None:
    shown = words(parsed(samples.semaphore()))
    for state in LOOKS:
        assert (LOOKS[state].words in shown) == (state in ("waiting", "queued"))


def test_the_end_of_the_run_is_written_out() -> None:
    assert "3.0 s" in words(parsed(samples.sleeps()))
    assert "stuck at 10 ms" in words(parsed(samples.stuck()))
    assert "raised at 1.5 s" in words(parsed(samples.cancelled()))
    assert "spinning after 1,000 steps" in words(parsed(samples.spinning()))


def test_a_stuck_lane_goes_on_behind_the_end_with_what_it_waits_for() -> None:
    root = parsed(samples.stuck())
    assert "for ever" in words(root)
    assert words(root).count("Lock.acquire") == 2
    assert "for ever" not in words(parsed(samples.sleeps()))


def test_of_many_stuck_tasks_their_number_is_shown() -> None:
    make = Maker()
    make.lane("main")
    for n in range(60):
        make.ran(make.lane(f"job-{n}"), n * 0.01, "queued", "pool.acquire")
    assert "60 left" in words(parsed(make.trace(1, "stuck")))


def test_a_row_of_many_says_how_many_and_how_many_at_once() -> None:
    root = parsed(samples.arrivals())
    assert "request-1…300 ×300" in words(root)
    assert "at most 90 at once" in words(root)
    assert any("15 waiting" in lines for lines in tips(root))


def test_a_run_counted_by_steps_says_so() -> None:
    assert "The clock did not move: the axis counts steps." in words(parsed(samples.round_robin()))


def test_an_empty_trace_has_a_picture_that_says_so() -> None:
    assert "Nothing ran." in words(parsed(samples.empty()))


@pytest.mark.parametrize("name", sorted(set(samples.ALL) - {"hostile"}))
def test_nothing_is_drawn_outside_of_the_picture_and_no_tip_is_cut(name: str) -> None:
    root = parsed(samples.ALL[name](), 700)
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    moved = {id(node) for group in root.iter() if group.get("transform") for node in group.iter()}
    for rect in root.iter(SVG + "rect"):
        if id(rect) not in moved and rect.get("x"):
            x, y, w, h = (float(rect.get(key) or 0) for key in ("x", "y", "width", "height"))
            assert 0 <= x <= x + w <= width
            assert 0 <= y <= y + h <= height


def test_colours_stand_in_attributes_too_for_sites_that_strip_styles() -> None:
    root = parsed(samples.blocking())
    for node in drawn(root):
        if node.tag in (SVG + "rect", SVG + "text", SVG + "path"):
            owner = [node.get("fill"), node.get("stroke")]
            assert any(owner) or node.tag == SVG + "text"
    fills = {node.get("fill") for node in drawn(root)}
    assert LOOKS["blocking"].fill.light in fills


def test_tips_are_hidden_by_an_attribute_and_not_by_the_style_sheet_alone() -> None:
    root = parsed(samples.blocking())
    hidden = [group for group in root if group.get("visibility") == "hidden"]
    assert len(hidden) == 1
    assert len(list(hidden[0].iter(SVG + "g"))) > 20
    assert root[-1] is hidden[0]


def test_a_long_trace_makes_a_small_picture() -> None:
    make = Maker()
    lanes = [make.lane(f"{name}", by=LOOP) for name in "abcdefghij"]
    for n in range(20_000):
        make.ran(lanes[n * 7 % 10], n * 0.001, "waiting", "reader.read", lasted=0.0004)
    assert len(svg(make.trace(20))) < 250_000


PROGRAM = """
import hashlib
from checker.timeline import describe, mimebundle, svg, table
from tests.timeline import samples
text = "".join(
    svg(trace) + table(trace) + describe(trace) + str(mimebundle(trace, "x"))
    for trace in (make() for make in samples.ALL.values())
)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_bytes_are_the_same_under_every_hash_seed() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, ["", *sys.path]))},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(found) == 1
