"""Status through

A page is put together from three services; orders has a group of its own within the page's. When a
service answers 404, `fetch` raises HTTPException(404). Without groups a client would see that 404;
as it is, everybody gets a 500, and the log a group of exceptions. Mend the app:

- An HTTPException of any task of the page reaches the client as what it is, with its status and
  its detail, however deep the groups are.
- Anything else is a bug (`fetch` may find JSON without a text): the client gets a 500, and the
  server's log the error itself, also if a service answers 404 at the very same moment.
- The services are still asked at the same time. The first error ends the page and gives up what is
  still on its way.
"""

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


def leaves(error):
    """The errors in a group, and in the groups within it."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in leaves(each)]


@app.get("/pages/{user}")
async def page(user: str):
    """Profile and orders of a user."""
    try:
        async with asyncio.TaskGroup() as group:
            profile = group.create_task(fetch("profile", user))
            orders = group.create_task(both_orders(user))
    except* HTTPException as group:
        raise leaves(group)[0] from None
    return {"profile": profile.result(), "orders": orders.result()}
