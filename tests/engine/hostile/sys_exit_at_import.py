# outcome: failed | ended: | says: SystemExit
# mypy: ignore-errors
import sys

sys.exit(0)
