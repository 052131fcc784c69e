import anyio

from checker import lab


async def offer(stock, rates, item, seconds):
    answers, begun = {}, anyio.Event()

    async def ask_rates():
        begun.set()
        try:
            answers["rate"] = await rates.get(item)
        except Exception as error:
            answers["error"] = error

    async with anyio.create_task_group() as group:
        group.start_soon(ask_rates)
        await begun.wait()
        lab.cpu(seconds)
        try:
            there = await stock.get(item)
        except Exception as error:
            there, failed = False, error
        else:
            failed = None
        if not there:
            group.cancel_scope.cancel()
    if failed is not None:
        raise failed
    if not there:
        return "sold out"
    if "error" in answers:
        raise answers["error"]
    return answers["rate"]
