import anyio


async def hedged(first, second, delay):
    answers, errors, failed = [], [], anyio.Event()

    async with anyio.create_task_group() as group:

        async def ask(call):
            try:
                answers.append(await call())
                group.cancel_scope.cancel()
            except Exception as error:
                errors.append(error)
                failed.set()

        group.start_soon(ask, first)
        with anyio.move_on_after(delay):
            await failed.wait()
        group.start_soon(ask, second)
    if answers:
        return answers[0]
    raise errors[0]
