"""Puts the course's content into the wheel: chapters, exercises and solutions, as checker/content/.

A checkout, which an editable installation points to, has them beside the package: there is nothing
to put anywhere. What counts as content is said in one place, checker/install/content.py, which is
loaded by itself: where a wheel is built, what the rest of the package imports need not be there.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ContentHook(BuildHookInterface[Any]):
    """What hatchling calls before it writes a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files, and where in the wheel they go."""
        if version == "editable":
            return
        root = Path(self.root)
        content = runpy.run_path(str(root / "checker" / "install" / "content.py"))
        files = content["files"](root)
        # By these a teacher's page knows what a class got wrong; no learner's folder gets them.
        files |= {
            path.relative_to(root).as_posix(): path
            for path in sorted((root / "tests" / "wrong_answers").rglob("*"))
            if path.suffix in (".py", ".diff")
        }
        # What `unblocked new` points an author to.
        files["docs/authoring.md"] = root / "docs" / "authoring.md"
        build_data["force_include"] |= {
            str(path): f"checker/content/{name}" for name, path in files.items()
        }
