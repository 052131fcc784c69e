# outcome: failed | ended: | says: GeneratorExit
# mypy: ignore-errors
async def greet(name, seconds):
    raise GeneratorExit
