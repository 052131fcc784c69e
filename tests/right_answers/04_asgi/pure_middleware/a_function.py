from contextvars import ContextVar

user = ContextVar("user", default="nobody")


def Audit(app, log):  # noqa: N802  # It stands for the class.
    async def audited(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        seen = {"status": 500, "bytes": 0, "started": False}

        def write():
            log.write([scope["path"], user.get(), seen["status"], seen["bytes"]])

        async def passing(message):
            match message:
                case {"type": "http.response.start", "status": status}:
                    seen.update(status=status, started=True)
                case {"type": "http.response.body"}:
                    seen["bytes"] += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        write()
            await send(message)

        try:
            await app(scope, receive, passing)
        except BaseException:
            if not seen["started"]:
                write()
            raise

    return audited
