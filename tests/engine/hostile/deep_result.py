# outcome: failed | ended: | says: nested more than
# mypy: ignore-errors
async def greet(name, seconds):
    deep = []
    for _ in range(100):
        deep = [deep]
    return deep
