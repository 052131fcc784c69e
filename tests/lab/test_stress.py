"""A short run of what `python -m tests.lab.stress` does at length."""

from tests.lab import stress


def test_programs_with_threads_do_the_same_each_time_on_a_busy_machine() -> None:
    with stress.busy_machine():
        assert stress.failures(repeats=5) == []
