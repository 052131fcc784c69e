# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import re


async def greet(name, seconds):
    re.match(r'(a+)+$', 'a' * 60 + 'b')
