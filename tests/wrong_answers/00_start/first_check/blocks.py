# fails: loop_free | says: time.sleep holds it
import time


async def greet(name, seconds):
    time.sleep(seconds)
    return f"Hello, {name}!"
