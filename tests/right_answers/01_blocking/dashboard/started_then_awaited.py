import asyncio


async def dashboard(profile, orders, offers, user):
    first = asyncio.create_task(profile.get(user))
    second = asyncio.create_task(orders.get(user))
    third = await offers.get(user)
    return [await first, await second, third]
