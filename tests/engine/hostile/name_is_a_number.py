# outcome: failed | ended: | says: `greet` is of type int
# mypy: ignore-errors
greet = 5
