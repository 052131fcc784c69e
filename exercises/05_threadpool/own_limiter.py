"""Own limiter

Two handlers that block. An item takes a moment, a report takes seconds. When many want reports,
these take all forty threads, and whoever wants an item waits behind them.

Mend `make_app(reports, items, most)`:

- `reports` is asked for at most `most` reports at once. All others wait their turn, however many.
- All forty threads are there for items, at any time.
- If a report fails, its client gets the error, and the next report its turn.
- Each app has a limit of its own: `make_app` may be called twice.

The app is made when its module is imported, where no loop runs yet.
"""

import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    """An app with reports and items, where slow reports starve nobody."""
    app = FastAPI()

    @app.get("/report/{name}")
    def report(name: str):
        return reports.get_blocking(name)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
