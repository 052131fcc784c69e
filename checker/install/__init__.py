"""Course folders: made from what the package carries, and brought to a new version.

content     what the package carries, or the checkout that it runs in
manifest    what the course put into a folder, as hashes
files       copies, keeps and removes files, each in one step
update      makes a course folder, and brings one to another version
handout     makes a hand-out: a part of the course, without its solutions
handout_words    the texts that are written for one

A learner's work/ is never read or written, and what a learner edited is never lost.
"""

from checker.install.content import Content, shipped
from checker.install.files import InstallError
from checker.install.update import Changes, bring, make

__all__ = ["Changes", "Content", "InstallError", "bring", "make", "shipped"]
