# outcome: failed | ended: | says: ModuleNotFoundError
# mypy: ignore-errors
import asynchronous_io


async def greet(name, seconds):
    return f'Hello, {name}!'
