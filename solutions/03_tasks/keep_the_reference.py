"""Keep the reference

A request is answered, and something is left to do: a mail, an entry in a log. Write `Background`,
to which such work is handed over, each piece of it as a coroutine.

- `start` begins it beside everything else, and says True. Somebody has to hold the task until it
  is done, or the garbage collector may take it away in the middle.
- There is a `limit`. Work that finds no place is refused: closed, never begun, and told by False.
- `report(error)` is called for each piece of work that fails; nobody else would hear of it. To be
  cancelled is no failure.
- `drain` ends it all: no new work from then on. What is under way has `seconds` to come to its
  end; what has not is cancelled, and waited for while it cleans up.
"""

import asyncio


class Background:
    """Work that goes on after its request was answered."""

    def __init__(self, limit, report):
        """At most `limit` pieces of work at once; `report` is told of errors."""
        self.limit, self.report = limit, report
        self.tasks, self.is_open = set(), True

    def start(self, work):
        """Begin a coroutine in the background; False if there is no place for it."""
        if not self.is_open or len(self.tasks) >= self.limit:
            work.close()
            return False
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.ended)
        return True

    def ended(self, task):
        """A piece of work has come to its end."""
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.report(task.exception())

    async def drain(self, seconds):
        """Refuse new work, and wait for what is under way; cancel what takes longer."""
        self.is_open = False
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=seconds)
        late = list(self.tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
