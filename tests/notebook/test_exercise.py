"""An exercise in a real kernel: start, the cell, the verdict, and help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.lab.originals import monotonic
from tests.notebook.answers import BLOCKS, FILE, ID, RIGHT, SPINS, WRONG
from tests.notebook.conftest import ROOT, Learner

STUB = (ROOT / "exercises" / FILE).read_text()
STOP_S = 0.2


def test_start_turns_its_cell_into_the_exercise(learner: Learner) -> None:
    _, cell = learner.becomes(f'start("{ID}")')
    assert cell == f"%%exercise {ID}\n{STUB.rstrip()}"
    assert (learner.work / FILE).read_text() == STUB


def test_start_shows_the_task_with_a_link_to_the_file(learner: Learner) -> None:
    html, words = learner.shown(f'start("{ID}")')
    assert words.startswith(f"First check ({ID}: about 2 minutes, 5 points)\n\nSomebody asks")
    assert f'<a href="../work/{FILE}">' in html
    assert "<code>await asyncio.sleep(seconds)</code>" in html


def test_start_shows_the_same_to_everyone(learner: Learner) -> None:
    first = learner.shown(f'start("{ID}")')
    learner.exercise(ID, RIGHT)
    assert learner.shown(f'start("{ID}")') == first


def test_start_brings_the_work_so_far(learner: Learner) -> None:
    learner.exercise(ID, WRONG)
    _, cell = learner.becomes(f'start("{ID}")')
    assert cell == f"%%exercise {ID}\n{WRONG.rstrip()}"


def test_a_file_that_no_cell_can_hold_is_left_alone(learner: Learner) -> None:
    path = learner.work / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"# caf\xe9\n")
    outputs = learner.run(f'start("{ID}")')
    assert "save it as UTF-8" in outputs[-1].text
    assert path.read_bytes() == b"# caf\xe9\n"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('start("start/first_chek")', "Did you mean start/first_check?"),
        ('check("blocking/never")', "Did you mean blocking/never_block?"),
        ("%%exercise strat/first_check\npass", "Did you mean start/first_check?"),
        ("%%exercise\npass", 'such as "start/first_check"'),
        ("start(3)", 'such as "start/first_check"'),
        (f'history("{ID}", restore=7)', "there is nothing at all."),
        (f'solution("{ID}")', "is not passed yet"),
        (f'compare("{ID}")', "is not passed yet"),
    ],
)
def test_a_wrong_call_is_met_with_one_line(call: str, said: str, learner: Learner) -> None:
    line = learner.refused(call)
    assert said in line
    assert "\n" not in line


def test_the_stub_is_told_to_be_unwritten_and_is_not_kept(learner: Learner) -> None:
    _, words = learner.exercise(ID, STUB)
    assert words.startswith("○ First check: not written yet")
    assert "Nothing is kept" in learner.words(f'history("{ID}")')


def test_a_right_answer_passes_and_is_saved_and_kept(learner: Learner) -> None:
    _, words = learner.exercise(ID, RIGHT)
    assert words.startswith("✔ First check: passed, 5 of 5 points")
    assert (learner.work / FILE).read_text() == RIGHT
    assert re.search(r"\n +1  \d{4}-.* passed\n", learner.words(f'history("{ID}")'))


def test_a_wrong_answer_is_told_in_four_parts_with_the_line_in_the_cell(learner: Learner) -> None:
    html, words = learner.exercise(ID, BLOCKS)
    assert words.startswith("✘ First check: 2 of 3 checks passed, 3 of 5 points")
    assert re.search(r"did: +greet\('Ada', \d\)", words)
    assert re.search(r"expected: +0\n", words)
    assert re.search(r"got: +(\d)\.0\n", words)
    assert "where:    line 5 of the cell above (first_check.py:4)" in words
    assert "time.sleep(seconds)" in words
    assert "next:     The loop was held" in words
    assert html.count("<details open>") == 2, "the failing check and its timeline"
    assert f'<a href="../work/{FILE}#line=3">open line 4</a>' in html
    assert html.count('<svg xmlns="http://www.w3.org/2000/svg" class="ub-tl"') == 1


def test_what_a_program_prints_and_raises_is_shown_and_never_run(learner: Learner) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31mred\x1b]0;title\x07\x07"
    program = RIGHT.replace(
        "    await", f"    print({evil!r})\n    raise ValueError({evil!r})\n    await"
    )
    html, words = learner.exercise(ID, program)
    for text in (html, words):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "red" in text
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "What your program printed" in words


def test_the_same_attempt_gives_the_same_bytes(learner: Learner) -> None:
    first = learner.exercise(ID, BLOCKS)
    assert learner.exercise(ID, BLOCKS) == first


def test_an_edit_within_the_same_second_is_seen(learner: Learner) -> None:
    assert len(RIGHT) == len(WRONG)
    for _ in range(10):
        assert "passed, 5" in learner.exercise(ID, RIGHT)[1]
        assert "2 of 3 checks" in learner.exercise(ID, WRONG)[1]


def test_check_takes_what_an_editor_saved(learner: Learner) -> None:
    learner.exercise(ID, WRONG)
    (learner.work / FILE).write_text(RIGHT)
    assert "passed, 5" in learner.words(f'check("{ID}")')


def test_a_newer_file_is_checked_and_comes_into_the_cell(learner: Learner) -> None:
    learner.exercise(ID, WRONG)
    (learner.work / FILE).write_text(RIGHT)
    code = f"%%exercise {ID}\n{WRONG}"
    _, cell = learner.becomes(code)
    assert cell == f"%%exercise {ID}\n{RIGHT.rstrip()}"
    assert (learner.work / FILE).read_text() == RIGHT


def test_where_both_changed_the_cell_is_saved_and_the_file_kept(learner: Learner) -> None:
    learner.exercise(ID, WRONG)
    edited = WRONG + "# mine\n"
    (learner.work / FILE).write_text(edited)
    _, words = learner.exercise(ID, RIGHT)
    assert (learner.work / FILE).read_text() == RIGHT
    (number,) = re.findall(r"restore=(\d+)", words)
    _, cell = learner.becomes(f'history("{ID}", restore={number})')
    assert cell == f"%%exercise {ID}\n{edited.rstrip()}"
    assert (learner.work / FILE).read_text() == edited


def test_reset_asks_first_and_keeps_the_text(learner: Learner) -> None:
    learner.exercise(ID, WRONG)
    assert "Nothing has happened yet" in learner.words(f'reset("{ID}")')
    assert (learner.work / FILE).read_text() == WRONG
    _, cell = learner.becomes(f'reset("{ID}", yes=True)')
    assert cell == f"%%exercise {ID}\n{STUB.rstrip()}"
    assert (learner.work / FILE).read_text() == STUB
    learner.run(f'history("{ID}", restore=2)')
    assert (learner.work / FILE).read_text() == WRONG


def test_hints_come_one_by_one_and_end(learner: Learner) -> None:
    told = [learner.words(f'hint("{ID}")') for _ in range(4)]
    assert [text.split(":")[0] for text in told] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        "Hint 3 of 3",
    ]
    assert told[3].startswith(told[2])
    assert "There are no more hints." in told[2]


def test_two_failures_alike_ask_which_event_will_differ(learner: Learner) -> None:
    assert "which event" not in learner.exercise(ID, WRONG)[1]
    assert "which event" in learner.exercise(ID, WRONG + "# again\n")[1]


def test_after_a_pass_both_answers_and_both_timelines_are_shown(learner: Learner) -> None:
    learner.exercise(ID, RIGHT)
    html, words = learner.shown(f'compare("{ID}")')
    assert "Our answer" in words or "our answer" in words
    assert "<h5>Yours</h5>" in html
    assert "<h5>Ours</h5>" in html
    assert html.count('<svg xmlns="http://www.w3.org/2000/svg" class="ub-tl"') == 2 * 3


def test_the_solution_comes_before_a_pass_to_who_asks_for_it(learner: Learner) -> None:
    assert "async def greet" in learner.words(f'solution("{ID}", yes=True)')


def test_progress_counts_what_was_passed(learner: Learner) -> None:
    before = learner.words("progress()")
    learner.exercise(ID, RIGHT)
    after = learner.words("progress()")
    assert "○ First check" in before
    assert "✔ First check" in after
    assert f'Next: `start("{ID}")`' in before


def test_the_stop_button_ends_a_check_and_the_cells_behind_it(
    learner: Learner, tmp_path: Path
) -> None:
    learner.exercise(ID, RIGHT)
    marker = tmp_path / "spins"
    cell = learner.start(f"%%exercise {ID}\n{SPINS.format(marker=str(marker))}")
    behind = learner.start("print('behind')")
    learner.wait_until(marker.exists)
    stopped_at = monotonic()
    learner.manager.interrupt_kernel()
    learner.wait_until(lambda: behind in learner.idle_at)
    verdict, error = learner.of(cell)
    assert verdict.text.startswith("· First check: stopped")
    assert verdict.at - stopped_at < STOP_S
    assert error.content["traceback"] == ["The check was stopped."]
    assert "passed, 5" in learner.exercise(ID, RIGHT)[1]
    assert learner.printed(behind) == ""


def test_a_check_forks_no_kernel_and_leaves_its_stop_button(learner: Learner) -> None:
    learner.run("forks = []\nos.register_at_fork(before=lambda: forks.append(1))")
    learner.exercise(ID, RIGHT)
    assert learner.value("forks") == "[]"
    assert learner.value("import signal\nsignal.getsignal(signal.SIGINT).__name__") == (
        "'default_int_handler'"
    )


def test_a_check_may_come_from_another_thread(learner: Learner) -> None:
    learner.exercise(ID, RIGHT)
    code = (
        "from checker.notebook.session import session\n"
        f"here = session(); exercise = here.find('{ID}'); job = here.desk.job(exercise)\n"
        "found = []\n"
        "def look():\n"
        "    found.append(here.client.check(job).outcome)\n"
        "threads = [threading.Thread(target=look) for _ in range(4)]\n"
        "[thread.start() for thread in threads]; look()\n"
        "[thread.join() for thread in threads]\n"
        "found"
    )
    assert learner.value(code) == str(["passed"] * 5)


def test_the_extension_alone_makes_exercise_cells(learner: Learner) -> None:
    learner.run(
        "%reset_selective -f check\nget_ipython().magics_manager.magics['cell'].pop('exercise')"
    )
    assert learner.run(f"%%exercise {ID}\n{RIGHT}")[0].kind == "stream", "no such magic"
    learner.run("%load_ext checker")
    assert "passed, 5" in learner.exercise(ID, RIGHT)[1]
