# fails: 404_stays, 404_of_inner_group | says: not one like it
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


@app.get("/pages/{user}")
async def page(user: str):
    try:
        async with asyncio.TaskGroup() as group:
            profile = group.create_task(fetch("profile", user))
            orders = group.create_task(both_orders(user))
    except* HTTPException:
        raise HTTPException(404) from None
    return {"profile": profile.result(), "orders": orders.result()}
