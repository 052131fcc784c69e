# fails: failure_arrives | says: belongs to whoever can do something about it
import asyncio


async def ask(service, user):
    try:
        return await service.get(user)
    except Exception:
        return None


async def dashboard(profile, orders, offers, user):
    return await asyncio.gather(ask(profile, user), ask(orders, user), ask(offers, user))
