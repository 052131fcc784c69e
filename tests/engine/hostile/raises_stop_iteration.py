# outcome: failed | ended: | says: StopIteration
# mypy: ignore-errors
async def greet(name, seconds):
    raise StopIteration
