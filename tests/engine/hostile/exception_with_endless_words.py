# outcome: failed | ended: | says: characters)
# mypy: ignore-errors
async def greet(name, seconds):
    raise ValueError('x' * 5_000_000)
