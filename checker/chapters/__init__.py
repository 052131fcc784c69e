"""Chapters as notebooks, built from `chapters/source/*.md` by running them.

source      a chapter's source, and the notebook that it comes to before it is run
kernel      runs a notebook's cells in a kernel of the course
normal      makes what was run the same bytes each time
stale       says what in a notebook differs from its source, or from a fresh build
build       builds chapters, two at a time at most, each in a course folder of its own

The exercises that a chapter starts are the pristine ones, and nobody's work/ is read or written.
"""

from checker.chapters.build import Progress, build_all
from checker.chapters.errors import ChapterError
from checker.chapters.source import Source, find_sources, select
from checker.chapters.stale import differences, quick_differences

__all__ = [
    "ChapterError",
    "Progress",
    "Source",
    "build_all",
    "differences",
    "find_sources",
    "quick_differences",
    "select",
]
