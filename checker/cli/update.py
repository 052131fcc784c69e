"""`unblocked update`: a course folder, brought to the version that is installed."""

from __future__ import annotations

from pathlib import Path

import typer

OWN = """\
{} is a folder of your own exercises: nothing in it came from the course.
Next: pip install a newer wheel of the course; your exercises stay as they are."""
CHECKOUT = """\
{} is a checkout of the course.
Next: git pull brings its newest version."""


def update() -> None:
    """Bring this course folder to the installed version. Your work stays as it is."""
    from checker.cli._changes import doing, tell
    from checker.cli._course import course_folder
    from checker.course import has_manifest, is_checkout
    from checker.install import bring, shipped

    here = Path.cwd()
    # One whose exercises are gone is no course for other commands, but is one to be mended.
    mendable = next((f for f in (here, *here.parents) if has_manifest(f) or is_checkout(f)), None)
    folder = mendable or course_folder(here)
    if is_checkout(folder) or not has_manifest(folder):
        typer.echo((CHECKOUT if is_checkout(folder) else OWN).format(folder), err=True)
        raise typer.Exit(1)
    with doing(folder):
        changes = bring(shipped(), folder)
    tell(changes)
