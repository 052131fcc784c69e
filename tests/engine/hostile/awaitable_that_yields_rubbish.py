# outcome: failed | ended: | says: Task got bad yield
# mypy: ignore-errors
class Odd:
    def __await__(self):
        yield 'rubbish'


def greet(name, seconds):
    return Odd()
