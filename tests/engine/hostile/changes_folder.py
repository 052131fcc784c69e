# outcome: failed | ended: | says: returned None
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.chdir('/')
    os.environ.clear()
    os.umask(0)
