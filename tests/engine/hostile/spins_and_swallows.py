# outcome: failed | ended: blocked | says: neither ends nor waits
# mypy: ignore-errors
async def greet(name, seconds):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
