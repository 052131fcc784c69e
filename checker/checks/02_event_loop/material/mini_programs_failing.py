"""More programs as in `mini_programs.py`: in these something fails, or is cancelled."""

import asyncio
import inspect

# Errors.


async def error_reaches_who_awaits(api):
    task = api.create_task(api.failing("task", api.n[0]))
    other = api.create_task(api.sleeper("other", api.n[0], api.n[1]))
    try:
        await task
    except ValueError as error:
        api.write(f"main gets {error}")
    return await other


async def error_reaches_everybody(api):
    task = api.create_task(api.failing("task", api.n[0]))
    tasks = [api.create_task(api.awaiting(name, task)) for name in "ab"]
    await api.sleep(api.n[0] + api.n[1])
    for each in [*tasks, task]:
        try:
            await each
        except ValueError as error:
            api.write(f"late {error}")
    return task.done()


async def error_of_nobody(api):
    future = api.future()
    api.create_task(api.failing("alone", api.n[0]))
    tasks = [api.create_task(api.awaiting(name, future)) for name in "ab"]
    other = api.create_task(api.sleeper("other", api.n[0], api.n[1]))
    await other
    future.set_exception(KeyError("k"))
    for task in tasks:
        try:
            await task
        except KeyError:
            api.write("main gets KeyError")
    return "done"


# Cancellation.


async def cancel_a_sleeper(api):
    task = api.create_task(api.patient("task", 100))
    other = api.create_task(api.walker("other", 4))
    await api.sleep(api.n[0])
    api.write(f"asked {task.cancel()}")
    await api.sleep(0)
    api.write(f"one turn later {task.done()}")
    try:
        await task
    except asyncio.CancelledError:
        api.write("main knows")
    return await other


async def cancel_too_early_and_too_late(api):
    task = api.create_task(api.patient("early", 1))
    api.write(f"asked {task.cancel()}")
    try:
        await task
    except asyncio.CancelledError:
        api.write("main knows")
    task = api.create_task(api.sleeper("late", api.n[0]))
    await task
    api.write(f"asked {task.cancel()}")
    return await task


async def cancel_goes_inwards(api):
    inner = api.create_task(api.patient("inner", 100))
    outer = api.create_task(api.awaiting("outer", inner))
    beside = api.create_task(api.awaiting("beside", inner))
    await api.sleep(api.n[0])
    api.write(f"asked {outer.cancel()}")
    for task in (outer, beside):
        try:
            await task
        except asyncio.CancelledError:
            api.write("main knows")
    return inner.done()


async def cancel_a_future(api):
    future = api.future()
    tasks = [api.create_task(api.awaiting(name, future)) for name in "ab"]
    await api.sleep(api.n[0])
    api.write(f"asked {future.cancel()}, again {future.cancel()}")
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            api.write("main knows")
    return "done"


async def cancel_comes_second(api):
    future = api.future()

    async def tidy():
        try:
            api.write(f"tidy gets {await future}")
        except asyncio.CancelledError:
            api.write("tidy cancelled")
            await api.sleep(api.n[1])
            api.write("tidied up")
            raise

    task = api.create_task(tidy())
    await api.sleep(api.n[0])
    future.set_result("a value")
    api.write(f"asked {task.cancel()}")
    try:
        await task
    except asyncio.CancelledError:
        api.write("main knows")
    return await future


async def swallowed(api):
    async def stubborn():
        try:
            await api.sleep(100)
        except asyncio.CancelledError:
            api.write("swallowed")
        await api.sleep(api.n[1])
        return "alive"

    task = api.create_task(stubborn())
    await api.sleep(api.n[0])
    task.cancel()
    return await task


async def cleanup_waits(api):
    async def careful():
        try:
            await api.sleep(100)
        except Exception:
            api.write("an Exception")
        finally:
            api.write("cleanup begins")
            await api.sleep(api.n[1])
            api.write("cleanup ends")

    task = api.create_task(careful())
    await api.sleep(api.n[0])
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        api.write("main knows")
    return "done"


async def cleanup_fails(api):
    async def clumsy():
        try:
            await api.sleep(100)
        finally:
            raise ValueError("in the cleanup")

    task = api.create_task(clumsy())
    await api.sleep(api.n[0])
    task.cancel()
    try:
        await task
    except ValueError as error:
        api.write(f"main gets {error}")
    return "done"


# A task that cancels itself.


async def cancels_itself(api):
    async def self_critical():
        api.write(f"asks itself {task.cancel()}")
        try:
            await api.sleep(100)
        except asyncio.CancelledError:
            api.write("cancelled at the next await")
            raise

    task = api.create_task(self_critical())
    try:
        await task
    except asyncio.CancelledError:
        api.write("main knows")
    return task.done()


async def cancels_itself_again(api):
    async def restless():
        for nap in (0, 100, 0):
            api.write(f"asks itself {task.cancel()}")
            try:
                await api.sleep(nap)
                api.write(f"slept {nap}")
            except asyncio.CancelledError:
                api.write(f"cancelled in place of {nap}")
        return "alive"

    task = api.create_task(restless())
    return await task


async def cancels_what_it_awaits_next(api):
    async def stubborn():
        try:
            await api.sleep(100)
        except asyncio.CancelledError:
            api.write("inner swallows it")
        await api.sleep(api.n[0])
        return "a value"

    async def self_critical():
        api.write(f"asks itself {task.cancel()}")
        await api.awaiting("outer", inner)
        await api.sleep(api.n[1])
        return "alive"

    inner = api.create_task(stubborn())
    task = api.create_task(self_critical())
    try:
        return await task
    except asyncio.CancelledError:
        api.write("main knows")


# A program is what takes an api, and nothing else.
PROGRAMS = {
    name: made
    for name, made in list(globals().items())
    if inspect.isfunction(made) and list(inspect.signature(made).parameters) == ["api"]
}


def load_programs():
    """Let the api on the attempt's side play these, too."""
    # Only there is the other file a module; a check puts the two together itself.
    import mini_programs

    mini_programs.PROGRAMS.update(PROGRAMS)
