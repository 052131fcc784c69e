"""Grades attempts: pytest with the checks collected once, and a fork for each attempt.

verdict    what became of an attempt, as data
ahead      what each fork would do again, done once before them
plugin     the fixtures of the checks, and async checks that run in the lab
session    pytest, the checks that it collected
engine     one attempt to one verdict
seeds      one attempt under several seeds in one fork, for the author's gate
fork       a piece of work in a fork, within limits
rehearsal  what a fork does while it waits for its attempt
inside     the checks of one exercise, inside of a fork
judge      an exception, made a result that a learner can read
seal       notices what an attempt has replaced
"""
