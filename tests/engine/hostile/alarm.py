# outcome: failed | ended: | says: no signal reaches
# mypy: ignore-errors
import signal


async def greet(name, seconds):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while True:
        pass
