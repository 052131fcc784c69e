# fails: error, answered_at_once | says: let the future end with it
import asyncio


async def ask(device, question):
    loop = asyncio.get_running_loop()
    reply = loop.create_future()

    def settle(answer, error):
        if reply.done():
            return
        reply.set_result(answer if error is None else error.args[0])

    def callback(answer, error):
        loop.call_soon_threadsafe(settle, answer, error)

    ticket = device.ask(question, callback)
    try:
        return await reply
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
