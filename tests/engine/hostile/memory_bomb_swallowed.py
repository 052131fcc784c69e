# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
async def greet(name, seconds):
    parts = []
    while True:
        try:
            parts.append(bytearray(50_000_000))
        except MemoryError:
            pass
