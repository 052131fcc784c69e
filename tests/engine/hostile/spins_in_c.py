# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
async def greet(name, seconds):
    return 7 ** (7 ** 10)
