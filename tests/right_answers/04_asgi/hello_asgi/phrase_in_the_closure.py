def make_app(phrases):
    known = {}

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                match (await receive())["type"]:
                    case "lifespan.startup":
                        try:
                            known["phrase"] = await phrases.get("hello")
                        except Exception:
                            await send({"type": "lifespan.startup.failed"})
                            return
                        await send({"type": "lifespan.startup.complete"})
                    case "lifespan.shutdown":
                        await phrases.get("goodbye")
                        await send({"type": "lifespan.shutdown.complete"})
                        return
        _, _, name = scope["path"].partition("/")
        body = f"{known['phrase']}, {name}".encode() if name else b"nobody"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send(
            {"type": "http.response.start", "status": 200 if name else 404, "headers": headers}
        )
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return app
