# outcome: failed | ended: | says: forged
# mypy: ignore-errors
from checker.attempt import DoesNotCross


async def greet(name, seconds):
    raise DoesNotCross('forged')
