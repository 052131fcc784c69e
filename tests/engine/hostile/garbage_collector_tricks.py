# outcome: failed | ended: | says: returned None
# mypy: ignore-errors
import gc


async def greet(name, seconds):
    gc.callbacks.append(lambda *args: None)
    gc.set_threshold(5)
    gc.enable()
    gc.collect()
    gc.unfreeze()
