# fails: async_needs_no_thread | says: one of 6
import inspect

import anyio.to_thread


async def respond(send, status, text, headers=()):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def is_async(handler):
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(handler.__call__)


def router(routes):

    async def app(scope, receive, send):
        found = {method: handler for method, path, handler in routes if path == scope["path"]}
        handler = found.get(scope["method"])
        if not found:
            await respond(send, 404, "there is no such page")
        elif handler is None:
            allow = (b"allow", ", ".join(found).encode())
            await respond(send, 405, "not with this method", [allow])
        else:
            text = await anyio.to_thread.run_sync(handler, scope)
            await respond(send, 200, await text if is_async(handler) else text)

    return app
