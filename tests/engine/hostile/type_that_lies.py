# outcome: failed | ended: | says: plain values
# mypy: ignore-errors
class Meta(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt

    def mro(cls):
        return [cls, object]


class Thing(metaclass=Meta):
    __class__ = str


async def greet(name, seconds):
    return Thing()
