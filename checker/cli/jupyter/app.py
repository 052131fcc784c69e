"""Jupyter's server, but in order at both ends.

Ctrl-C ends it at once, kernels first: Jupyter itself asks back on a terminal, and without a
terminal it leaves its kernels running. The address is told when the server listens there, where
Jupyter tells it, and sends the browser to it, a moment too early.
"""

from __future__ import annotations

import signal

from jupyter_server.serverapp import ServerApp


class CourseServer(ServerApp):
    """The server that JupyterLab runs on, as one of its extensions."""

    def init_signal(self) -> None:
        """Let Ctrl-C mean the same as a signal to end."""
        super().init_signal()
        signal.signal(signal.SIGINT, lambda *_: self.stop(from_signal=True))

    def start_app(self) -> None:
        """Start up inside the loop, where binding the port stands first in the queue."""
        self.io_loop.add_callback(super().start_app)
