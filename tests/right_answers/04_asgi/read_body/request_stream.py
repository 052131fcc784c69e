from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


class TooMuch(Exception):
    pass


async def whole(request, limit):
    body = bytearray()
    if int(request.headers.get("content-length") or 0) > limit:
        raise TooMuch
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise TooMuch
    return bytes(body)


def make_app(store, limit):
    async def app(scope, receive, send):
        try:
            body = await whole(Request(scope, receive), limit)
        except TooMuch:
            await Response(status_code=413)(scope, receive, send)
        except ClientDisconnect:
            pass
        else:
            await store.get("keep", body)
            await Response(status_code=201)(scope, receive, send)

    return app
