import inspect

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse


def endpoint(handler):
    async def app(scope, receive, send):
        kinds = (handler, type(handler).__call__)
        if any(map(inspect.iscoroutinefunction, kinds)):
            text = await handler(scope)
        else:
            text = await run_in_threadpool(handler, scope)
        await PlainTextResponse(text)(scope, receive, send)

    return app


def router(routes):
    apps = {(method, path): endpoint(handler) for method, path, handler in routes}
    paths = {path for _, path, _ in routes}

    async def app(scope, receive, send):
        path, found = scope["path"], apps.get((scope["method"], scope["path"]))
        if found is None:
            allow = ", ".join(method for method, where in apps if where == path)
            status, headers = (405, {"allow": allow}) if path in paths else (404, {})
            found = PlainTextResponse("no", status, headers)
        await found(scope, receive, send)

    return app
