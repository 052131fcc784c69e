# outcome: failed | ended: | says: SystemExit
# mypy: ignore-errors
import sys


async def greet(name, seconds):
    sys.exit(0)
