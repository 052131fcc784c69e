# outcome: failed | ended: | says: your code raised Failed
# mypy: ignore-errors
import pytest


async def greet(name, seconds):
    pytest.fail('no')
