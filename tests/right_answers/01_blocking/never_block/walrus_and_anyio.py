import anyio


async def quote(shop, item, pause):
    while (price := await shop.get(item)) is None:
        await anyio.sleep(pause)
    return price
