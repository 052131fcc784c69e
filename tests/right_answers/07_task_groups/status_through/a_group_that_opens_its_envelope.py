import asyncio

import httpx
from fastapi import FastAPI, HTTPException

app = FastAPI()


async def fetch(service, user):
    """What a service has for the user."""
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://{service}/{user}")
    if response.status_code == 404:
        raise HTTPException(404, f"{service} does not know {user}")
    return response.json()["text"]


async def both_orders(user):
    """The user's orders, open and shipped."""
    async with asyncio.TaskGroup() as group:
        pending = group.create_task(fetch("pending", user))
        shipped = group.create_task(fetch("shipped", user))
    return [pending.result(), shipped.result()]


class Unwrapped(asyncio.TaskGroup):
    async def __aexit__(self, *args):
        try:
            return await super().__aexit__(*args)
        except BaseExceptionGroup as group:
            leaves = list(self.leaves(group))
            for leaf in leaves:
                if not isinstance(leaf, HTTPException):
                    raise leaf from None
            raise leaves[0] from None

    def leaves(self, group):
        for error in group.exceptions:
            if isinstance(error, BaseExceptionGroup):
                yield from self.leaves(error)
            else:
                yield error


@app.get("/pages/{user}")
async def page(user: str):
    """Profile and orders of a user."""
    async with Unwrapped() as group:
        profile = group.create_task(fetch("profile", user))
        orders = group.create_task(both_orders(user))
    return {"profile": profile.result(), "orders": orders.result()}
