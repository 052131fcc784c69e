# fails: many | says: One of these is 0
import asyncio


async def ask(device, question):
    loop = asyncio.get_running_loop()
    reply = loop.create_future()

    def settle(answer, error):
        if reply.done():
            return
        if answer:
            reply.set_result(answer)
        else:
            reply.set_exception(error)

    def callback(answer, error):
        loop.call_soon_threadsafe(settle, answer, error)

    ticket = device.ask(question, callback)
    try:
        return await reply
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
