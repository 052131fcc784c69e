"""A device that answers in threads of its own, and what is asked of it."""

import asyncio
import threading
import time

import attempt


class Device:
    """Answers each question after so many seconds; `None` seconds: at once, where it is asked."""

    def __init__(self, plan, told=None):
        self.plan, self.told = plan, told

    def ask(self, question, callback):
        seconds, answer, error = self.plan[question]
        outcome = (None, LookupError(error)) if error else (answer, None)
        if seconds is None:
            callback(*outcome)
        else:
            work = (seconds, callback, outcome)
            threading.Thread(target=self._answer, args=work, name=f"device {question}").start()
        return f"ticket {question}"

    def forget(self, ticket):
        self.told.write(ticket)

    def _answer(self, seconds, callback, outcome):
        time.sleep(seconds)
        callback(*outcome)


async def ask_all(plan, questions):
    """The answers to all questions, asked at once."""
    device = Device(plan)
    # The next thing that would wake the loop comes much later.
    timer = asyncio.get_running_loop().call_later(60, int)
    try:
        answers = await asyncio.gather(*(attempt.ask(device, each) for each in questions))
    finally:
        timer.cancel()
    return answers


async def ask_beside_ticks(plan, question, ticks):
    """One answer, while another task writes down that it has its turns."""

    async def tick():
        for _ in range(20):
            await asyncio.sleep(0.5)
            ticks.write("tick")

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    answer = await attempt.ask(Device(plan), question)
    await asyncio.sleep(0.6)
    ticking.cancel()
    return answer


async def give_up(plan, question, after, told):
    """Asks, is cancelled, and stays until the answer has come nevertheless."""
    loop, raised = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: raised.append(repr(context.get("exception"))))
    try:
        async with asyncio.timeout(after):
            await attempt.ask(Device(plan, told), question)
    except TimeoutError:
        ended = "cancelled"
    else:
        ended = "went on"
    told.write(ended)
    await asyncio.sleep(plan[question][0])
    return raised
