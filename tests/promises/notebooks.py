"""What we rely on inside of Jupyter, IPython and Tornado."""

from __future__ import annotations

import inspect
import logging
import sys
from types import SimpleNamespace
from typing import Any

from ipykernel.compiler import get_file_name
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.interactiveshell import InteractiveShell
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from nbclient import NotebookClient
from tornado import websocket
from tornado.websocket import WebSocketProtocol13, _WebSocketParams

from checker.cli.jupyter.app import NO_NEWS
from tests.promises.promise import relied_on


@relied_on(
    "ipykernel",
    "IPythonKernel.shell_class, IPythonKernel.language_info, IPKernelApp.kernel_class, "
    "IPKernelApp.init_path",
    "notebook/kernel.py",
)
def a_kernel_takes_its_shell_its_language_and_its_path_from_its_class() -> None:
    """A subclass may set `shell_class`, `language_info` and `kernel_class`. It is `init_path` of
    the app, and nothing else, that puts the folder of the notebook on `sys.path`, before the
    libraries."""
    assert "shell_class" in IPythonKernel.class_traits()
    assert "kernel_class" in IPKernelApp.class_traits()
    info: Any = IPythonKernel.language_info
    assert info["version"].startswith("3.")
    assert "init_path()" in inspect.getsource(IPKernelApp.initialize)
    app: Any = SimpleNamespace(ignore_cwd=False)
    before = sys.path[:]
    sys.path[:] = filter(None, before)
    try:
        IPKernelApp.init_path(app)
        assert "" in sys.path[:-1] or sys.flags.safe_path
    finally:
        sys.path[:] = before


@relied_on("ipykernel", "ipykernel.iostream.OutStream.write, OutStream.flush", "lab/streams.py")
def what_a_kernel_prints_goes_through_two_methods() -> None:
    """`sys.stdout` of a kernel is an `OutStream`, whose `write` and `flush` hand the text to a
    thread of the kernel's. Both are methods of that class itself."""
    assert {"write", "flush"} <= set(vars(OutStream))


@relied_on("ipykernel", "ipykernel.compiler.get_file_name", "lab/where.py")
def the_file_of_a_cell_bears_the_name_of_ipykernel() -> None:
    """The code of a cell has a file name with `ipykernel_` in it, in the folder for temporary
    files. The lab calls such a file `cell`."""
    assert "ipykernel_" in get_file_name("1 + 1")


@relied_on(
    "IPython",
    "InteractiveShell._showtraceback, InteractiveShell.showtraceback, "
    "InteractiveShell.InteractiveTB, InteractiveShell.set_next_input, _render_traceback_",
    "notebook/groups.py, notebook/shell.py, notebook/errors.py",
)
def a_shell_shows_an_error_by_two_methods() -> None:
    """`showtraceback(exc_tuple)` decides how an error is shown, and `_showtraceback(type, error,
    lines)` sends it to the front end. An error with `_render_traceback_` writes its own lines;
    `InteractiveTB.structured_traceback(type, error, tb)` makes those of others. The kernel's
    `set_next_input(text, replace)` changes the cell that runs."""
    shows = inspect.signature(ZMQInteractiveShell._showtraceback)
    assert list(shows.parameters) == ["self", "etype", "evalue", "stb"]
    asks = list(inspect.signature(InteractiveShell.showtraceback).parameters)
    assert asks[:2] == ["self", "exc_tuple"]
    assert "exception_only" in asks
    source = inspect.getsource(InteractiveShell.showtraceback)
    assert "_render_traceback_" in source
    assert "self.InteractiveTB.structured_traceback(" in source
    assert "replace" in inspect.signature(ZMQInteractiveShell.set_next_input).parameters


@relied_on("nbclient", "NotebookClient._async_cleanup_kernel", "chapters/kernel.py")
def a_kernel_of_a_build_can_be_ended() -> None:
    """`_async_cleanup_kernel()` ends the kernel of a client and closes its channels."""
    assert inspect.iscoroutinefunction(NotebookClient._async_cleanup_kernel)
    assert not inspect.signature(NotebookClient._async_cleanup_kernel).parameters.keys() - {"self"}


@relied_on(
    "jupyter_server",
    "ServerApp.init_signal, ServerApp.init_logging, ServerApp.start_app, ServerApp.stop",
    "cli/jupyter/app.py",
)
def a_server_begins_and_ends_in_methods_that_can_be_replaced() -> None:
    """`init_signal` takes the signals, `init_logging` joins Tornado's log to the server's, and
    `start_app` tells the address and opens the browser, before the loop runs. `stop(from_signal=
    True)` ends kernels and server without asking back."""
    assert "init_signal()" in inspect.getsource(ServerApp.initialize)
    assert "init_logging()" in inspect.getsource(ServerApp.initialize)
    assert "start_app()" in inspect.getsource(ServerApp.start)
    assert "from_signal" in inspect.signature(ServerApp.stop).parameters


@relied_on(
    "jupyter_server, Tornado",
    "WebSocketMixin.ping_interval, WebSocketMixin.ping_timeout, WebSocketProtocol13.ping_timeout, "
    "tornado.general",
    "cli/jupyter/app.py",
)
def tornado_says_one_line_about_jupyters_pings() -> None:
    """Jupyter's default times for pings are milliseconds under names under which Tornado looks for
    seconds; Tornado finds one longer than the other and says so in the log `tornado.general`, in
    these words. Once the line is no longer said, the filter for it can go."""
    jupyter: Any = WebSocketMixin()
    jupyter.settings = {}
    assert issubclass(KernelWebsocketHandler, WebSocketMixin)
    assert KernelWebsocketHandler.ping_timeout is WebSocketMixin.ping_timeout
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    listener, log = Listener(), logging.getLogger("tornado.general")
    protocol: Any = WebSocketProtocol13.__new__(WebSocketProtocol13)
    protocol.params = _WebSocketParams(jupyter.ping_interval, jupyter.ping_timeout)
    websocket.de_dupe_gen_log.cache_clear()  # It says each line once in a process.
    log.addHandler(listener)
    try:
        assert protocol.ping_timeout == jupyter.ping_interval
    finally:
        log.removeHandler(listener)
    assert said == [NO_NEWS]
