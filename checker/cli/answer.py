"""`unblocked answer`: a wrong or right answer, whole or as its difference from the solution."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import _desk
from checker.cli._course import course_folder


def answer(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file below tests/*_answers.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Print it as its difference from the solution.")
    ] = False,
) -> None:
    """For authors: print an answer whole, also if it is kept as a .diff."""
    from checker.gate.difference import difference
    from checker.gate.edits import DoesNotApply
    from checker.gate.folders import Folders, NoSolution

    folders = Folders(course_folder(Path.cwd()))
    path = file.resolve()
    if not folders.is_answer(path):
        _desk.refuse(
            f"{file} is no answer of this course.\nNext: name a file that is there, such as "
            "tests/wrong_answers/NN_slug/<exercise>/<misconception>.diff"
        )
    try:
        data = folders.whole(path)
        if diff:
            data = difference(data.decode(), folders.solution_of(path)).encode()
    except DoesNotApply as error:
        _desk.refuse(f"{file}:{error.line}: {error.what}.\nNext: {error.fix}.")
    except SyntaxError as error:
        _desk.refuse(f"{file} is not Python: {error}\nNext: keep it as a whole file.")
    except UnicodeDecodeError as error:
        _desk.refuse(f"{file} cannot be read: {error}\nNext: save it as UTF-8.")
    except NoSolution as error:
        _desk.refuse(f"There is no solution to compare with: {error}\nNext: mend that first.")
    typer.echo(data, nl=False)
