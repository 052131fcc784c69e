"""The subcommands, collected from the modules of this package."""

from __future__ import annotations

import pkgutil
import platform
from importlib import import_module, metadata
from typing import Annotated

import typer

import checker.cli
from checker.course import DISTRIBUTION


def build() -> typer.Typer:
    """The whole command, with one subcommand for each public module of this package."""
    app = typer.Typer(
        name="unblocked",
        invoke_without_command=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(unblocked)
    for name in subcommands():
        app.command(name)(getattr(import_module(f"checker.cli.{name}"), name))
    return app


def subcommands() -> list[str]:
    """The names of the modules that are subcommands, in the order in which help lists them."""
    modules = pkgutil.iter_modules(checker.cli.__path__)
    return sorted(m.name for m in modules if not m.ispkg and not m.name.startswith("_"))


def _print_version(asked: bool) -> None:
    if asked:
        print(f"unblocked {metadata.version(DISTRIBUTION)}, Python {platform.python_version()}")
        raise typer.Exit


def unblocked(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it and end."),
    ] = False,
) -> None:
    """Unblocked: a course on concurrency in Python web services. Alone: what is next."""
    if context.invoked_subcommand is None:
        from checker.cli._next import say_what_is_next

        say_what_is_next()
