"""The `unblocked` command: one module of this package for each subcommand.

A module `name.py` holds a function `name`. Its parameters are the options, in Typer's words, its
docstring is the help, and nothing else has to be told about it. Whatever takes long to import is
imported inside the function, so that `unblocked --help` is there at once.

__main__    says what to install where Typer is missing, else runs the command
_app        collects the subcommands
_course     finds the course folder
_desk       the learner's desk, and the exercises that are meant
_show       a verdict on a terminal
_next       what `unblocked` alone says
_changes    what an update changed
jupyter/    JupyterLab, set up for the course

Modules whose names begin with an underscore, and subpackages, are helpers and no subcommands.
"""
