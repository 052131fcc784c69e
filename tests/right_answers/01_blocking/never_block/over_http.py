import asyncio

import httpx


async def quote(shop, item, pause):
    async with httpx.AsyncClient(base_url=shop.url) as client:
        while True:
            response = await client.get(f"/{item}")
            price = response.raise_for_status().json()
            if price is not None:
                return price
            await asyncio.sleep(pause)
