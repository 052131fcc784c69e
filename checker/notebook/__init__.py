"""What a learner meets in a notebook.

kernel         the kernel that runs the cells
kernelspec     how Jupyter finds and starts it
"""
