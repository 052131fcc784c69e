"""A trace as a timeline: a picture, and the same in words.

spans      events -> lanes with exact spans      steps    a run in which the clock never moved
fold       alike lanes share a row               layout   the whole timeline, in times
units      times in words, ticks of an axis      names    names from the program, made safe
frame      where everything stands               pixels   what is wide enough to be seen
colours, sheet, shapes                           how it looks
axis, bars, band, legend, explain, tips, svg     the picture
words, text                                      in sentences, and as a table
html                                             the output of a notebook cell
"""

from checker.timeline.html import mimebundle
from checker.timeline.svg import svg
from checker.timeline.text import table
from checker.timeline.words import describe

__all__ = ["describe", "mimebundle", "svg", "table"]
