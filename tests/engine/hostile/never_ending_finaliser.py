# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
async def greet(name, seconds):
    class Sticky:
        def __del__(self):
            while True:
                pass

    Sticky()
