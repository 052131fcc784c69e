# fails: header | says: what the app gave stays the app's own
import time


def timing(app, log):

    async def timed(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began, over = time.perf_counter(), False

        def ms():
            return round(1000 * (time.perf_counter() - began))

        async def measure(message):
            nonlocal over
            if message["type"] == "http.response.start":
                header = (b"server-timing", b"app;dur=%d" % ms())
                message.setdefault("headers", []).append(header)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                over = True
                log.write([scope["path"], ms()])

        try:
            await app(scope, receive, measure)
        finally:
            if not over:
                log.write([scope["path"], ms()])

    return timed
