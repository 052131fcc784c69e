# outcome: failed | ended: | says: is a number of
# mypy: ignore-errors
async def greet(name, seconds):
    return 1 << 100_000
