# fails: rest_given_up, bug_beside_404 | says: went on for a page that there is not
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


async def no_group(user):
    return await asyncio.gather(fetch("pending", user), fetch("shipped", user))


@app.get("/pages/{user}")
async def page(user: str):
    profile, orders = await asyncio.gather(fetch("profile", user), no_group(user))
    return {"profile": profile, "orders": orders}
