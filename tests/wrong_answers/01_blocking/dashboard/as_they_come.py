# fails: order | says: The order of finishing is one thing
import asyncio


async def dashboard(profile, orders, offers, user):
    asked = [service.get(user) for service in (profile, orders, offers)]
    return [await answer for answer in asyncio.as_completed(asked)]
