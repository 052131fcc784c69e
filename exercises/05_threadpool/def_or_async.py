"""def or async def

An app with six handlers. Each gives the right answer to one client; under load some of them keep
others waiting, or wait themselves. Mend `make_app`; one of the six is right as it is.

`shop.get(key)` can be awaited, `shop.get_blocking(key)` blocks. The archive is an old library:
`archive.get_blocking(key)`, and nothing to await.

- Nobody holds the loop.
- What only waits for the shop does so for any number of clients at once.
- What has to block is done for forty clients at once, and only that needs one of the forty threads:
  while they are taken, all else is answered as always.
"""

from fastapi import Depends, FastAPI


def make_app(shop, archive):
    """An app that answers each path in the best of the ways that there are."""
    app = FastAPI()

    async def user(token: str = "guest"):
        return archive.get_blocking(token)

    def page(number: int = 1):
        return max(number, 1)

    @app.get("/version")
    def version():
        return "5.0"

    @app.get("/price")
    async def price():
        return shop.get_blocking("price")

    @app.get("/stock")
    def stock():
        return shop.get_blocking("stock")

    @app.get("/scan")
    def scan():
        return archive.get_blocking("scan")

    @app.get("/me")
    async def me(user=Depends(user)):
        return user

    @app.get("/list")
    async def items(page=Depends(page)):
        return page

    return app
