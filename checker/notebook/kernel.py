"""The course's kernel: IPython's own, but the same on every machine.

A notebook carries the kernel's `language_info`. IPython puts the exact Python version there, so
opening a chapter that was built with another one would change it; here the version is "3".
"""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

from checker import __all__
from checker.notebook.groups import CourseShell


class CourseKernel(IPythonKernel):
    """IPython's kernel, with the course's shell and a `language_info` of no exact version."""

    shell_class = CourseShell
    language_info: dict[str, Any] = IPythonKernel.language_info | {"version": "3"}


# What is there in each chapter, also after a restart, before any cell has run.
AT_HAND = f"from checker import {', '.join(sorted(set(__all__) - {'load_ipython_extension'}))}"


class CourseKernelApp(IPKernelApp):
    """Starts the kernel, with the notebook's folder last on the import path.

    The course's names and `%%exercise` are there from the beginning. They are not among the names
    that `%who` lists, and they stand in no cell's history.
    """

    kernel_class = CourseKernel

    def init_code(self) -> None:
        """Run what a kernel begins with."""
        self.exec_lines = [AT_HAND, *self.exec_lines]
        super().init_code()  # type: ignore[no-untyped-call]  # ipykernel has no types here.

    def init_path(self) -> None:
        """Let cells import modules beside the chapter, but none in place of a library's."""
        sys.path.append("")


if __name__ == "__main__":
    CourseKernelApp.launch_instance()
