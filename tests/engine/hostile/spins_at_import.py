# outcome: failed | ended: blocked | says: neither ends nor waits
# mypy: ignore-errors
while True:
    pass
