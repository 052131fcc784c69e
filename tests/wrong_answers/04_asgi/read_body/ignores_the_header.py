# fails: 413_by_header | says: before the first `receive`


async def answer(send, status):
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body"})


def make_app(store, limit):

    async def app(scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if len(body) > limit:
                await answer(send, 413)
                return
            more = message["more_body"]
        await store.get("keep", body)
        await answer(send, 201)

    return app
