# fails: limit, 413_at_once | says: Count the bytes of all pieces


async def answer(send, status):
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body"})


def make_app(store, limit):

    async def app(scope, receive, send):
        if int(dict(scope["headers"]).get(b"content-length", 0)) > limit:
            await answer(send, 413)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if len(message["body"]) > limit:
                await answer(send, 413)
                return
            more = message["more_body"]
        await store.get("keep", body)
        await answer(send, 201)

    return app
