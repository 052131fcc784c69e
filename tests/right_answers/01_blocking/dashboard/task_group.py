import asyncio


async def dashboard(profile, orders, offers, user):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each.get(user)) for each in (profile, orders, offers)]
    return [task.result() for task in tasks]
