# outcome: failed | ended: | says: 
# mypy: ignore-errors
from checker.attempt import Raised


async def greet(name, seconds):
    raise Raised(['ValueError'], 5, None, None)
