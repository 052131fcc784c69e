# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
class Never:
    def __await__(self):
        while True:
            pass


def greet(name, seconds):
    return Never()
