# outcome: failed | ended: | says: is of type greet
# mypy: ignore-errors
class greet:
    def __init__(self, name, seconds):
        pass
