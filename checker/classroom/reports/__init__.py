"""Pages for people, each one file that needs nothing else: no script, no network.

feedback    for a student: `feedback`      teacher    for a teacher: `teacher`
document    the page around it, its policy and its style
heat        students by checks             ways       misconceptions and other ways to fail
lists       what a teacher should look at
"""

from checker.classroom.reports.feedback import feedback
from checker.classroom.reports.teacher import teacher

__all__ = ["feedback", "teacher"]
