# outcome: failed | ended: | says: 
# mypy: ignore-errors
async def greet(name, seconds):
    endless = []
    endless.extend([endless] * 50)
    return endless
