# outcome: failed | ended: | says: ThreadStuck
# mypy: ignore-errors
import threading


def spin():
    while True:
        pass


async def greet(name, seconds):
    threading.Thread(target=spin, daemon=True).start()
    return f'Hello, {name}!'
