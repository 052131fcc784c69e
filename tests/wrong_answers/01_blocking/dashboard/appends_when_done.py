# fails: order | says: the order of the results another
import asyncio


async def dashboard(profile, orders, offers, user):
    answers = []

    async def ask(service):
        answers.append(await service.get(user))

    async with asyncio.TaskGroup() as group:
        for service in (profile, orders, offers):
            group.create_task(ask(service))
    return answers
