"""Calls, handles, exceptions, material and services across the boundary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker import lab
from checker.attempt import (
    DidNotRaise,
    DoesNotCross,
    Journal,
    Line,
    NoSuchName,
    NotPython,
    Raised,
)
from tests.attempt.conftest import Make


def run(main: Any) -> Any:
    return lab.run(main).result


def test_functions_are_called_whether_they_are_async_or_not(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        def add(one, two):
            return one + two

        async def later(seconds, *, word):
            await asyncio.sleep(seconds)
            return word, seconds

        def passed_on(seconds):
            return later(seconds, word="passed on")
        """
    )

    async def main() -> list[Any]:
        return [
            await attempt.call("add", 1, 2),
            await attempt.call("later", 2, word="x"),
            await attempt.call("passed_on", 3),
        ]

    made = lab.run(main)
    assert made.result == [3, ["x", 2], ["passed on", 3]]
    assert made.elapsed == 5
    assert attempt.did == ["add(1, 2)", "later(2, word='x')", "passed_on(3)"]
    assert (attempt.made, attempt.begun) == (3, 3)


def test_arguments_are_copies(make: Make) -> None:
    attempt = make("def keep(things):\n    things.append(4)\n    return things\n")
    things = [1, 2, 3]

    async def main() -> Any:
        return await attempt.call("keep", things)

    assert run(main) == [1, 2, 3, 4]
    assert things == [1, 2, 3]


def test_only_plain_values_and_services_are_handed_in(make: Make) -> None:
    attempt = make("def call(what):\n    return 1\n")

    async def main() -> None:
        await attempt.call("call", print)

    with pytest.raises(DoesNotCross, match="an argument of the check is of type builtin_function"):
        run(main)


def test_a_call_that_is_never_awaited_is_counted(make: Make) -> None:
    attempt = make("def one():\n    return 1\n")
    attempt.call("one").close()
    assert (attempt.made, attempt.begun) == (1, 0)


def test_each_run_has_a_program_of_its_own(make: Make) -> None:
    attempt = make("seen = []\n\ndef note(x):\n    seen.append(x)\n    return seen\n")

    async def main() -> Any:
        await attempt.call("note", 1)
        return await attempt.call("note", 2)

    assert run(main) == [1, 2]
    assert run(main) == [1, 2]


def test_an_exception_arrives_with_its_type_its_words_and_its_lines(make: Make) -> None:
    attempt = make(
        """\
        class Odd(ValueError):
            pass

        async def outer():
            inner()

        def inner():
            raise Odd("not even")
        """
    )

    async def main() -> None:
        await attempt.call("outer")

    with pytest.raises(Raised, match="Odd: not even") as caught:
        run(main)
    error = caught.value
    assert repr(error) == "Odd('not even')"
    assert error.types == ["Odd", "ValueError", "Exception", "BaseException"]
    assert error.lines == [
        Line(5, "outer", "inner()"),
        Line(8, "inner", 'raise Odd("not even")'),
    ]


def test_what_is_in_a_group_arrives_too(make: Make) -> None:
    attempt = make("def both():\n    raise ExceptionGroup('two', [ValueError('a'), KeyError('b')])")

    async def main() -> Any:
        with attempt.raises("ExceptionGroup", match="two") as caught:
            await attempt.call("both")
        return caught

    caught = run(main)
    assert [str(each) for each in caught.exceptions] == ["ValueError: a", "KeyError: 'b'"]


RAISING = """
class Full(RuntimeError):
    pass

def full():
    raise Full("no place for 7")

def fine():
    pass
"""


def test_raises_wants_that_type_or_one_below_it(make: Make) -> None:
    attempt = make(RAISING)

    async def main() -> Any:
        with attempt.raises("RuntimeError", match=r"for \d") as caught:
            await attempt.call("full")
        return caught.type, caught.message

    assert run(main) == ("Full", "no place for 7")


@pytest.mark.parametrize(
    ("name", "type_name", "match", "words"),
    [
        ("full", "ValueError", None, "should raise ValueError, and raised Full: no place for 7"),
        ("full", "Full", "for 8", "should raise Full with words that match 'for 8', and raised"),
        ("fine", "Full", None, "should raise Full, and returned"),
    ],
)
def test_what_should_have_raised_and_did_not_is_said(
    make: Make, name: str, type_name: str, match: str | None, words: str
) -> None:
    attempt = make(RAISING)

    async def main() -> None:
        with attempt.raises(type_name, match=match):
            await attempt.call(name)

    with pytest.raises(DidNotRaise, match=words):
        run(main)


def test_a_cancellation_from_outside_stays_one(make: Make) -> None:
    import asyncio

    attempt = make("import asyncio\n\nasync def wait():\n    await asyncio.sleep(9)\n")

    async def main() -> bool:
        task = asyncio.create_task(attempt.call("wait"))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert run(main) is True


def test_a_cancellation_that_nobody_asked_for_is_the_attempts(make: Make) -> None:
    attempt = make("import asyncio\n\nasync def stop():\n    raise asyncio.CancelledError('me')\n")

    async def main() -> Any:
        with attempt.raises("CancelledError", match="me") as caught:
            await attempt.call("stop")
        return caught.type

    assert run(main) == "CancelledError"


def test_objects_stay_on_their_side_and_are_used_through_a_handle(make: Make) -> None:
    attempt = make(
        """
        class Pool:
            def __init__(self, size):
                self.size = size

            async def take(self, n=1):
                self.size -= n
                return self.size

            def put(self):
                self.size += 1
        """
    )

    async def main() -> list[Any]:
        pool = await attempt.new("Pool", 3)
        taken = await pool.call("take", n=2)
        await pool.call("put")
        return [taken, await pool.get("size")]

    assert run(main) == [1, 2]
    assert attempt.did == ["Pool(3)", "Pool().take(n=2)", "Pool().put()", "Pool().size()"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def gret():\n    pass\n", "there is no `greet` in it; it defines gret"),
        ("", "it defines nothing"),
        ("greet = 5\n", "`greet` is of type int, and is to be called"),
    ],
)
def test_a_name_that_is_not_there_is_named_with_those_that_are(
    make: Make, source: str, words: str
) -> None:
    attempt = make(source)

    async def main() -> None:
        await attempt.call("greet")

    with pytest.raises(NoSuchName, match=words):
        run(main)


MATERIAL = """
import attempt
from attempt import double

async def main(journal, n):
    journal.write([double(n), attempt.double(n + 1)])
    return "done"
"""


def test_material_runs_beside_the_attempt_and_imports_it(make: Make) -> None:
    attempt = make("def double(n):\n    return 2 * n\n")
    material, journal = attempt.bring(MATERIAL), Journal()

    async def main() -> Any:
        return await material.call("main", journal, 4)

    assert run(main) == "done"
    assert journal.values == [[8, 10]]


def test_material_is_read_from_the_folder_beside_the_check(make: Make, tmp_path: Path) -> None:
    text = "def twice(n):\n    import attempt\n    return attempt.f(n)\n"
    (tmp_path / "twice.py").write_text(text)
    attempt = make("def f(n):\n    return n + n\n", tmp_path)
    material = attempt.bring_file("twice")

    async def main() -> Any:
        return await material.call("twice", 21)

    assert run(main) == 42


def test_a_service_is_measured_on_the_checks_side(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def fetch(shards, keys):
            return await asyncio.gather(*(shards[0].get(key) for key in keys))
        """
    )
    upstream = lab.upstream(latency=0.5, name="shard")

    async def main() -> Any:
        return await attempt.call("fetch", [upstream], ["a", "b"])

    made = lab.run(main)
    assert made.result == ["shard/a", "shard/b"]
    assert (upstream.calls, upstream.peak, made.elapsed) == (2, 2, 0.5)
    assert attempt.did == ["fetch([shard], ['a', 'b'])"]


def test_a_journal_has_values_with_their_times(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def work(journal):
            journal.write("began")
            await asyncio.sleep(1.5)
            journal.write({"n": 1})
        """
    )
    journal = Journal()

    async def main() -> None:
        await attempt.call("work", journal)

    run(main)
    assert journal.entries == [(0.0, "began"), (1.5, {"n": 1})]
    assert attempt.did == ["work(journal)"]


APP = """
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request

@asynccontextmanager
async def lifespan(app):
    yield {"word": "hello"}

app = FastAPI(lifespan=lifespan)

@app.get("/")
async def root(request: Request):
    return request.state.word
"""


def test_an_app_is_served_with_its_lifespan(make: Make) -> None:
    attempt = make(APP)

    async def main() -> list[Any]:
        async with attempt.client() as client:
            first = (await client.get("/")).json()
        async with attempt.serve() as server, server.client() as client:
            second = (await client.get("/")).json()
        async with attempt.connect("GET", "/") as exchange:
            third = exchange
        return [first, second, third is not None]

    assert run(main) == ["hello", "hello", True]


def test_an_app_that_is_not_there_is_named(make: Make) -> None:
    attempt = make("application = None\n")

    async def main() -> None:
        async with attempt.client():
            pass

    with pytest.raises(NoSuchName, match="there is no `app` in it; it defines application"):
        run(main)


def test_an_app_is_named_and_not_handed_over(make: Make) -> None:
    attempt = make("class App:\n    pass\n")

    async def main() -> None:
        app: Any = await attempt.new("App")
        async with attempt.client(app):
            pass

    with pytest.raises(TypeError, match="and Handle is no name"):
        run(main)


def test_a_hint_says_what_to_do_where_nothing_was_raised(make: Make) -> None:
    attempt = make(RAISING)

    async def main() -> None:
        with attempt.raises("Full", hint="Raise it."):
            await attempt.call("fine")

    with pytest.raises(DidNotRaise, match=r"should raise Full, and returned\. Raise it\."):
        run(main)


def test_a_text_that_is_no_program_says_its_line(make: Make) -> None:
    with pytest.raises(NotPython, match="SyntaxError") as caught:
        make("x = 1\nif x\n")
    assert (caught.value.line, caught.value.text) == (2, "if x")
