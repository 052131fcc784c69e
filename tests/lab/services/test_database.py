import asyncio
import math
import re
import time

import pytest

from checker import lab
from checker.lab.services import (
    CommitFailed,
    ConnectionBusy,
    ConnectionClosed,
    ConnectionLost,
    Database,
    DatabaseError,
    QueryFailed,
    RowExists,
    TooManyConnections,
)


def use(database, program):
    """Run `program(connection)` on one connection."""

    async def main():
        async with database.connect() as connection:
            return await program(connection)

    return lab.run(main)


# Connections.


def test_connecting_and_commands_take_their_times(now):
    database = Database(latency=0.1, connect=0.5, close=0.25)
    times = []

    async def program(connection):
        times.append(now())
        await connection.get("a")
        times.append(now())

    assert use(database, program).elapsed == 0.85
    assert times == [0.5, 0.6]


def test_a_connection_can_be_awaited_or_entered():
    database = Database()

    async def main():
        first = await database.connect()
        async with first, database.connect() as second:
            seen = first.number, second.number, database.connections.open
        return seen, database.connections.open, first.is_open

    assert lab.run(main).result == ((1, 2, 2), 0, False)


def test_one_connection_too_many_is_refused():
    database = Database(2, name="orders")

    async def main():
        async with database.connect(), database.connect():
            with pytest.raises(TooManyConnections) as caught:
                await database.connect()
        async with database.connect():
            pass
        counts = database.connections
        return str(caught.value), counts.opened, counts.peak, counts.refused, counts.open

    message, *counts = lab.run(main).result
    assert message == (
        "database 'orders' has 2 connections open and accepts no more; close them, or share fewer "
        "of them through a pool"
    )
    assert counts == [3, 2, 1, 0]


def test_a_connection_attempt_that_is_cancelled_opens_nothing():
    database = Database(connect=1.0)

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await database.connect()
        return database.connections.opened, database.connections.open

    assert lab.run(main).result == (0, 0)


def test_what_is_left_open_is_on_the_leak_list():
    database = Database(name="orders")

    async def main():
        await database.connect()
        connection = await database.connect()
        await connection.transaction().start()

    (leak,) = lab.run(main).leaks
    assert leak.what == "database 'orders': 2 connections left open, 1 of them in a transaction"
    assert database.connections.open == 2


def test_a_close_that_is_cancelled_leaves_the_connection_open_and_terminate_does_not():
    database = Database(close=1.0)

    async def main():
        connection = await database.connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await connection.close()
        before = database.connections.open
        connection.terminate()
        connection.terminate()
        await connection.close()
        return before, database.connections.open

    assert lab.run(main).result == (1, 0)


def test_a_closed_connection_says_so():
    database = Database(name="orders")

    async def main():
        connection = await database.connect()
        await connection.close()
        await connection.get("a")

    with pytest.raises(ConnectionClosed, match="connection 1 to database 'orders' is closed"):
        lab.run(main)


def test_two_tasks_on_one_connection_are_told():
    database = Database()

    async def program(connection):
        first = asyncio.create_task(connection.get("a"))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionBusy, match="give each task its own"):
            await connection.get("b")
        await first

    use(database, program)


def test_a_restart_breaks_all_connections_and_undoes_what_was_not_committed():
    database = Database(latency=0.1, rows={"a": 1})

    async def main():
        waiting = await database.connect()
        connection = await database.connect()
        await connection.transaction().start()
        await connection.set("a", 2)
        task = asyncio.create_task(waiting.get("a"))
        await asyncio.sleep(0.05)
        database.restart()
        with pytest.raises(ConnectionLost, match="discard it and connect anew"):
            await task
        with pytest.raises(ConnectionLost):
            await connection.get("a")
        states = waiting.is_open, connection.is_open, database.connections.open
        await waiting.close()
        connection.terminate()
        async with database.connect() as fresh:
            return states, await fresh.get("a"), database.connections.open

    outcome = lab.run(main)
    assert outcome.result == ((False, False, 0), 1, 1)
    assert outcome.leaks == []


# Rows.


def test_rows_can_be_read_written_counted_and_removed():
    database = Database(rows={"a": 1})

    async def program(connection):
        seen = [
            await connection.get("a"),
            await connection.get("none"),
            await connection.set("b", {"n": 1}),
            await connection.get("b"),
            await connection.add("a", 5),
            await connection.add("hits"),
            await connection.delete("b"),
            await connection.delete("b"),
            await connection.insert("c", 3),
            await connection.keys(),
        ]
        with pytest.raises(RowExists, match="has a row 'c' already"):
            await connection.insert("c", 4)
        return seen

    assert use(database, program).result == [
        1, None, None, {"n": 1}, 6, 1, True, False, None, ["a", "hits", "c"],
    ]  # fmt: skip
    assert database.rows == {"a": 6, "hits": 1, "c": 3}
    assert database.queries == 11


def test_many_rows_take_as_long_as_one():
    database = Database(latency=0.1, rows={"a": 1, "b": 2})

    async def program(connection):
        return await connection.get_many(["b", "none", "a"])

    outcome = use(database, program)
    assert (outcome.result, outcome.elapsed, database.queries) == ([2, None, 1], 0.1, 1)


def test_nobody_can_change_a_row_from_outside():
    rows = {"a": {"n": 1}}
    database = Database(rows=rows)

    async def program(connection):
        rows["a"]["n"] = 2
        (await connection.get("a"))["n"] = 3
        value = {"n": 4}
        await connection.set("b", value)
        value["n"] = 5
        database.rows["a"]["n"] = 6
        return await connection.get("a"), await connection.get("b")

    assert use(database, program).result == ({"n": 1}, {"n": 4})


def test_any_other_text_is_a_query_that_takes_its_time():
    database = Database(latency=lambda query: 1.0 if "orders" in query.text else 0.1)

    async def program(connection):
        return [
            await connection.execute("get", "a"),
            await connection.execute("select * from orders where id = $1", 7),
        ]

    outcome = use(database, program)
    assert outcome.result == [None, ("select * from orders where id = $1", 7)]
    assert outcome.elapsed == 1.1


def test_what_a_query_returns_can_be_told():
    database = Database(reply=lambda query: [("row", query.number)])

    async def program(connection):
        return await connection.execute("select 1"), await connection.execute("select 2")

    assert use(database, program).result == ([("row", 1)], [("row", 2)])


def test_queries_are_counted_and_logged():
    database = Database(latency=0.5, fail=[2])

    async def program(connection):
        await connection.get("a")
        with pytest.raises(QueryFailed, match=r"query 2 \(set 'a' 1\) on connection 1"):
            await connection.set("a", 1)
        return [(q.number, q.text, q.args, q.started, q.ended, q.outcome) for q in database.log]

    assert use(database, program).result == [
        (1, "get", ("a",), 0.0, 0.5, "done"),
        (2, "set", ("a", 1), 0.5, 1.0, "failed"),
    ]


# Transactions.


def test_a_transaction_is_seen_by_others_once_it_is_committed(now):
    database = Database(latency=0.1, commit=0.5)

    async def write():
        async with database.connect() as connection:
            async with connection.transaction():
                await connection.set("a", 1)
                assert await connection.get("a") == 1
            return now()

    async def read_at(time):
        await asyncio.sleep(time)
        async with database.connect() as connection:
            return await connection.get("a")

    async def main():
        return await asyncio.gather(write(), read_at(0.55), read_at(0.65))

    # The COMMIT is done at 0.7; a read of 0.1 s sees the rows of its end.
    assert lab.run(main).result == [0.7, None, 1]
    assert (database.commits, database.rollbacks) == (1, 0)


def test_a_block_that_is_left_by_an_error_is_undone():
    database = Database(latency=0.1, rows={"a": 1})

    async def program(connection):
        async def change():
            async with connection.transaction():
                await connection.set("a", 2)
                await connection.delete("a")
                await connection.insert("b", 1)
                seen.extend(await connection.keys())
                raise KeyError

        with pytest.raises(KeyError):
            await change()
        return await connection.get("a"), database.commits, database.rollbacks

    seen = []
    assert use(database, program).result == (1, 0, 1)
    assert seen == ["b"]
    assert database.rows == {"a": 1}


def test_a_transaction_can_be_led_by_hand():
    database = Database()

    async def program(connection):
        transaction = connection.transaction()
        await transaction.start()
        await connection.set("a", 1)
        during = connection.in_transaction, database.in_transaction
        await transaction.rollback()
        await transaction.start()
        await connection.set("b", 1)
        await transaction.commit()
        return during, connection.in_transaction, database.in_transaction

    assert use(database, program).result == ((True, 1), False, 0)
    assert database.rows == {"b": 1}


def test_ending_a_transaction_that_wrote_nothing_takes_no_time():
    database = Database(latency=0.1, commit=9.0)

    async def program(connection):
        async with connection.transaction():
            await connection.get("a")

    assert use(database, program).elapsed == 0.1


def test_a_second_transaction_on_one_connection_is_refused():
    database = Database()

    async def program(connection):
        async with connection.transaction():
            with pytest.raises(QueryFailed, match="has a transaction open already"):
                await connection.transaction().start()

    use(database, program)


def test_a_commit_can_fail_and_then_nothing_is_stored():
    database = Database(fail_commit=[1])

    async def program(connection):
        with pytest.raises(CommitFailed, match="COMMIT 1 failed, and the transaction was rolled"):
            async with connection.transaction():
                await connection.set("a", 1)
        async with connection.transaction():
            await connection.set("b", 2)

    use(database, program)
    assert database.rows == {"b": 2}
    assert database.commits == 1


def test_reading_then_writing_loses_updates_and_adding_or_locking_does_not():
    async def read_then_write(connection):
        value = await connection.get("n") or 0
        await asyncio.sleep(0.1)
        await connection.set("n", value + 1)

    async def lock_then_write(connection):
        value = await connection.get("n", for_update=True) or 0
        await asyncio.sleep(0.1)
        await connection.set("n", value + 1)

    async def add(connection):
        await connection.add("n")

    def total(update):
        database = Database(latency=0.1)

        async def one():
            async with database.connect() as connection, connection.transaction():
                await update(connection)

        async def main():
            await asyncio.gather(*[one() for _ in range(5)])

        outcome = lab.run(main)
        return database.rows["n"], outcome.elapsed

    assert total(read_then_write) == (1, 0.8)
    assert total(lock_then_write) == (5, 1.6)
    assert total(add) == (5, 0.6)


def test_a_row_that_is_locked_does_not_hold_up_readers_or_other_rows(now):
    database = Database(latency=0.1, rows={"a": 1})

    async def hold():
        async with database.connect() as connection, connection.transaction():
            await connection.set("a", 2)
            await asyncio.sleep(5)

    async def main():
        holder = asyncio.create_task(hold())
        await asyncio.sleep(0.2)
        async with database.connect() as connection:
            read = await connection.get("a"), now()
            await connection.set("b", 1)
            other = now()
            await connection.set("a", 9)
        await holder
        return read, other, now()

    read, other, end = lab.run(main).result
    assert read == (1, 0.3)
    assert other == 0.4
    assert end == 5.2
    assert database.rows["a"] == 9


def test_a_row_is_free_again_when_its_transaction_has_ended(now):
    database = Database(latency=0.1)

    async def hold(connection):
        async with connection.transaction():
            await connection.set("a", 1)
            await asyncio.sleep(0.8)
        await asyncio.sleep(5)

    async def main():
        async with database.connect() as one, database.connect() as other:
            holder = asyncio.create_task(hold(one))
            await asyncio.sleep(0.5)
            await other.set("a", 2)
            written_at = now()
            await holder
        return written_at

    assert lab.run(main).result == 1.0


def test_a_commit_whose_task_was_cancelled_frees_its_rows_all_the_same(now):
    database = Database(latency=0.1)

    async def hold(connection):
        async with connection.transaction():
            await connection.set("a", 1)
            await asyncio.sleep(0.8)

    async def main():
        async with database.connect() as one, database.connect() as other:
            holder = asyncio.create_task(hold(one))
            await asyncio.sleep(0.5)
            writer = asyncio.create_task(other.set("a", 2))
            await asyncio.sleep(0.45)
            holder.cancel()
            await writer
            return now(), database.commits

    assert lab.run(main).result == (1.0, 1)


def test_inserting_the_same_key_twice_waits_for_the_first_and_then_fails():
    database = Database(latency=0.1)

    async def one():
        async with database.connect() as connection, connection.transaction():
            await connection.insert("key", 1)
            await asyncio.sleep(1)

    async def main():
        return await asyncio.gather(one(), one(), return_exceptions=True)

    outcome = lab.run(main)
    assert [type(result).__name__ for result in outcome.result] == ["NoneType", "RowExists"]
    assert database.rows == {"key": 1}


def test_transactions_that_wait_for_each_other_are_a_deadlock():
    database = Database(latency=0.1)

    async def one(first, second):
        async with database.connect() as connection, connection.transaction():
            await connection.set(first, 1)
            await connection.set(second, 1)

    async def main():
        await asyncio.gather(one("a", "b"), one("b", "a"))

    with pytest.raises(lab.Deadlock, match=re.escape("Connection.set")):
        lab.run(main)


def test_dropping_one_of_them_lets_the_other_go_on():
    database = Database(latency=0.1)

    async def one(first, second, patience):
        connection = await database.connect()
        try:
            async with asyncio.timeout(patience):
                await connection.transaction().start()
                await connection.set(first, 1)
                await connection.set(second, 1)
                await connection.close()
                return "done"
        except TimeoutError:
            connection.terminate()
            return "gave up"

    async def main():
        return await asyncio.gather(one("a", "b", 1), one("b", "a", 5))

    assert lab.run(main).result == ["gave up", "done"]


# Cancellation.


def test_a_cancelled_command_leaves_its_reply_for_the_next(now):
    database = Database(latency=0.1, rows={"alice": "A", "bob": "B", "carol": "C"})

    async def program(connection):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.get("alice")
        seen = [connection.unread]
        for name in ("bob", "carol"):
            began = now()
            seen.append((await connection.get(name), round(now() - began, 9)))
        return [*seen, connection.unread]

    assert use(database, program).result == [1, ("A", 0.05), ("B", 0.1), 1]


def test_a_connection_that_is_discarded_after_a_cancellation_mixes_nothing_up():
    database = Database(latency=0.1, rows={"alice": "A", "bob": "B"})

    async def main():
        connection = await database.connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.get("alice")
        connection.terminate()
        async with database.connect() as connection:
            return await connection.get("bob"), connection.unread

    assert lab.run(main).result == ("B", 0)


def test_a_write_that_was_sent_is_carried_out_although_its_task_was_cancelled():
    database = Database(latency=0.1)

    async def main():
        connection = await database.connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.set("a", 1)
        connection.terminate()
        before = database.rows
        await asyncio.sleep(0.05)
        return before, database.rows

    assert lab.run(main).result == ({}, {"a": 1})


@pytest.mark.parametrize(
    ("patience", "rows"),
    [(0.05, {}), (0.15, {}), (0.2, {}), (0.25, {"a": 1, "b": 1}), (0.5, {"a": 1, "b": 1})],
)
def test_a_transaction_is_all_or_nothing_wherever_it_is_cancelled(patience, rows):
    database = Database(latency=0.1)

    async def transfer():
        connection = await database.connect()
        try:
            async with connection.transaction():
                await connection.set("a", 1)
                await connection.set("b", 1)
        finally:
            connection.terminate()

    async def main():
        try:
            async with asyncio.timeout(patience):
                await transfer()
        except TimeoutError:
            pass
        await asyncio.sleep(1)
        return database.rows, database.in_transaction, database.connections.open

    assert lab.run(main).result == (rows, 0, 0)


def test_a_write_under_way_when_its_connection_is_dropped_locks_nothing_for_ever():
    database = Database(latency=0.1)

    async def main():
        connection = await database.connect()
        await connection.transaction().start()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.set("a", 1)
        connection.terminate()
        async with database.connect() as connection:
            await connection.set("b", 1)
            await connection.set("a", 2)

    assert lab.run(main).elapsed == 0.25
    assert database.rows == {"b": 1, "a": 2}


def test_a_reply_that_lies_there_already_is_still_waited_for():
    database = Database(latency=0.1)
    order = []

    async def program(connection):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.get("alice")
        await asyncio.sleep(1)

        async def other():
            order.append("other")

        task = asyncio.create_task(other())
        await connection.get("bob")
        order.append("bob")
        await task

    assert use(database, program).elapsed == 1.05
    assert order == ["other", "bob"]


def test_a_command_that_never_ends_is_a_deadlock_and_can_be_given_up():
    database = Database(latency=[math.inf, 0.1])

    async def main():
        connection = await database.connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await connection.get("a")
        connection.terminate()
        async with database.connect() as connection:
            return await connection.get("a")

    assert lab.run(main).result is None


# Threads.


def test_a_thread_opens_a_transaction_with_its_first_command():
    database = Database(latency=0.1, commit=0.5)

    def work():
        with database.connect_blocking() as connection:
            connection.set("a", 1)
            return connection.in_transaction, database.rows, time.monotonic()

    async def main():
        return await asyncio.to_thread(work), database.rows

    outcome = lab.run(main)
    assert outcome.result == ((True, {}, 0.1), {"a": 1})
    assert outcome.elapsed == 0.6


def test_a_thread_that_fails_undoes_its_work():
    database = Database(rows={"a": 1})

    def work():
        with database.connect_blocking() as connection:
            connection.set("a", 2)
            raise KeyError

    async def main():
        with pytest.raises(KeyError):
            await asyncio.to_thread(work)
        return database.rows, database.connections.open

    assert lab.run(main).result == ({"a": 1}, 0)


def test_a_blocking_connection_has_all_commands_and_a_cursor():
    database = Database(rows={"a": 1})

    def work():
        connection = database.connect_blocking()
        seen = [
            connection.add("a"),
            connection.delete("a"),
            connection.insert("b", 2),
            connection.keys(),
            connection.get("b", for_update=True),
            connection.get_many("ab"),
        ]
        cursor = connection.cursor()
        seen += [cursor.execute("get", ("b",)).fetchone(), cursor.fetchone()]
        seen += [cursor.execute("keys").fetchall(), cursor.execute("get", ("x",)).fetchall()]
        connection.rollback()
        connection.rollback()
        seen.append(connection.get("a"))
        cursor.close()
        connection.commit()
        connection.commit()
        connection.close()
        return seen

    async def main():
        return await asyncio.to_thread(work)

    assert lab.run(main).result == [2, True, None, ["b"], 2, [None, 2], (2,), None, [("b",)], [], 1]
    assert (database.commits, database.rollbacks) == (1, 1)


def test_a_blocking_command_on_the_loop_blocks_it():
    database = Database(latency=0.25)

    async def main():
        with database.connect_blocking() as connection:
            connection.get("a")

    outcome = lab.run(main)
    assert sum(blocking.seconds for blocking in outcome.blocked) == 0.25


def test_the_pool_of_sqlalchemy_takes_its_connections():
    from sqlalchemy.exc import TimeoutError as PoolTimeout
    from sqlalchemy.pool import QueuePool

    database = Database(latency=1.0)
    pool = QueuePool(database.connect_blocking, pool_size=2, max_overflow=1, timeout=1.5)

    def work(key):
        connection = pool.connect()
        try:
            connection.cursor().execute("get", (key,))
        finally:
            connection.close()

    async def main():
        jobs = [asyncio.to_thread(work, key) for key in range(7)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        pool.dispose()
        counts = database.connections
        return [type(result) for result in results], counts.opened, counts.peak, counts.open

    kinds, opened, peak, still_open = lab.run(main, cores=16).result
    assert kinds == [type(None)] * 6 + [PoolTimeout]
    # The overflow is closed when it comes back, and opened anew.
    assert (opened, peak, still_open) == (4, 3, 0)


# Wrong use.


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"max_connections": 0}, ValueError, "max_connections=0"),
        ({"latency": -1}, ValueError, "latency is -1"),
        ({"close": math.inf}, ValueError, "close is infinite"),
        ({"fail_commit": 1}, TypeError, "fail_commit=1"),
        ({"name": "my db"}, ValueError, "name='my db'"),
    ],
)
def test_wrong_settings_are_refused_in_words(options, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Database(**options)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("get",), "'get' takes key, and was given ()"),
        (("set", "a"), "'set' takes key and value, and was given ('a',)"),
        (("keys", 1), "'keys' takes no arguments, and was given (1,)"),
        (("get", []), "unhashable type: 'list'"),
    ],
)
def test_wrong_commands_are_refused_in_words(command, words):
    database = Database()

    async def program(connection):
        await connection.execute(*command)

    with pytest.raises(TypeError, match=re.escape(words)):
        use(database, program)
    assert database.queries == 0


def test_adding_to_what_is_no_number_fails_as_a_command():
    database = Database(rows={"a": "text"})

    async def program(connection):
        with pytest.raises(TypeError):
            await connection.add("a")
        return await connection.get("a"), database.log[0].outcome

    assert use(database, program).result == ("text", "failed")


def test_all_its_errors_are_database_errors():
    kinds = [CommitFailed, ConnectionBusy, ConnectionClosed, ConnectionLost, QueryFailed, RowExists]
    assert all(issubclass(kind, DatabaseError) for kind in [*kinds, TooManyConnections])


def test_a_connection_does_not_outlive_its_run():
    database = Database(rows={"a": 1})
    kept = []

    async def first():
        kept.append(await database.connect())

    async def second():
        with pytest.raises(ConnectionLost):
            await kept[0].get("a")
        kept[0].terminate()
        return database.connections.opened, database.queries

    lab.run(first)
    assert lab.run(second).result == (0, 0)


def test_each_run_begins_with_the_first_rows():
    database = Database(rows={"a": 1})

    async def program(connection):
        return await connection.add("a")

    assert [use(database, program).result for _ in range(2)] == [2, 2]
