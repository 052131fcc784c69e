# outcome: failed | ended: | says: SyntaxError
# mypy: ignore-errors
async def greet(name, seconds):
    error = SyntaxError('by hand')
    error.msg = error.lineno = [1]
    raise error
