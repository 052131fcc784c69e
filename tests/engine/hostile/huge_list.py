# outcome: failed | ended: | says: has more than 200,000 parts
# mypy: ignore-errors
async def greet(name, seconds):
    return list(range(300_000))
