"""What is wrong with what a gradebook was to be made of: one error for all tables."""

from checker.classroom.sheets import SheetError as GradebookError

__all__ = ["GradebookError"]
