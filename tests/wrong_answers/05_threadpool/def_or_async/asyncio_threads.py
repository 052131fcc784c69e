# fails: threads_for_the_archive | says: on one core there are 5 of them
import asyncio

from fastapi import Depends, FastAPI


def make_app(shop, archive):
    app = FastAPI()

    def user(token: str = "guest"):
        return archive.get_blocking(token)

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
        return await asyncio.to_thread(archive.get_blocking, "scan")

    @app.get("/me")
    async def me(user=Depends(user)):
        return user

    @app.get("/list")
    async def items(page=Depends(page)):
        return page

    return app
