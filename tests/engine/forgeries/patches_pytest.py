"""Tries to let pytest in its own process report every test as passed.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import sys
import time

import _pytest.outcomes
import _pytest.python
import _pytest.reports
import _pytest.runner
import pytest

_pytest.python.Function.runtest = lambda self: None
_pytest.runner.call_runtest_hook = lambda *args, **kwargs: None
_pytest.reports.TestReport.from_item_and_call = classmethod(lambda cls, *args: cls)
_pytest.outcomes.fail = pytest.fail = lambda *args, **kwargs: None
pytest.Item.runtest = lambda self: None
sys.modules["checker.engine.judge"] = sys.modules["checker.engine.verdict"] = sys
print("tried: pytest is patched")


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
