"""What a learner meets in a notebook.

kernel         the kernel that runs the cells
kernelspec     how Jupyter finds and starts it
groups         its shell, which shows a group of exceptions as an error

functions      start, check, hint, reset, history, progress
compare        yours and ours, side by side
predict        what was expected, and what came
magic          %%exercise: a cell that is an exercise's file
session        what one kernel holds of the course

client, helper, wire             the process that checks, its end in the kernel, what they say
verdict_html, texts              what is displayed of a verdict, and of a stub
shell, errors                    IPython, messages in one line
"""
