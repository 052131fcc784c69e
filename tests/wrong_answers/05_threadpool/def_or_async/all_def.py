# fails: awaits_the_shop, threads_are_taken | says: who awaits needs none
from fastapi import Depends, FastAPI


def make_app(shop, archive):
    app = FastAPI()

    def user(token: str = "guest"):
        return archive.get_blocking(token)

    def page(number: int = 1):
        return max(number, 1)

    @app.get("/version")
    def version():
        return "5.0"

    @app.get("/price")
    def price():
        return shop.get_blocking("price")

    @app.get("/stock")
    def stock():
        return shop.get_blocking("stock")

    @app.get("/scan")
    def scan():
        return archive.get_blocking("scan")

    @app.get("/me")
    def me(user=Depends(user)):
        return user

    @app.get("/list")
    def items(page=Depends(page)):
        return page

    return app
