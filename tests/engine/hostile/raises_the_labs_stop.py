# outcome: failed | ended: | says: your code raised Stop
# mypy: ignore-errors
from checker.lab.errors import Stop


async def greet(name, seconds):
    raise Stop
