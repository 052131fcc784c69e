"""The way to a Dask scheduler.

Invariant: what is gathered is never unpickled. Dask sends functions and arguments as pickles, which
are ours; verdicts come back as bytes of JSON, and a client that is told so refuses anything else.
Pickles do come back where Dask itself fails, as exceptions. They are of the workers' own processes:
an attempt is two processes away, and has a socket to neither of Dask's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.classroom.grading.cluster_words import ClusterFailed
from checker.course import WHEEL

if TYPE_CHECKING:
    from distributed import Client


def connect(address: str, wait_s: float) -> Client:
    """A client, or ClusterFailed."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterFailed(
            f"Dask is not installed here ({error}).\n"
            f'Next: pip install "{WHEEL}[course,cluster]", here and on the workers.'
        ) from None
    try:
        return Client(
            address,
            timeout=wait_s,
            set_as_default=False,
            name="unblocked",
            serializers=["dask", "msgpack", "pickle"],
            deserializers=["dask", "msgpack"],
        )
    except (OSError, TypeError, ValueError) as error:
        raise ClusterFailed(
            f"No Dask scheduler answers at {address}: {error}.\n"
            'Next: look which address it prints ("Scheduler at: tcp://..."), and whether this '
            "machine can reach it."
        ) from None
