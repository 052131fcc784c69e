# outcome: failed | ended: | says: its own __str__ raised
# mypy: ignore-errors
class Liar(Exception):
    def __str__(self):
        raise SystemExit


async def greet(name, seconds):
    raise Liar
