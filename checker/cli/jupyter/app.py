"""Jupyter's server, but in order at both ends.

Ctrl-C ends it at once, kernels first: Jupyter itself asks back on a terminal, and without a
terminal it leaves its kernels running. The address is told when the server listens there, where
Jupyter tells it, and sends the browser to it, a moment too early. One line of its log that means
nothing to a learner is left out.
"""

from __future__ import annotations

import logging
import signal

from jupyter_server.serverapp import ServerApp

# Jupyter sends its own pings, and keeps their times in milliseconds under the names under which
# Tornado looks for seconds: WebSocketMixin in jupyter_server/base/websocket.py (2.21),
# WebSocketProtocol13.ping_timeout in tornado/websocket.py (6.6). So Tornado finds one default of
# Jupyter's longer than the other, and says so at the first connection. A shorter timeout silences
# it and does worse: Jupyter then closes each connection before it has sent the first ping.
NO_NEWS = (
    "The websocket_ping_timeout (90000) cannot be longer than the websocket_ping_interval "
    "(30000).\nSetting websocket_ping_timeout=30000"
)


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line of Tornado's log is any other line than that one."""
    return record.getMessage() != NO_NEWS


class CourseServer(ServerApp):
    """The server that JupyterLab runs on, as one of its extensions."""

    def init_logging(self) -> None:
        """Leave out the one line."""
        super().init_logging()
        logging.getLogger("tornado.general").addFilter(is_news)

    def init_signal(self) -> None:
        """Let Ctrl-C mean the same as a signal to end."""
        super().init_signal()
        signal.signal(signal.SIGINT, lambda *_: self.stop(from_signal=True))

    def start_app(self) -> None:
        """Start up inside the loop, where binding the port stands first in the queue."""
        self.io_loop.add_callback(super().start_app)
