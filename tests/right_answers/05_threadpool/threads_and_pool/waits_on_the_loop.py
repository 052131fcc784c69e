import asyncio

import anyio.to_thread
from fastapi import FastAPI, HTTPException


def make_app(database, connections):
    app, free, places = FastAPI(), [], asyncio.Semaphore(connections)

    def look_up(number):
        taken = free.pop() if free else database.connect_blocking()
        try:
            return taken.get(number)
        finally:
            taken.rollback()
            free.append(taken)

    @app.get("/order/{number}")
    async def order(number: str):
        async with places:
            found = await anyio.to_thread.run_sync(look_up, number)
        if found is None:
            raise HTTPException(404, "there is no such order")
        return found

    return app
