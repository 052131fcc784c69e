"""The world outside, which a program uses and a check controls and measures.

upstream, behaviour, which, reply   a service that is called, directly or over HTTP
wire, messages, network, transport  HTTP in memory, under the real httpx and its real pool
database, connection, link, store   rows, transactions, and a limited number of connections
queue, broker                       jobs, delivered at least once
latency                             how long anything takes
calls, connections, service         what is counted, and when
steps, clock, lock                  one code that waits as a task or as a thread
routes                              host name -> service

Nothing here imports httpx before a client is asked for.
"""

from checker.lab.services.database import Database
from checker.lab.services.latency import choice, exponential, lognormal, uniform
from checker.lab.services.link import (
    CommitFailed,
    ConnectionBusy,
    ConnectionClosed,
    ConnectionLost,
    DatabaseError,
    QueryFailed,
    RowExists,
    TooManyConnections,
)
from checker.lab.services.queue import Queue, QueueFull
from checker.lab.services.reply import UpstreamError
from checker.lab.services.upstream import Upstream

__all__ = [
    "CommitFailed",
    "ConnectionBusy",
    "ConnectionClosed",
    "ConnectionLost",
    "Database",
    "DatabaseError",
    "QueryFailed",
    "Queue",
    "QueueFull",
    "RowExists",
    "TooManyConnections",
    "Upstream",
    "UpstreamError",
    "choice",
    "exponential",
    "lognormal",
    "uniform",
]
