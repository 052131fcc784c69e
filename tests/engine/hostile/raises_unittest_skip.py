# outcome: failed | ended: | says: your code raised SkipTest
# mypy: ignore-errors
import unittest


async def greet(name, seconds):
    raise unittest.SkipTest('no')
