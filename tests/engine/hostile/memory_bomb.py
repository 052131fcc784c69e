# outcome: failed | ended: | says: MemoryError
# mypy: ignore-errors
async def greet(name, seconds):
    parts = []
    while True:
        parts.append(bytearray(50_000_000))
