import anyio


async def greet(name, seconds):
    await anyio.sleep(seconds)
    return "Hello, " + name + "!"
