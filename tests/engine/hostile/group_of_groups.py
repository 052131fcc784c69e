# outcome: failed | ended: | says: ExceptionGroup
# mypy: ignore-errors
async def greet(name, seconds):
    error = ValueError('inner')
    for _ in range(500):
        error = ExceptionGroup('outer', [error] * 3)
    raise error
