# outcome: failed | ended: replaced | says: your program replaced | at: blocking/never_block
# mypy: ignore-errors
import checker.lab.services.upstream as upstream

upstream.Upstream.peak = property(lambda self: 10)
upstream.Upstream.calls = 3


async def quote(shop, item, pause):
    return 7
