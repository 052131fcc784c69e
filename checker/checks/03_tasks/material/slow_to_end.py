"""Calls `offer` with rates whose call needs some time to clean up when it is cancelled."""

import anyio
import attempt


class SlowToEnd:
    """A service whose calls clean up for some seconds, and write down that they have ended."""

    def __init__(self, service, seconds, ended):
        self._service, self._seconds, self._ended = service, seconds, ended

    async def get(self, key):
        try:
            return await self._service.get(key)
        finally:
            try:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(self._seconds)
            finally:
                self._ended.write(key)


async def offer(stock, rates, item, seconds, cleanup, ended):
    return await attempt.offer(stock, SlowToEnd(rates, cleanup, ended), item, seconds)
