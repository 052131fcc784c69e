# outcome: failed | ended: replaced | says: your program replaced | names: json.dumps
# mypy: ignore-errors
import json


async def greet(name, seconds):
    json.dumps = json.loads = lambda *args, **kwargs: '{}'
