import asyncio


class Question:
    def __init__(self, device):
        self.device, self.outcome = device, None
        self.there, self.loop = asyncio.Event(), asyncio.get_running_loop()

    def callback(self, *outcome):
        self.outcome = outcome
        self.loop.call_soon_threadsafe(self.there.set)

    async def wait(self, question):
        ticket = self.device.ask(question, self.callback)
        answered = False
        try:
            await self.there.wait()
            answered = True
        finally:
            if not answered:
                self.device.forget(ticket)
        answer, error = self.outcome
        if error is not None:
            raise error
        return answer


async def ask(device, question):
    return await Question(device).wait(question)
