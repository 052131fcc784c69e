# fails: given_up, woken, many | says: went on at
import asyncio


async def ask(device, question):
    got = []
    device.ask(question, lambda *outcome: got.append(outcome))
    while not got:
        await asyncio.sleep(0.25)
    ((answer, error),) = got
    if error:
        raise error
    return answer
