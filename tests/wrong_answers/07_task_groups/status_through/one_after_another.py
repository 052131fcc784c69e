# fails: page, rest_given_up, bug_beside_404 | says: have to be asked at the same time

import httpx
from fastapi import FastAPI, HTTPException

app = FastAPI()


async def fetch(service, user):
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://{service}/{user}")
    if response.status_code == 404:
        raise HTTPException(404, f"{service} does not know {user}")
    return response.json()["text"]


@app.get("/pages/{user}")
async def page(user: str):
    profile = await fetch("profile", user)
    orders = [await fetch("pending", user), await fetch("shipped", user)]
    return {"profile": profile, "orders": orders}
