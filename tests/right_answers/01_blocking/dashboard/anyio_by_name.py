import anyio


async def dashboard(profile, orders, offers, user):
    services = {"profile": profile, "orders": orders, "offers": offers}
    answers = {}

    async def ask(name):
        answers[name] = await services[name].get(user)

    async with anyio.create_task_group() as group:
        for name in services:
            group.start_soon(ask, name)
    return [answers[name] for name in services]
