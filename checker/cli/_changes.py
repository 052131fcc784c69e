"""What was done to a course folder, and why it could not be done, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from checker.install import Changes


@contextmanager
def doing(folder: Path) -> Iterator[None]:
    """Put what goes wrong with a course folder into words, and end with 1."""
    from checker.install import InstallError

    try:
        yield
    except InstallError as error:
        typer.echo(str(error), err=True)
    except OSError as error:
        typer.echo(
            f"{folder}: {error.strerror or error} ({error.filename}).\n"
            f"Next: mend that, then run the same command again. It goes on where it was; "
            f"nothing is lost.",
            err=True,
        )
    else:
        return
    raise typer.Exit(1)


def tell(changes: Changes) -> None:
    """Say what an update did, and where what the learner had edited is now."""
    if not changes.written and not changes.removed:
        typer.echo(f"The course is up to date: version {changes.after}.")
    else:
        typer.echo(
            f"The course is now version {changes.after}: "
            f"{counted(len(changes.written), 'file')} written, "
            f"{counted(len(changes.removed), 'file')} removed."
        )
    kept = {name: place for name, place in changes.edited.items() if name != place}
    if kept:
        typer.echo("You had edited these; your versions are kept:")
        for name, place in kept.items():
            typer.echo(f"  {name}\n    in {place}")
    stayed = sorted(set(changes.edited) - set(kept))
    if stayed:
        typer.echo("You had edited these, and they are as you left them:")
        for name in stayed:
            typer.echo(f"  {name}")
    if changes.edited:
        typer.echo("Your work in work/ is as it was.")


def counted(count: int, what: str) -> str:
    """ "1 file", "2 files" """
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
