# outcome: failed | ended: | says: Ask again for as long | at: blocking/never_block
# mypy: ignore-errors
async def quote(shop, item, pause):
    return 7
