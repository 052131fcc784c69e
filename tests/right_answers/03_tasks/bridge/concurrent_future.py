import asyncio
from concurrent.futures import Future, InvalidStateError


async def ask(device, question):
    reply = Future()

    def callback(answer, error):
        try:
            if error:
                reply.set_exception(error)
            else:
                reply.set_result(answer)
        except InvalidStateError:
            pass  # Cancelled: nobody waits any more.

    ticket = device.ask(question, callback)
    try:
        return await asyncio.wrap_future(reply)
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
