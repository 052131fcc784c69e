"""Returns another text, at once."""


async def greet(name, seconds):
    return "no"
