"""A device that answers in threads of its own, and what is asked of it."""

import asyncio
import threading
import time

import attempt


class Device:
    """Answers each question after so many seconds; `None` seconds: at once, where it is asked."""

    def __init__(self, plan):
        self.plan, self.forgotten = plan, []

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
        self.forgotten.append(ticket)

    def _answer(self, seconds, callback, outcome):
        time.sleep(seconds)
        callback(*outcome)


async def ask_all(plan, questions):
    """The answers to all questions, asked at once, and the seconds after which each was there."""
    loop, device = asyncio.get_running_loop(), Device(plan)
    began, seconds = loop.time(), {}

    async def answer_to(question):
        try:
            async with asyncio.timeout(100):
                answer = await attempt.ask(device, question)
        except TimeoutError:
            answer = "nothing in 100 s"
        seconds[question] = round(loop.time() - began, 9)
        return answer

    # The next thing that would wake the loop comes much later.
    timer = loop.call_later(60, int)
    try:
        answers = await asyncio.gather(*map(answer_to, questions))
    finally:
        timer.cancel()
    return answers, seconds


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


def raised_in_the_loop():
    """A list, to which the errors are added that nobody but the loop sees."""
    raised = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: raised.append(repr(context.get("exception")))
    )
    return raised


async def give_up(plan, question, after):
    """Asks, is cancelled, and stays until the answer has come nevertheless."""
    device, raised = Device(plan), raised_in_the_loop()
    try:
        async with asyncio.timeout(after):
            await attempt.ask(device, question)
    except TimeoutError:
        ended = "cancelled"
    else:
        ended = "went on"
    await asyncio.sleep(plan[question][0])
    return ended, device.forgotten, raised


async def give_up_late(plan, question):
    """The device calls back while the loop is held; before the loop goes on, `ask` is cancelled."""
    raised = raised_in_the_loop()
    asking = asyncio.create_task(attempt.ask(Device(plan), question))
    await asyncio.sleep(0)
    time.sleep(plan[question][0] + 1)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.sleep(0)
    return raised
