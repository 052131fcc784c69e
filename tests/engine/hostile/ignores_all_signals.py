# outcome: failed | ended: | says: no signal reaches
# mypy: ignore-errors
import signal


async def greet(name, seconds):
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass
