# outcome: failed | ended: | says: Odd
# mypy: ignore-errors
class Text(str):
    def __len__(self):
        raise SystemExit

    def __format__(self, spec):
        raise SystemExit


class Odd(Exception):
    def __str__(self):
        return Text('words')


async def greet(name, seconds):
    raise Odd
