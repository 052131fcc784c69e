# outcome: failed | ended: | says: MemoryError
# mypy: ignore-errors
async def greet(name, seconds):
    return 'x' * (1 << 33)
