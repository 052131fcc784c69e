"""Timing

A middleware is an app round an app. `timing(app, log)` returns one that measures what `app` does
with HTTP requests:

- Each response gets one header more, `server-timing: app;dur=250`: the milliseconds from the call
  of `app` to the start of its response, rounded to a whole number.
- When the last piece of a response was sent, `log.write([path, ms])`, with the milliseconds until
  then, rounded too. What the app does afterwards is not counted. An app that raises before that
  is written down when it raises, and its error goes on to the server.

All else stays as it is: a stream goes out piece by piece, when each is sent, and what is no HTTP
request passes untouched. Many requests are under way at once.
"""

import time


def timing(app, log):
    """An ASGI app that does what `app` does, and measures it."""

    async def timed(scope, receive, send):
        raise NotImplementedError

    return timed
