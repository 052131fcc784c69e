# outcome: failed | ended: | says: Nobody types
# mypy: ignore-errors
async def greet(name, seconds):
    return input('Name? ')
