import asyncio
import functools
import inspect


async def respond(send, status, text, headers=()):
    """A whole response."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def in_a_thread(handler):
    @functools.wraps(handler, updated=())
    async def run(scope):
        return await asyncio.to_thread(handler, scope)

    return run


def router(routes):
    def kind(handler):
        call = handler if inspect.isroutine(handler) else type(handler).__call__
        return handler if inspect.iscoroutinefunction(call) else in_a_thread(handler)

    known = [(method, path, kind(handler)) for method, path, handler in routes]

    async def app(scope, receive, send):
        allowed = []
        for method, path, handler in known:
            if path == scope["path"]:
                if method == scope["method"]:
                    await respond(send, 200, await handler(scope))
                    return
                allowed.append(method)
        if not allowed:
            await respond(send, 404, "Not Found")
        else:
            await respond(
                send, 405, "Method Not Allowed", [(b"allow", ", ".join(allowed).encode())]
            )

    return app
