import time

from starlette.datastructures import MutableHeaders


def timing(app, log):
    async def timed(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        began = time.monotonic()
        lines = []

        def note():
            if not lines:
                lines.append([scope["path"], round((time.monotonic() - began) * 1000)])
                log.write(lines[0])

        async def outer(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(message.get("headers", []))}
                took = round((time.monotonic() - began) * 1000)
                MutableHeaders(scope=message).append("server-timing", f"app;dur={took}")
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                note()

        try:
            await app(scope, receive, outer)
        finally:
            note()

    return timed
