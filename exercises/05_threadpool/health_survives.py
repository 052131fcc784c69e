"""Health survives

A platform asks /health each second, and restarts an app that does not answer in time. Here it does
so whenever the app is busiest, and not because the app is ill. Mend `make_app(legacy, keys)`:

- GET /health needs no key. It is answered with "alive", at once, whatever else goes on.
- GET /ready tells a balancer how full the app is: {"busy": 40, "waiting": 3}, the threads of plain
  `def`s that are taken, and how many wait for one. The status is 503 while all are taken, and 200
  otherwise. It needs no key, and is answered at once, too.
- GET /work needs a key: `/work?key=k1`. Without a known one it is a 401, at once, also while all
  threads are taken. Known clients are served as before.
"""

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse


def make_app(legacy, keys):
    """An app whose health and readiness are answered while everything else is full."""

    def known(key: str = ""):
        if key not in keys:
            raise HTTPException(401, "an unknown key")

    app = FastAPI(dependencies=[Depends(known)])

    @app.get("/work")
    def work():
        return legacy.get_blocking("work")

    @app.get("/health")
    def health():
        return "alive"

    return app
