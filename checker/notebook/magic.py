"""`%%exercise`: a cell that is an exercise's file, saved and checked each time it is run.

    %%exercise blocking/never_block
    async def quote(shop, item, pause):
        ...

The id stands in the source and not in metadata, so it survives copying, and builds see it.
"""

from __future__ import annotations

from checker.catalog import Exercise
from checker.notebook.errors import CourseError
from checker.notebook.session import Session, session
from checker.notebook.shell import become, shell
from checker.show.texts import plain

NAME = "exercise"


def register() -> None:
    """Let cells begin with `%%exercise`, and let the helper begin to collect the checks."""
    found = shell()
    if found is None:
        return
    found.register_magic_function(exercise, "cell", NAME)
    try:
        session().client.start()
    except (CourseError, OSError):
        # No course here, or no process: whoever calls a function of the course will hear of it.
        return


def exercise(line: str, cell: str) -> None:
    """Save the cell as the answer to an exercise, check it, and show the verdict."""
    here = session()
    found = here.find(line)
    met = here.desk.meet(found, cell)
    if met.refresh:
        become_exercise(here, found, met.text)
    here.check_cell(found, met)


def become_exercise(here: Session, exercise: Exercise, text: str) -> None:
    """Let the cell that runs hold this exercise, ready to be worked on."""
    if plain(text) != text:
        raise CourseError(
            f"{here.file(exercise)} has bytes in it that are no UTF-8, or control characters. A "
            "cell cannot hold them: open the file, save it as UTF-8, then run this again."
        )
    become(f"%%{NAME} {exercise.id}\n{text.rstrip()}")
