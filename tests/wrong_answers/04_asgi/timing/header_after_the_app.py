# fails: header, stream, log, side_by_side | says: has to be known, and put in
import time


def timing(app, log):

    async def timed(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began, over = time.perf_counter(), False

        def ms():
            return round(1000 * (time.perf_counter() - began))

        kept = []

        async def measure(message):
            nonlocal over
            kept.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                over = True
                log.write([scope["path"], ms()])
                header = (b"server-timing", b"app;dur=%d" % ms())
                kept[0] = {**kept[0], "headers": [*kept[0].get("headers", ()), header]}
                for each in kept:
                    await send(each)

        try:
            await app(scope, receive, measure)
        finally:
            if not over:
                log.write([scope["path"], ms()])

    return timed
