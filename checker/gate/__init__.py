"""The author's gate: shows that the course's exercises and checks are what they claim to be.

finding    one thing that is wrong: file, line, and the fix
folders    where the files of an exercise are, and the files that belong to none
edits      an answer that is kept as its difference from the solution
difference a whole answer, made such a difference
first_line what a wrong answer says about itself
to_do      what its author has still to write
skeleton   the files that an author starts from
shape      what a stub and its solution have in common
written    what a file of checks has to have, read without running it
runs       which attempts are checked, with which seed, and what has to come of it
judged     verdicts, held against that
pool       runs spread over the cores, each worker with the engine it was forked with
verify     all of it, made a report
mutants    a solution, broken mechanically in one place
breakages  the ways in which it is broken
independent  statements whose order makes no difference
survivors  mutants that no check notices, and what their author says about them
"""
