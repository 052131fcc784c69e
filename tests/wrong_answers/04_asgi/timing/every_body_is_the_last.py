# fails: log, error, side_by_side | says: once it is sent, look at the clock
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
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)
            if message["type"] == "http.response.body":
                over = True
                log.write([scope["path"], ms()])

        try:
            await app(scope, receive, measure)
        finally:
            if not over:
                log.write([scope["path"], ms()])

    return timed
