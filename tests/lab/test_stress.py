"""What `python -m tests.lab.stress` does: shortly, and at length."""

import pytest

from tests.busy import busy_machine
from tests.lab import stress


@pytest.mark.parametrize("repeats", [3, pytest.param(1000, marks=pytest.mark.long)])
def test_programs_with_threads_do_the_same_each_time_on_a_busy_machine(repeats: int) -> None:
    with busy_machine():
        assert stress.failures(repeats) == []
