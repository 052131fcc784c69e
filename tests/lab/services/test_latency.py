import math
import random
import re
import subprocess
import sys
from typing import Any, cast

import pytest

from checker.lab.services import Upstream, choice, exponential, lognormal, uniform
from checker.lab.services.calls import Call
from checker.lab.services.latency import Delay, stream


def draws(distribution, count=10_000):
    rng = random.Random(1)
    return sorted(distribution.draw(rng) for _ in range(count))


def ns(latency, number=1, seed=0):
    return Delay(latency, "latency").ns(
        Call(number, "key"), stream(seed, "name", "latency", number)
    )


def test_a_number_holds_for_all_calls():
    assert [ns(0.1, number) for number in (1, 2, 50)] == [100_000_000] * 3


def test_a_list_is_by_call_and_its_last_number_repeats():
    assert [ns([1.0, 0.5], number) for number in (1, 2, 3, 9)] == [
        1_000_000_000,
        500_000_000,
        500_000_000,
        500_000_000,
    ]


def test_a_function_gets_the_call():
    assert ns(lambda call: call.number / 10, 3) == 300_000_000


def test_a_function_may_choose_a_distribution():
    assert ns(lambda call: uniform(2, 2)) == 2_000_000_000


def test_infinity_means_never():
    assert ns(math.inf) is None


def test_uniform_lies_between_its_ends_and_fills_them():
    seen = draws(uniform(0.2, 0.4))
    assert 0.2 <= seen[0] < 0.201
    assert 0.399 < seen[-1] <= 0.4


def test_exponential_has_its_mean():
    seen = draws(exponential(0.5))
    assert sum(seen) / len(seen) == pytest.approx(0.5, rel=0.03)
    assert seen[0] >= 0


def test_lognormal_has_its_median_and_its_99th_percentile():
    seen = draws(lognormal(0.1, 1.0), 100_000)
    assert seen[50_000] == pytest.approx(0.1, rel=0.02)
    assert seen[99_000] == pytest.approx(1.0, rel=0.05)


def test_lognormal_without_spread_is_its_median():
    assert draws(lognormal(0.1, 0.1), 3) == [0.1, 0.1, 0.1]


def test_choice_follows_its_weights():
    seen = draws(choice([0.1, 5.0], [99, 1]))
    assert set(seen) == {0.1, 5.0}
    assert seen.count(5.0) == pytest.approx(100, rel=0.3)


def test_draws_are_whole_microseconds():
    assert all(draw == round(draw, 6) for draw in draws(exponential(0.5), 100))


def test_a_draw_depends_on_seed_name_purpose_and_number_alone():
    first = [stream(7, "users", "latency", number)().random() for number in (1, 2, 3)]
    backwards = [stream(7, "users", "latency", number)().random() for number in (3, 2, 1)]
    assert first == backwards[::-1]
    others = [
        stream(8, "users", "latency", 1)().random(),
        stream(7, "shards", "latency", 1)().random(),
        stream(7, "users", "fail", 1)().random(),
        stream(7, "users", "latency", 2)().random(),
    ]
    assert first[0] not in others
    assert len(set(others)) == 4


def test_draws_are_the_same_in_another_process_with_another_hash_seed():
    code = (
        "from checker.lab.services.latency import stream, lognormal\n"
        "print([lognormal(.1, 1).draw(stream(3, 'users', 'latency', n)()) for n in range(5)])"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    here = [lognormal(0.1, 1).draw(stream(3, "users", "latency", n)()) for n in range(5)]
    assert printed == [f"{here}\n"] * 2


def test_a_distribution_says_what_it_is():
    assert repr(choice([0.1, 5.0], [99, 1])) == "choice([0.1, 5.0], [99, 1])"
    assert repr(lognormal(0.1, 1)) == "lognormal(0.1, 1)"


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda: Upstream(-1), ValueError, "latency is -1; a length of time is 0 or more seconds"),
        (lambda: Upstream(math.nan), ValueError, "latency is nan"),
        (
            lambda: Upstream(cast("Any", "0.1")),
            TypeError,
            "latency is '0.1', which is a str; give a number",
        ),
        (lambda: Upstream(True), TypeError, "latency is True, which is a bool"),
        (lambda: Upstream([]), ValueError, "latency is an empty list"),
        (lambda: Upstream([0.1, -2]), ValueError, "latency of call 2 is -2"),
        (lambda: Upstream(drip=math.inf), ValueError, "drip is infinite"),
        (lambda: uniform(2, 1), ValueError, "uniform(2, 1): the lower end comes first"),
        (lambda: exponential(-1), ValueError, "exponential: mean is -1"),
        (lambda: exponential(math.inf), ValueError, "exponential: mean is infinite"),
        (lambda: lognormal(1, 0.1), ValueError, "needs 0 < median <= p99"),
        (lambda: choice([]), ValueError, "there is nothing to choose from"),
        (lambda: choice([1, 2], [1]), ValueError, "2 values, but 1 weights"),
        (lambda: ns(lambda call: -1, 4), ValueError, "latency of call 4 is -1"),
        (lambda: ns(lambda call: None, 4), TypeError, "latency of call 4 is None"),
    ],
)
def test_what_is_no_latency_is_refused_in_words(wrong, error, words):
    with pytest.raises(error, match=re.escape(words)):
        wrong()
