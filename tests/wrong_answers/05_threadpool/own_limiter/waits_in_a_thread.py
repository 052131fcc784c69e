# fails: items_do_not_wait | says: take none of these
import threading

from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    turns = threading.Semaphore(most)

    @app.get("/report/{name}")
    def report(name: str):
        with turns:
            return reports.get_blocking(name)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
