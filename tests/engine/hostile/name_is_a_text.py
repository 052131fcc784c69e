# outcome: failed | ended: | says: `greet` is of type str
# mypy: ignore-errors
greet = "Hello"
