# outcome: failed | ended: | says: takes 1 positional argument but 2 were given
# mypy: ignore-errors
async def greet(name):
    return f'Hello, {name}!'
