# fails: time_of_slowest | says: before you wait for the first
import asyncio


async def dashboard(profile, orders, offers, user):
    answers = []
    for service in (profile, orders, offers):
        answers.append(await asyncio.create_task(service.get(user)))
    return answers
