"""Slices

`each` computes `function(item)` for all items, on the loop, and returns the results in order. It
holds the loop until it is done. There are cases in which no process helps: what is computed hangs
on objects that cannot be sent, or is too little for the trip. Then it has to be cut. Mend `each`:

- When it has computed for `budget` seconds or more since it had the loop, it hands the loop back
  before the next item, so that whoever is ready has a turn.
- It does so by time, not by number: items take from next to nothing to several budgets. Take
  the clock of `time.perf_counter()`; `time.process_time()` stands still in the lab, where
  `lab.cpu` only stands for computing.
- It does so no more often than that. Work that fits into the budget is done in one go, and what
  others compute when it is their turn does not count.
"""


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    return [function(item) for item in items]
