# outcome: failed | ended: | says: took 0 s
# mypy: ignore-errors
import sys


async def greet(name, seconds):
    def tracer(frame, event, arg):
        return tracer

    sys.settrace(tracer)
    return f'Hello, {name}!'
