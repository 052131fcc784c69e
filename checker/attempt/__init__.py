"""The boundary between a check and an attempt: one interface, whichever side the attempt is on.

attempt        the attempt as a check meets it: call, new, serve, client, connect, raises, bring
inside         the attempt's side: its program, executed, and what is called in it
values         what crosses: plain values, copied
handed         what a check hands over: those, and services
raised         an exception of the attempt, told in plain values
journal        a service that takes notes
code           the learner's text, made a module

And where the attempt is in another process, behind a wall:

line, frames   the wire, and what goes over it
far, far_run   the check's end: it owns the clock, and lets the other side run
lent, awaited  what the other side may ask of services, and await
told           how a call or a run ended over there
pulse          whether the loop on the other side is free
guest, guest_run, borrowed   the attempt's end, and services as they look from there
"""

from checker.attempt.attempt import Attempt, Caught, DidNotRaise, Handle, Material
from checker.attempt.code import NotPython, same_program
from checker.attempt.inside import NoSuchName, Side, Target
from checker.attempt.journal import Journal
from checker.attempt.pulse import Pulse
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
    "Pulse",
    "Raised",
    "Side",
    "Target",
    "Value",
    "cross",
    "same_program",
]
