"""How each state looks: its colours, its height in a lane, its texture, and its words.

No two states that can stand side by side differ by hue alone: what works is dark and full, what
is parked is pale and lower, what is held up is striped, and blocking is the only one that stands
out of its lane. So the picture holds in greyscale print and for the colour-blind.

Every colour is written twice: as an attribute, for sites that strip styles, and in the style
sheet with its dark sibling.
"""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """One colour on a light and on a dark ground."""

    light: str
    dark: str

    def __str__(self) -> str:
        return f"light-dark({self.light},{self.dark})"


class Look(NamedTuple):
    """How a state is drawn."""

    words: str  # for the legend
    fill: Colour
    ink: Colour  # of its stripes, or of the text on it
    height: float  # 1 is the height of a lane
    texture: str = ""  # stripes, bars or dots; empty for a plain fill


GROUND = Colour("#ffffff", "#16181d")
BORDER = Colour("#d9dde3", "#33373f")
GRID = Colour("#e9ecf0", "#262a31")
MUTED = Colour("#59626e", "#9aa4b1")
INK = Colour("#1b2027", "#e8ebef")
HELD = Colour("#cf2a12", "#ff5a3d")  # the shade behind lanes while the loop is held
TIP = Colour("#1b2027", "#f1f3f5")
TIP_INK = Colour("#ffffff", "#16181d")

LOOKS = {
    "blocking": Look(
        "blocking: holds the loop",
        Colour("#cf2a12", "#ff5a3d"),
        Colour("#ffffff", "#1d0500"),
        1.28,
    ),
    "starved": Look(
        "starved: ready, but held up",
        Colour("#fff0d2", "#3a2a0c"),
        Colour("#c97a00", "#eaa53a"),
        1.0,
        "stripes",
    ),
    "running": Look("running", Colour("#1d4ea8", "#86b4ff"), Colour("#ffffff", "#0b1a33"), 1.0),
    "computing": Look("computing", Colour("#0b6b5e", "#4fc9b6"), Colour("#ffffff", "#04201c"), 1.0),
    "sleeping": Look(
        "asleep in a thread",
        Colour("#cfe9e3", "#1d403b"),
        Colour("#0b4b42", "#a9dfd5"),
        0.72,
        "dots",
    ),
    "waiting": Look("waiting", Colour("#cddff3", "#2a4362"), Colour("#173a66", "#c4dbf7"), 0.72),
    "queued": Look(
        "queued: for a slot, a lock or a thread",
        Colour("#f1eafb", "#2b2140"),
        Colour("#7b52b9", "#b493ea"),
        0.72,
        "bars",
    ),
    "ready": Look(
        "ready", Colour("#fff6e3", "#2d2412"), Colour("#c97a00", "#eaa53a"), 0.72, "frame"
    ),
}


class Sign(NamedTuple):
    """How a mark is drawn: a path round (0, 0) about 10 px wide, and its words."""

    words: str
    path: str
    filled: bool
    colour: Colour


# In the order in which they matter.
SIGNS = {
    "raised": Sign("raised", "M-4.5-4.5L4.5 4.5M-4.5 4.5L4.5-4.5", False, HELD),
    "died": Sign("died", "M0-7V7M-4-3H4", False, HELD),
    "blocked": Sign("a call that blocks", "M-3-9H3V9H-3Z", True, HELD),
    "report": Sign("a note: see its words", "M0-6.5L6 5H-6ZM0-2.5V1.2M0 2.9V3.4", False, HELD),
    "cancelled": Sign(
        "cancelled", "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0ZM-3.5 3.5L3.5-3.5", False, INK
    ),
    "cancel": Sign("asked to cancel", "M-4.5-6H4.5L0 1.5Z", True, INK),
}
