# fails: health, keys, ready | says: It needs no key
from fastapi import Depends, FastAPI, HTTPException


def make_app(legacy, keys):

    def known(key: str = ""):
        if key not in keys:
            raise HTTPException(401, "an unknown key")

    app = FastAPI(dependencies=[Depends(known)])

    @app.get("/work")
    def work():
        return legacy.get_blocking("work")

    @app.get("/health")
    async def health():
        return "alive"

    return app
