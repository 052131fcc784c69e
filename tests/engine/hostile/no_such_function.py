# outcome: failed | ended: | says: there is no `greet`
# mypy: ignore-errors
async def great(name, seconds):
    return name
