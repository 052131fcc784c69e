# outcome: failed | ended: crashed | says: SIGXCPU
# mypy: ignore-errors
import resource


async def greet(name, seconds):
    resource.setrlimit(resource.RLIMIT_CPU, (0, 5))
    while True:
        pass
