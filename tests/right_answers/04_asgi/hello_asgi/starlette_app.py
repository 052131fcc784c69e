from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def make_app(phrases):
    @asynccontextmanager
    async def lifespan(app):
        app.state.phrase = await phrases.get("hello")
        yield
        await phrases.get("goodbye")

    async def greet(request):
        return PlainTextResponse(f"{request.app.state.phrase}, {request.path_params['name']}")

    return Starlette(routes=[Route("/{name}", greet)], lifespan=lifespan)
