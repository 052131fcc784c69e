# fails: loop_is_free | says: A plain def gets a thread
import inspect

import anyio


async def respond(send, status, text, headers=()):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def is_async(handler):
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(handler.__call__)


def router(routes):

    limiter = anyio.CapacityLimiter(1)

    async def app(scope, receive, send):
        found = {method: handler for method, path, handler in routes if path == scope["path"]}
        handler = found.get(scope["method"])
        if not found:
            await respond(send, 404, "there is no such page")
        elif handler is None:
            allow = (b"allow", ", ".join(found).encode())
            await respond(send, 405, "not with this method", [allow])
        elif is_async(handler):
            await respond(send, 200, await handler(scope))
        else:
            await respond(
                send, 200, await anyio.to_thread.run_sync(handler, scope, limiter=limiter)
            )

    return app
