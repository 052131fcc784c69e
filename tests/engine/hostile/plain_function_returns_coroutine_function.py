# outcome: failed | ended: | says: is of type function
# mypy: ignore-errors
def greet(name, seconds):
    async def inner():
        return f'Hello, {name}!'
    return inner
