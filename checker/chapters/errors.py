"""The one error of building chapters."""

from __future__ import annotations


class ChapterError(Exception):
    """A chapter that cannot be built: the message names the line of the source, and the fix."""
