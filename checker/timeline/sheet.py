"""The style sheet and the textures of a picture.

Every rule is confined to `.ub-tl`, since an inline picture shares its page with others; all
pictures have the same rules, so it does not matter which of them a browser reads last.
"""

from __future__ import annotations

from functools import cache

from checker.timeline.colours import (
    BORDER,
    GRID,
    GROUND,
    HELD,
    INK,
    LOOKS,
    MUTED,
    SIGNS,
    TIP,
    TIP_INK,
)
from checker.timeline.shapes import ID

_BLOCKING_EDGE = "light-dark(#7d1204,#ffc2b5)"


@cache
def css() -> str:
    """The rules, in one line each."""
    rules = {
        ".bg": f"fill:{GROUND};stroke:{BORDER}",
        ".t": f"fill:{INK}",
        ".m": f"fill:{MUTED}",
        ".wrong": f"fill:{HELD}",
        ".grid": f"stroke:{GRID}",
        ".end": f"stroke:{MUTED}",
        ".bad": f"stroke:{HELD}",
        ".inner": f"stroke:{LOOKS['blocking'].ink}",
        ".left": f"stroke:{INK}",
        ".base": f"stroke:{BORDER}",
        ".held": f"fill:{HELD}",
        ".gap": f"stroke:{GROUND}",
        ".tick": f"stroke:{LOOKS['running'].fill}",
        ".h:hover>*": "visibility:visible",
        ".h:hover>rect": f"stroke:{INK};stroke-width:1.5px",
        ".h>g>rect": f"fill:{TIP}",
        ".h>g>text": f"fill:{TIP_INK}",
        ".h>g": "pointer-events:none",
    }
    for state, look in LOOKS.items():
        rules[f".{state}"] = f"fill:{look.fill}"
        rules[f".w-{state}"] = f"fill:{look.ink}"
        if look.texture:
            rules[f".o-{state}"] = f"stroke:{look.ink}"
            rules[f".p-{state}"] = f"stroke:{look.ink}"
    rules[".blocking"] += f";stroke:{_BLOCKING_EDGE}"
    for what, sign in SIGNS.items():
        rules[f".k-{what}"] = f"stroke:{sign.colour};fill:{sign.colour if sign.filled else GROUND}"
    text = "".join(f".ub-tl {name}{{{rule}}}" for name, rule in rules.items())
    # Alone in a file a picture follows the reader's theme; in a page it follows the page.
    return (
        f"{text}.ub-tl:root{{color-scheme:light dark}}"
        ".ub-tl{forced-color-adjust:none;print-color-adjust:exact;max-width:100%;height:auto}"
        "@media print{.ub-tl{color-scheme:light!important}.ub-tl .h{display:none}}"
    )


def textures(states: set[str]) -> str:
    """The patterns of those of these states that have one."""
    return "".join(
        _pattern(state, look.texture)
        for state, look in LOOKS.items()
        if look.texture and state in states
    )


def _pattern(state: str, texture: str) -> str:
    look = LOOKS[state]
    ground = f'<rect class="{state}" width="9" height="9" fill="{look.fill.light}"/>'
    line = f'class="p-{state}" stroke="{look.ink.light}"'
    size, turn, mark = {
        "stripes": (6, 45, f'<path {line} d="M1.5 0V6" stroke-width="2.2"/>'),
        "bars": (5, 0, f'<path {line} d="M1.5 0V5" stroke-width="1.6"/>'),
        "dots": (6, 0, f'<path {line} d="M2 3h1.6" stroke-width="1.6"/>'),
        "frame": (6, 0, ""),
    }[texture]
    turned = f' patternTransform="rotate({turn})"' if turn else ""
    return (
        f'<pattern id="{ID}-{state}" width="{size}" height="{size}"'
        f' patternUnits="userSpaceOnUse"{turned}>{ground}{mark}</pattern>'
    )
