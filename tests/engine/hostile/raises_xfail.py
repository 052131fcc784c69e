# outcome: failed | ended: | says: your code raised XFailed
# mypy: ignore-errors
import pytest


async def greet(name, seconds):
    pytest.xfail('no')
