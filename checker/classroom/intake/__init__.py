"""Reads what a teacher downloaded, into submissions: one student at a time, and nothing extracted.

reader        `read`: what a path is, and its submissions one by one
shapes        whose is which file: downloads of Canvas, Moodle, Gradescope, nbgrader, folders
metadata      what Gradescope and nbgrader write beside the files: names and times
people        people in a teacher's tables; roster: the class list; extensions: more time for some
recorded      hand-in times in Moodle's worksheet
gather        one student's files, into works and findings
choose        several versions of one exercise: which one counts, and why
place         which exercise a file is, by its path
notebook      the `%%exercise` cells of a notebook; outputs: a large one without its outputs
encodings     UTF-16, as UTF-8
disk          files in a folder, without following anything
zips, tars    files in an archive, in memory
git           files of the commit that is checked out, and nothing run that the folder brings
names         names in archives: which are refused, and how they are told
policy        the due time, and what being late costs
entry         a file that can be read, and the most that is read
submission    what comes out of it
"""

from checker.classroom.intake.policy import Policy
from checker.classroom.intake.reader import About, Reading, read
from checker.classroom.intake.submission import Finding, IntakeError, Submission, Work

__all__ = ["About", "Finding", "IntakeError", "Policy", "Reading", "Submission", "Work", "read"]
