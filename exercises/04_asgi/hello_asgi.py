"""Hello, ASGI

An app by hand, with nothing but `scope`, `receive` and `send`. `make_app(phrases)` returns it.

When it starts, it fetches its phrase, `await phrases.get("hello")`, and only then says that it has
started. If that fails, it says that its start has failed. Told to stop, it takes its leave, `await
phrases.get("goodbye")`, and only then says that it has stopped. Requests ask `phrases` nothing.

GET /Ada is answered with the phrase, a comma and the name: "Good evening, Ada", with status 200
and the header content-type: text/plain; charset=utf-8. For GET / the status is 404.
"""


def make_app(phrases):
    """An ASGI app that greets with a phrase, which it fetches once, when it starts."""

    async def app(scope, receive, send):
        raise NotImplementedError

    return app
