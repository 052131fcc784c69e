# outcome: failed | ended: | says: took 0 s
# mypy: ignore-errors
class Greeter:
    def __call__(self, name, seconds):
        return f'Hello, {name}!'


greet = Greeter()
