import asyncio


async def hedged(first, second, delay):
    answers = asyncio.Queue()

    async def ask(replica):
        try:
            outcome = await replica(), None
        except Exception as error:
            outcome = None, error
        answers.put_nowait(outcome)

    tasks = [asyncio.create_task(ask(first))]
    try:
        try:
            outcome = await asyncio.wait_for(answers.get(), delay)
            missing = 1
        except TimeoutError:
            outcome, missing = (None, TimeoutError()), 2
        if outcome[1] is not None:
            tasks.append(asyncio.create_task(ask(second)))
            while outcome[1] is not None and missing:
                outcome, missing = await answers.get(), missing - 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    answer, error = outcome
    if error is not None:
        raise error
    return answer
