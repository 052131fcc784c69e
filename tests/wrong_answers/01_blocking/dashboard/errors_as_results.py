# fails: failure_arrives | says: no exceptions among its results
import asyncio


async def dashboard(profile, orders, offers, user):
    asked = (service.get(user) for service in (profile, orders, offers))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    return [answer if isinstance(answer, str) else str(answer) for answer in answers]
