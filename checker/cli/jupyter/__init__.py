"""JupyterLab, set up for the course, without a trace in the learner's own Jupyter.

settings    what JupyterLab is told, as data
folder      the folder that all of it lives in, and the environment that points there
trust       signs the chapters, so that their pictures show
app         Jupyter's server, with an orderly start and end
server      runs it
"""

from checker.cli.jupyter.server import serve

__all__ = ["serve"]
