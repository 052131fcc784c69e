# fails: many, loop_is_free, given_up | says: blocks the thread that waits for it
import threading


async def ask(device, question):
    there, got = threading.Event(), []

    def callback(answer, error):
        got.append((answer, error))
        there.set()

    device.ask(question, callback)
    there.wait()
    answer, error = got[0]
    if error:
        raise error
    return answer
