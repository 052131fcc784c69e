# outcome: failed | ended: | says: NoNetwork
# mypy: ignore-errors
import socket


async def greet(name, seconds):
    socket.create_connection(('127.0.0.1', 9), 1)
