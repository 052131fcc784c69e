# outcome: failed | ended: | says: KeyboardInterrupt
# mypy: ignore-errors
async def greet(name, seconds):
    raise KeyboardInterrupt
