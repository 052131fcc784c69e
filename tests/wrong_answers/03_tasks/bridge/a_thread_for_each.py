# fails: many | says: a pool, which has only a few
import asyncio
import threading


async def ask(device, question):
    there, outcome = threading.Event(), []

    def callback(*answer_and_error):
        outcome.extend(answer_and_error)
        there.set()

    ticket = device.ask(question, callback)
    try:
        await asyncio.to_thread(there.wait)
    except asyncio.CancelledError:
        device.forget(ticket)
        raise
    answer, error = outcome
    if error is not None:
        raise error
    return answer
