"""First wins

One call in twenty is slow, and nobody knows which. So ask a second replica when the first has not
answered within `delay` seconds, take the answer that comes first, and give the other call up.

`first` and `second` are async functions without arguments: to call one asks one replica.

- The second is asked after `delay` seconds, not before; and at once when the first fails sooner.
- The first answer is the result. A failure is no answer: the other may still have one. If both
  fail, one of their errors reaches the caller, as it is.
- When `hedged` has returned, or raised, both calls have ended: a call that is given up may need
  time to clean up, and has had it.
- Wherever `hedged` is cancelled, both calls are cancelled with it. They have ended when `hedged`
  has, even if it is cancelled while it waits for a call that cleans up.
"""

import asyncio


async def hedged(first, second, delay):
    """The answer of whichever of the two comes first; `second` is asked when it is needed."""
    tasks = [asyncio.create_task(first())]
    try:
        await asyncio.wait(tasks, timeout=delay)
        if not tasks[0].done() or tasks[0].exception():
            tasks.append(asyncio.create_task(second()))
        waiting = tasks
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.exception():
                    return task.result()
        return tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
