import asyncio
import inspect
from collections import defaultdict


class Router:
    def __init__(self, routes):
        self.table = defaultdict(dict)
        for method, path, handler in routes:
            called = handler if inspect.isfunction(handler) else type(handler).__call__
            self.table[path][method] = handler, inspect.iscoroutinefunction(called)

    async def __call__(self, scope, receive, send):
        status, body, headers = await self.answer(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    async def answer(self, scope):
        methods = self.table.get(scope["path"])
        if methods is None:
            return 404, "", []
        if scope["method"] not in methods:
            return 405, "", [(b"allow", ",".join(sorted(methods)).encode())]
        handler, is_async = methods[scope["method"]]
        if is_async:
            return 200, await handler(scope), []
        return 200, await asyncio.to_thread(handler, scope), []


router = Router
