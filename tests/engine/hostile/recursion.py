# outcome: failed | ended: | says: RecursionError
# mypy: ignore-errors
async def greet(name, seconds):
    return await greet(name, seconds)
