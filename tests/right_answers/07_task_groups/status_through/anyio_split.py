import anyio
import httpx
from fastapi import FastAPI, HTTPException

app = FastAPI()


async def fetch(service, user, page):
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://{service}/{user}")
    if response.status_code == 404:
        raise HTTPException(404, f"{service} does not know {user}")
    page[service] = response.json()["text"]


async def both_orders(user, page):
    async with anyio.create_task_group() as group:
        group.start_soon(fetch, "pending", user, page)
        group.start_soon(fetch, "shipped", user, page)


@app.get("/pages/{user}")
async def page(user: str):
    page = {}
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(fetch, "profile", user, page)
            group.start_soon(both_orders, user, page)
    except ExceptionGroup as group:
        http, bugs = group.split(HTTPException)
        if bugs is not None:
            raise
        while isinstance(http, ExceptionGroup):
            http = http.exceptions[0]
        raise http from None
    return {"profile": page["profile"], "orders": [page["pending"], page["shipped"]]}
