# outcome: failed | ended: | says: contains itself
# mypy: ignore-errors
async def greet(name, seconds):
    endless = []
    endless.append(endless)
    return endless
