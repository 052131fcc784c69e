# outcome: failed | ended: | says: returned None
# mypy: ignore-errors
import sys


async def greet(name, seconds):
    sys.stdout.close()
    sys.stderr.close()
