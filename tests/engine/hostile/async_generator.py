# outcome: failed | ended: | says: is of type async_generator
# mypy: ignore-errors
async def greet(name, seconds):
    yield f'Hello, {name}!'
