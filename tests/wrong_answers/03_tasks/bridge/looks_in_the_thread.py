# fails: given_up_late | says: what the callback saw in its own thread
import asyncio


async def ask(device, question):
    loop = asyncio.get_running_loop()
    reply = loop.create_future()

    def callback(answer, error):
        if reply.done():
            return
        if error is None:
            loop.call_soon_threadsafe(reply.set_result, answer)
        else:
            loop.call_soon_threadsafe(reply.set_exception, error)

    ticket = device.ask(question, callback)
    try:
        return await reply
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
