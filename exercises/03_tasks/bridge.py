"""Bridge

A library that knows nothing of asyncio: `ticket = device.ask(question, callback)` returns at once,
and later, in a thread of its own, the device calls `callback(answer, error)`, one of which is
None. `device.forget(ticket)` tells it that nobody wants the answer any more.

Write `ask`, with which a coroutine can wait for such an answer.

- The loop is free meanwhile. Whoever waits goes on at the moment at which the answer is there, even
  if nothing else would have woken the loop, and however many others wait.
- An error is raised where `ask` is awaited.
- A device that knows the answer already calls back at once: in the thread of whoever asked, before
  `device.ask` has returned.
- If whoever waits is cancelled, the device is told to forget. It may call back even so: then
  nothing happens, and nothing is raised in the loop.
"""

import asyncio


async def ask(device, question):
    """The answer of the device."""
    raise NotImplementedError
