# fails: bug_stays_500, bug_beside_404 | says: nobody will find this bug
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


def leaves(error):
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in leaves(each)]


@app.get("/pages/{user}")
async def page(user: str):
    try:
        async with asyncio.TaskGroup() as group:
            profile = group.create_task(fetch("profile", user))
            orders = group.create_task(both_orders(user))
    except ExceptionGroup as group:
        found = leaves(group)
        if not all(isinstance(error, HTTPException) for error in found):
            raise HTTPException(500, "something is wrong") from None
        raise found[0] from None
    return {"profile": profile.result(), "orders": orders.result()}
