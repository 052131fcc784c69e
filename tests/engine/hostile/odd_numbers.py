# outcome: failed | ended: | says: returned nan
# mypy: ignore-errors
async def greet(name, seconds):
    return float('nan')
