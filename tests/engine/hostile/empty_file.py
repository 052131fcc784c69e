# outcome: failed | ended: | says: it defines nothing
# mypy: ignore-errors

