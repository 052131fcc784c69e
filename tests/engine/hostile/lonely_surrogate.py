# outcome: failed | ended: | says: returned '\udc80'
# mypy: ignore-errors
async def greet(name, seconds):
    return '\udc80'
