"""Runs JupyterLab on the course, in this process, until Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from checker.cli.jupyter.folder import environment, jupyter_folder, write_settings
from checker.cli.jupyter.trust import sign_chapters


def serve(course: Path, *, port: int | None, browser: bool) -> None:
    """Write the settings, sign the chapters, and serve until Ctrl-C or a signal to end."""
    typer.echo("Opening the course in JupyterLab. Ctrl-C ends it.")
    try:
        write_settings(course)
        ours = environment(course, os.environ)
        os.environ.clear()
        os.environ.update(ours)
        for line in sign_chapters(course, jupyter_folder(course) / "data"):
            typer.echo(line, err=True)
        # Only now: Jupyter looks at the environment while it is imported.
        from checker.cli.jupyter.app import CourseServer

        CourseServer.launch_instance(arguments(port, browser))
    except KeyboardInterrupt:
        # It came before the server was up, which from then on handles it.
        pass
    typer.echo("JupyterLab has ended.")


def arguments(port: int | None, browser: bool) -> list[str]:
    """What is asked of this one start. A port that was asked for is that port or none."""
    chosen = [] if port is None else [f"--port={port}", "--ServerApp.port_retries=0"]
    return chosen if browser else [*chosen, "--no-browser"]
