# outcome: failed | ended: printed too much | says: printed more than
# mypy: ignore-errors
async def greet(name, seconds):
    while True:
        print('.' * 100, end='')
