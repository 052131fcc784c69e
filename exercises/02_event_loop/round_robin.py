"""Round robin

A program is a generator here: at each `yield` it pauses, and keeps its place. Write `run`, which
lets many programs take turns on one thread:

- the programs stand in a queue, in the order given. The first in line runs until it pauses, and
  then goes to the end of the line;
- a program that pauses with `yield another` brings a new program along. The new one goes to the
  end of the line, and behind it the one that brought it;
- when all have ended, `run` returns what the given programs returned, in the order given. What
  those returned that were brought along, nobody asks.
"""


def run(programs):
    """Run generators in turns until all have ended; return their results in the order given."""
    raise NotImplementedError
