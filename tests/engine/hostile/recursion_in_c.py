# outcome: failed | ended: | says: RecursionError
# mypy: ignore-errors
async def greet(name, seconds):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    repr(deep)
