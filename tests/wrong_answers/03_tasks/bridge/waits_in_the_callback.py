# fails: answered_at_once | says: holds the loop itself
import asyncio


async def ask(device, question):
    loop = asyncio.get_running_loop()
    reply = loop.create_future()

    async def settle(answer, error):
        if reply.done():
            return
        if error is None:
            reply.set_result(answer)
        else:
            reply.set_exception(error)

    def callback(answer, error):
        asyncio.run_coroutine_threadsafe(settle(answer, error), loop).result()

    ticket = device.ask(question, callback)
    try:
        return await reply
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
