"""Asks two replicas by way of the attempt's `hedged`."""

import anyio
import attempt


async def hedge(first, second, key, delay):
    """What `hedged` returns."""
    return await attempt.hedged(lambda: first.get(key), lambda: second.get(key), delay)


async def with_cleanup(first, second, key, delay, seconds, closed):
    """The same with calls that take some time to clean up, and write their names as they end."""

    def asks(replica, name):
        async def ask():
            try:
                return await replica.get(key)
            finally:
                try:
                    with anyio.CancelScope(shield=True):
                        await anyio.sleep(seconds)
                finally:
                    closed.write(name)

        return ask

    return await attempt.hedged(asks(first, "first"), asks(second, "second"), delay)
