# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import threading


def spin():
    while True:
        pass


async def greet(name, seconds):
    threading.Thread(target=spin, daemon=True).start()
    return None
