# fails: time_of_slowest | says: Code that blocks cannot be
import asyncio


async def ask(service, user):
    return service.get_blocking(user)


async def dashboard(profile, orders, offers, user):
    return await asyncio.gather(ask(profile, user), ask(orders, user), ask(offers, user))
