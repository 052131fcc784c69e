# fails: woken, many | says: does not wake the loop
import asyncio


async def ask(device, question):
    loop = asyncio.get_running_loop()
    reply = loop.create_future()

    def settle(answer, error):
        if reply.done():
            return
        if error is None:
            reply.set_result(answer)
        else:
            reply.set_exception(error)

    def callback(answer, error):
        settle(answer, error)

    ticket = device.ask(question, callback)
    try:
        return await reply
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
