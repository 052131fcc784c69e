"""The options of `unblocked grade`: what a teacher can say, and what help says of it."""

from pathlib import Path
from typing import Annotated

import typer

Submissions = Annotated[
    Path, typer.Argument(metavar="SUBMISSIONS", help="What you downloaded: a folder or a zip.")
]
Out = Annotated[Path, typer.Option("--out", help="The folder for the results.")]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ID", help="An exercise or a chapter; may be repeated."),
]
Title = Annotated[str, typer.Option(help="The name of the assignment.")]
Hidden = Annotated[
    Path | None,
    typer.Option(help="A folder with checks of your own: NN_slug/test_<exercise>.py"),
]
Due = Annotated[str, typer.Option(help="When it was due: 2026-03-01T23:59")]
Late = Annotated[str, typer.Option(help="What being late costs: accept, flag, zero, or 10%/day")]
Extensions = Annotated[
    Path | None,
    typer.Option(help="More time for some: a CSV with `student,due`, as `ada,+2 days`."),
]
Roster = Annotated[
    Path | None,
    typer.Option(help="The class list. Students who handed in nothing get a row."),
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Go on without a question if most of the class is late.")
]
AllowUngraded = Annotated[
    bool,
    typer.Option(
        "--allow-ungraded", help="Write gradebooks although some works could not be graded."
    ),
]
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        help="csv, canvas, moodle, nbgrader, gradescope, junit, classroom50, jsonl",
    ),
]
CanvasTemplate = Annotated[
    Path | None, typer.Option(help="An export of Canvas's gradebook, to fill in.")
]
MoodleWorksheet = Annotated[
    Path | None,
    typer.Option(help="A grading worksheet of Moodle's, to fill in; it has hand-in times, too."),
]
Gradescope = Annotated[
    bool,
    typer.Option("--gradescope", help="Within Gradescope: one submission, and OUT/results.json."),
]
Seed = Annotated[
    int | None,
    typer.Option(help="What inputs are drawn from; without it, a number nobody knows before."),
]
Workers = Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one for each core.")]
Dask = Annotated[
    str,
    typer.Option(metavar="ADDRESS", help="Grade on this Dask cluster; needs the extra `cluster`."),
]
Sandbox = Annotated[
    str, typer.Option(help="jail, bwrap, or outer: the container around this is the sandbox.")
]
Unsafe = Annotated[
    bool,
    typer.Option("--unsafe-no-sandbox", help="No sandbox: attempts can do what you can do here."),
]
Json = Annotated[bool, typer.Option("--json", help="A summary as JSON.")]
