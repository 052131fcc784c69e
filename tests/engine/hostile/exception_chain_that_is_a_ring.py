# outcome: failed | ended: | says: ValueError: one
# mypy: ignore-errors
async def greet(name, seconds):
    one, two = ValueError('one'), ValueError('two')
    one.__context__, two.__context__ = two, one
    one.__cause__, two.__cause__ = two, one
    raise one
