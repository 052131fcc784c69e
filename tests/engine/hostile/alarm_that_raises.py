# outcome: failed | ended: | says: no signal reaches
# mypy: ignore-errors
import signal


async def greet(name, seconds):
    def late(number, frame):
        raise TimeoutError('late')

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while True:
        pass
