import asyncio


def greet(name, seconds):
    return asyncio.sleep(seconds, result=f"Hello, {name}!")
