# outcome: failed | ended: | says: your code raised Odd: bad
# mypy: ignore-errors
class Odd(BaseException):
    pass


async def greet(name, seconds):
    raise Odd('bad')
