# outcome: failed | ended: | says: is of type generator
# mypy: ignore-errors
def greet(name, seconds):
    yield f'Hello, {name}!'
