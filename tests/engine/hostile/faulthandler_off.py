# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import faulthandler
import signal


async def greet(name, seconds):
    faulthandler.disable()
    faulthandler.unregister(signal.SIGUSR1)
    while True:
        pass
