# fails: bug_stays_500, bug_beside_404 | says: Only an HTTPException is meant for the client
import asyncio

import httpx
from fastapi import FastAPI, HTTPException

app = FastAPI()


async def fetch(service, user):
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://{service}/{user}")
    if response.status_code == 404:
        raise HTTPException(404, f"{service} does not know {user}")
    return response.json()["text"]


async def both_orders(user):
    async with asyncio.TaskGroup() as group:
        pending = group.create_task(fetch("pending", user))
        shipped = group.create_task(fetch("shipped", user))
    return [pending.result(), shipped.result()]


def detail_of(error):
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return getattr(error, "detail", "not found")


@app.get("/pages/{user}")
async def page(user: str):
    try:
        async with asyncio.TaskGroup() as group:
            profile = group.create_task(fetch("profile", user))
            orders = group.create_task(both_orders(user))
    except ExceptionGroup as group:
        raise HTTPException(404, detail_of(group)) from None
    return {"profile": profile.result(), "orders": orders.result()}
