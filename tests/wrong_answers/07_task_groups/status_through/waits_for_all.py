# fails: rest_given_up | says: do not wait for answers that nobody will see
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


@app.get("/pages/{user}")
async def page(user: str):
    names = ["profile", "pending", "shipped"]
    calls = (fetch(name, user) for name in names)
    results = await asyncio.gather(*calls, return_exceptions=True)
    errors = [each for each in results if isinstance(each, Exception)]
    for error in sorted(errors, key=lambda each: isinstance(each, HTTPException)):
        raise error
    return {"profile": results[0], "orders": results[1:]}
