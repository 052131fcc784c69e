"""What is wrong with what a gradebook was to be made of."""


class GradebookError(ValueError):
    """A template or a setting that cannot be used: the file, what is wrong, and the fix."""
