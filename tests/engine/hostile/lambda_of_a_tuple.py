# outcome: failed | ended: | says: returned ['Hello,', 'Leslie']
# mypy: ignore-errors
greet = lambda name, seconds: ('Hello,', name)
