import asyncio
import inspect
import math
import re

import pytest

from checker import lab
from checker.lab.services import Upstream, UpstreamError, uniform


def test_a_call_takes_its_latency_and_returns_the_reply(now):
    users = Upstream(0.1, name="users")

    async def main():
        return await users.get(7), now()

    assert lab.run(main).result == ("users/7", 0.1)


def test_it_can_be_called_like_a_function():
    users = Upstream(name="users")

    async def main():
        return await users(7), await users()

    assert lab.run(main).result == ("users/7", "users")


def test_calls_run_side_by_side_and_the_peak_is_counted(now):
    shards = Upstream(0.5)

    async def main():
        results = await asyncio.gather(*[shards.get(key) for key in range(20)])
        return results, now(), shards.calls, shards.peak, shards.in_flight, shards.completed

    results, *rest = lab.run(main).result
    assert results == [f"upstream/{key}" for key in range(20)]
    assert rest == [0.5, 20, 20, 0, 20]


def test_a_bounded_fan_out_is_measured_exactly(now):
    shards = Upstream(1.0)

    async def main():
        slots = asyncio.Semaphore(5)

        async def fetch(key):
            async with slots:
                return await shards.get(key)

        await asyncio.gather(*[fetch(key) for key in range(20)])
        return shards.peak, now()

    assert lab.run(main).result == (5, 4.0)


def test_a_call_that_begins_when_another_ends_is_not_beside_it():
    shards = Upstream(1.0)

    async def main():
        async def later():
            await asyncio.sleep(1.0)
            await shards.get("b")

        await asyncio.gather(later(), shards.get("a"))
        return shards.peak

    assert lab.run(main).result == 1


def test_a_blocking_call_holds_the_loop_and_is_seen():
    shards = Upstream(0.2)

    async def main():
        return shards.get_blocking("a")

    run = lab.run(main)
    assert run.result == "upstream/a"
    assert [blocking.seconds for blocking in run.blocked] == [0.2]
    assert run.blocked[0].where.startswith("test_upstream.py:")


def test_the_world_goes_on_while_the_loop_is_blocked():
    shards = Upstream(0.1)
    slow = Upstream(2.0, name="slow")

    async def main():
        task = asyncio.create_task(shards.get("a"))
        await asyncio.sleep(0)
        slow.get_blocking()
        seen = shards.in_flight, shards.completed
        await task
        return seen, [call.ended for call in shards.log]

    assert lab.run(main).result == ((0, 1), [0.1])


def test_without_latency_a_call_still_lets_others_run():
    shards = Upstream(0)
    order = []

    async def main():
        async def other():
            order.append("other")

        task = asyncio.create_task(other())
        order.append(await shards.get("a"))
        await task

    lab.run(main)
    assert order == ["other", "upstream/a"]


def test_the_log_tells_of_each_call():
    users = Upstream([0.2, 0.1], name="users", fail=[2])

    async def main():
        await asyncio.gather(users.get("a"), users.get("b"), return_exceptions=True)
        return users.log

    first, second = lab.run(main).result
    assert (first.number, first.key, first.started, first.ended) == (1, "a", 0.0, 0.2)
    assert (first.outcome, first.status, first.in_flight) == ("completed", 200, 1)
    assert (second.number, second.key, second.started, second.ended) == (2, "b", 0.0, 0.1)
    assert (second.outcome, second.status, second.in_flight) == ("failed", 500, 2)
    assert str(first) == "call 1 ('a') 0 to 0.2: completed"


def test_the_latency_may_depend_on_how_many_are_in_flight(now):
    shards = Upstream(lambda call: 0.1 * call.in_flight)

    async def main():
        await asyncio.gather(*[shards.get(key) for key in range(3)])
        return [call.ended for call in shards.log]

    assert lab.run(main).result == [0.1, 0.2, 0.3]


def test_drawn_latencies_are_by_call_whatever_the_order_of_answers():
    def ends(limit, seed):
        shards = Upstream(uniform(0.1, 2.0), name="shards")

        async def main():
            slots = asyncio.Semaphore(limit)

            async def fetch(key):
                async with slots:
                    await shards.get(key)

            await asyncio.gather(*[fetch(key) for key in range(10)])
            return [round(call.ended - call.started, 6) for call in shards.log]

        return lab.run(main, seed=seed).result

    assert ends(1, 4) == ends(10, 4)
    assert ends(10, 4) != ends(10, 5)


def test_its_own_seed_goes_before_that_of_the_run():
    def draw(run_seed):
        shards = Upstream(uniform(0, 1), seed=9)

        async def main():
            await shards.get()

        return lab.run(main, seed=run_seed).elapsed

    assert draw(1) == draw(2)


def test_two_services_draw_different_latencies():
    async def main(upstream):
        await upstream.get()

    a, b = (Upstream(uniform(0, 1), name=name) for name in "ab")
    assert lab.run(main, a).elapsed != lab.run(main, b).elapsed


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ({"n": 1}, {"n": 1}),
        ([1, 2], [1, 2]),
        (None, None),
        (b"raw", b"raw"),
        (lambda call: call.key * 2, 14),
        ((201, {"id": 1}, {"location": "/1"}), {"id": 1}),
        (lambda call: iter(["a", b"b", ""]), b"ab"),
    ],
)
def test_a_reply_is_what_was_given(reply, value):
    service = Upstream(reply=reply)

    async def main():
        return await service.get(7)

    assert lab.run(main).result == value


def test_a_caller_cannot_change_the_reply_of_the_next():
    service = Upstream(reply={"tags": []})

    async def main():
        (await service.get())["tags"].append("mine")
        return await service.get()

    assert lab.run(main).result == {"tags": []}


def test_the_reply_may_depend_on_the_body():
    pay = Upstream(reply=lambda call: call.body["amount"])

    async def main():
        return await pay.get("charge", {"amount": 3}), pay.log[0].body

    assert lab.run(main).result == (3, {"amount": 3})


def test_an_error_status_is_raised_with_what_came_with_it():
    service = Upstream(reply=(429, {"error": "slow down"}, {"retry-after": "2"}), name="users")

    async def main():
        await service.get("a")

    with pytest.raises(UpstreamError, match=r"upstream 'users' answered 429 to call 1") as caught:
        lab.run(main)
    assert caught.value.status == 429
    assert caught.value.body == {"error": "slow down"}
    assert caught.value.headers == {"retry-after": "2"}


@pytest.mark.parametrize(
    ("fail", "failed"),
    [
        (True, [1, 2, 3, 4]),
        ([1, 3], [1, 3]),
        (range(2, 4), [2, 3]),
        (lambda call: call.key == "k2", [2]),
        (lambda call: 503 if call.number == 4 else None, [4]),
        (503, [1, 2, 3, 4]),
        (KeyError, [1, 2, 3, 4]),
        (False, []),
        (1.0, [1, 2, 3, 4]),
        (0.0, []),
    ],
)
def test_which_calls_fail_can_be_said_in_many_ways(fail, failed):
    service = Upstream(fail=fail)

    async def main():
        keys = ["k1", "k2", "k3", "k4"]
        await asyncio.gather(*map(service.get, keys), return_exceptions=True)
        seen = [call.number for call in service.log if call.outcome == "failed"]
        assert service.failed == len(seen)
        assert service.completed == 4 - len(seen)
        return seen

    assert lab.run(main).result == failed


def test_one_in_so_many_fails_by_the_seed():
    def failed(seed):
        service = Upstream(fail=0.3)

        async def main():
            await asyncio.gather(*map(service.get, range(1000)), return_exceptions=True)
            return [call.number for call in service.log if call.outcome == "failed"]

        return lab.run(main, seed=seed).result

    assert failed(1) == failed(1)
    assert failed(1) != failed(2)
    assert len(failed(1)) == pytest.approx(300, rel=0.15)


def test_a_failure_takes_its_latency_too():
    service = Upstream(0.4, fail=True)

    async def main():
        with pytest.raises(UpstreamError):
            await service.get()

    assert lab.run(main).elapsed == 0.4


@pytest.mark.parametrize("error", [ConnectionResetError, ConnectionResetError("peer is gone")])
def test_it_can_fail_with_an_exception(error):
    service = Upstream(fail=[1, 2], error=error)

    async def main():
        errors = await asyncio.gather(service.get(), service.get(), return_exceptions=True)
        assert [type(error) for error in errors] == [ConnectionResetError] * 2
        assert errors[0] is not errors[1]
        return str(errors[0])

    assert lab.run(main).result in ("upstream failed", "peer is gone")


def test_a_hanging_call_is_never_answered(now):
    service = Upstream(hang=[1])

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await service.get("a")
        await service.get("b")
        return now(), service.cancelled, service.completed

    assert lab.run(main).result == (30.1, 1, 1)


def test_waiting_for_a_hanging_call_is_a_deadlock():
    service = Upstream(math.inf)

    async def main():
        await service.get()

    with pytest.raises(lab.Deadlock, match=re.escape("Upstream.get")):
        lab.run(main)


def test_a_dripping_reply_takes_as_long_as_its_pieces():
    service = Upstream(0.4, reply="0123456789", drip=0.4, pieces=7)

    async def main():
        await service.get()

    assert lab.run(main).elapsed == 2.8


def test_a_disconnect_in_the_middle_is_an_error_half_way():
    service = Upstream(0.1, reply="0123456789", drip=0.1, pieces=6, disconnect=True)

    async def main():
        with pytest.raises(ConnectionResetError, match="hung up in the middle"):
            await service.get()
        return service.failed

    run = lab.run(main)
    assert run.result == 1
    assert run.elapsed == 0.3


def test_a_refusal_is_no_call():
    service = Upstream(refuse=lambda time: time < 1)

    async def main():
        with pytest.raises(ConnectionRefusedError, match="upstream 'upstream' refuses"):
            await service.get()
        await asyncio.sleep(1)
        await service.get()
        return service.calls, service.connections.refused

    assert lab.run(main).result == (1, 1)


def test_counts_begin_anew_at_a_reset_and_late_ends_do_not_count():
    service = Upstream(1.0)

    async def main():
        task = asyncio.create_task(service.get("a"))
        await asyncio.sleep(0.5)
        service.reset()
        before = service.calls, service.in_flight
        await task
        await service.get("b")
        return before, service.calls, service.completed, service.in_flight, service.log[0].number

    assert lab.run(main).result == ((0, 0), 1, 1, 0, 1)


def test_an_error_in_a_check_s_own_function_reaches_the_caller_and_is_counted():
    service = Upstream(reply=lambda call: 1 / 0)

    async def main():
        with pytest.raises(ZeroDivisionError):
            await service.get()
        return service.calls, service.failed, service.in_flight

    assert lab.run(main).result == (1, 1, 0)


def test_it_shows_what_it_counted():
    service = Upstream(name="users")

    async def main():
        await service.get()

    lab.run(main)
    assert repr(service) == "<Upstream 'users': 1 call, 0 in flight, peak 1>"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"name": "user service"}, ValueError, "use letters, digits, '-', '_' and '.'"),
        ({"name": ""}, ValueError, "name=''"),
        ({"fail": 1}, TypeError, "a status lies between 400 and 599"),
        ({"fail": 1.5}, ValueError, "a probability lies between 0.0 and 1.0"),
        ({"fail": "1"}, TypeError, "give True for all calls"),
        ({"fail": [0]}, ValueError, "the first call is number 1"),
        ({"fail": ["a"]}, TypeError, "fail lists 'a'"),
        ({"error": 200}, TypeError, "give a status from 400 to 599, or an exception"),
        ({"hang": 3}, TypeError, "hang=3"),
        ({"capacity": 0}, ValueError, "capacity=0"),
        ({"pieces": 0}, ValueError, "pieces=0"),
    ],
)
def test_wrong_settings_are_refused_in_words(options, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Upstream(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reply": (1, 2, 3)}, "For a JSON array use a list"),
        ({"reply": (200, None, ["a"])}, "has the headers ['a']; give a dict"),
        ({"reply": lambda call: iter([1])}, "yields 1, a int; let it yield str or bytes"),
        ({"fail": lambda call: "yes"}, "the function returned 'yes'"),
    ],
)
def test_wrong_replies_are_refused_in_words(options, words):
    service = Upstream(**options)

    async def main():
        await service.get()

    with pytest.raises(TypeError, match=re.escape(words)):
        lab.run(main)


def test_the_class_is_documented_parameter_by_parameter():

    for parameter in list(inspect.signature(Upstream).parameters):
        if parameter not in ("name", "error", "pieces", "close_notice"):
            assert re.search(rf"^ *{parameter} ", Upstream.__doc__, re.M), parameter
