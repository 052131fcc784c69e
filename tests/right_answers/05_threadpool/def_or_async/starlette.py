import anyio.to_thread
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def make_app(shop, archive):
    async def version(request):
        return JSONResponse("5.0")

    async def price(request):
        return JSONResponse(await shop.get("price"))

    async def stock(request):
        return JSONResponse(await shop.get("stock"))

    def scan(request):
        return JSONResponse(archive.get_blocking("scan"))

    async def me(request):
        token = request.query_params.get("token", "guest")
        return JSONResponse(await anyio.to_thread.run_sync(archive.get_blocking, token))

    async def items(request):
        return JSONResponse(max(int(request.query_params.get("number", 1)), 1))

    handlers = {"version": version, "price": price, "stock": stock, "scan": scan, "me": me}
    handlers["list"] = items
    return Starlette(routes=[Route(f"/{path}", each) for path, each in handlers.items()])
