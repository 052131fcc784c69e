# outcome: failed | ended: | says: `greet` is of type module
# mypy: ignore-errors
import asyncio as greet
