# fails: at_most, items_do_not_wait | says: `run_sync` takes a limiter
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()

    @app.get("/report/{name}")
    def report(name: str):
        return reports.get_blocking(name)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
