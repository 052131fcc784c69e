import asyncio

import httpx
from fastapi import FastAPI, HTTPException
from fastapi.exception_handlers import http_exception_handler

app = FastAPI()


@app.exception_handler(ExceptionGroup)
async def unwrap(request, group):
    """What any handler of the app lets out of a group."""
    _, bugs = group.split(HTTPException)
    if bugs is not None:
        raise bugs
    error = group
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return await http_exception_handler(request, error)


async def fetch(service, user):
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://{service}/{user}")
    if response.status_code == 404:
        raise HTTPException(404, f"{service} does not know {user}")
    return response.json()["text"]


@app.get("/pages/{user}")
async def page(user: str):
    async with asyncio.TaskGroup() as group:
        names = ("profile", "pending", "shipped")
        tasks = [group.create_task(fetch(name, user)) for name in names]
    profile, *orders = [task.result() for task in tasks]
    return {"profile": profile, "orders": orders}
