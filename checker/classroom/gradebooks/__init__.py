"""Files for other tools: what a gradebook, an autograder or a build server reads.

books       writes them: `write`           cells       texts that are safe in a spreadsheet
table       a CSV for people               canvas, moodle, nbgrader    gradebooks
left_out    who has no sum, and why
gradescope  results.json                   autograder  a zip that Gradescope runs
junit       XML for build servers          classroom50 result.json
jsonl       everything, one work a line
"""

from checker.classroom.gradebooks.autograder import gradescope_zip
from checker.classroom.gradebooks.books import FORMATS, Books, check, write
from checker.classroom.gradebooks.errors import GradebookError

__all__ = ["FORMATS", "Books", "GradebookError", "check", "gradescope_zip", "write"]
