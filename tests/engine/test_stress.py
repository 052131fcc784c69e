"""A short run of what `python -m tests.engine.stress` does at length."""

from tests.engine import stress


def test_the_same_attempt_gets_the_same_verdict_each_time_on_a_busy_machine() -> None:
    with stress.busy_machine():
        assert stress.failures(repeats=5) == []
