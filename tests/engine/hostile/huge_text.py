# outcome: failed | ended: | says: is longer than
# mypy: ignore-errors
async def greet(name, seconds):
    return 'x' * 20_000_000
