import anyio.to_thread
from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool


def make_app(shop, archive):
    app = FastAPI()

    async def user(token: str = "guest"):
        return await anyio.to_thread.run_sync(archive.get_blocking, token)

    async def page(number: int = 1):
        return max(number, 1)

    @app.get("/version")
    async def version():
        return "5.0"

    @app.get("/price")
    async def price():
        return await shop.get("price")

    @app.get("/stock")
    async def stock():
        return await shop.get("stock")

    @app.get("/scan")
    async def scan():
        return await run_in_threadpool(archive.get_blocking, "scan")

    @app.get("/me")
    async def me(user=Depends(user)):
        return user

    @app.get("/list")
    async def items(page=Depends(page)):
        return page

    return app
