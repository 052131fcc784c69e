"""The entry of `unblocked` and of `python -m checker.cli`.

The lab installs without Typer, and its command is then there all the same: it says what to install.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

MISSING = """\
The command `unblocked` needs Typer, which is not installed here: this is the lab alone.
Next: pip install "unblocked_course-VERSION-py3-none-any.whl[course]", the course's wheel, or
`make lab` in a checkout of the course.
The lab itself needs no command: import checker.lab"""


def main() -> None:
    """Run the command that the arguments name."""
    if find_spec("typer") is None:
        sys.exit(MISSING)
    try:
        from checker.cli._app import build

        build()()
    except KeyboardInterrupt:  # Ctrl-C, before the command had begun to listen for it.
        sys.exit(130)


if __name__ == "__main__":
    main()
