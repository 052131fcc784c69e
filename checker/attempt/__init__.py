"""The boundary between a check and an attempt: one interface, whichever side the attempt is on.

attempt    the attempt as a check meets it: call, new, serve, client, connect, raises, bring
values     what crosses: plain values, copied
handed     what a check hands over: those, and services
raised     an exception of the attempt, told in plain values
journal    a service that takes notes
code       the learner's text, made a module
"""

from checker.attempt.attempt import Attempt, Caught, DidNotRaise, Handle, Material, NoSuchName
from checker.attempt.code import NotPython, same_program
from checker.attempt.journal import Journal
from checker.attempt.raised import Line, Raised
from checker.attempt.values import DoesNotCross, Value, cross

__all__ = [
    "Attempt",
    "Caught",
    "DidNotRaise",
    "DoesNotCross",
    "Handle",
    "Journal",
    "Line",
    "Material",
    "NoSuchName",
    "NotPython",
    "Raised",
    "Value",
    "cross",
    "same_program",
]
