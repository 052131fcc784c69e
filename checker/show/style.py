"""How the course's outputs look in a notebook and on a page, light and dark.

Untrusted notebooks and some sites strip style sheets. So nothing hides behind one: what is written
here stays readable without it, in the order in which it should be read.

Colours come in pairs for a light and a dark ground, taken from the timelines; no two things differ
by colour alone.
"""

from __future__ import annotations

from functools import cache

from checker.timeline.colours import BORDER, GROUND, HELD, INK, LOOKS, MUTED, Colour

_GOOD = LOOKS["computing"].fill
_BAD = HELD
_CODE = Colour("#f3f5f8", "#22262d")
_LINK = LOOKS["running"].fill
_DARK = (
    "body[data-jp-theme-light=false] .ubv.ubv,body.vscode-dark .ubv.ubv,"
    "body.vscode-high-contrast:not(.vscode-high-contrast-light) .ubv.ubv"
)


_EDGE = f"1px solid {BORDER}"
# What every output has. Built chapters hold these rules, so a change here changes their bytes.
_PLAIN = {
    "": f"color-scheme:light;background:{GROUND};color:{INK};border:{_EDGE};"
    f"border-left:6px solid {MUTED};border-radius:6px;padding:10px 14px;margin:2px 0;"
    "font-size:14px;line-height:1.5;max-width:980px",
    ".good": f"border-left-color:{_GOOD}",
    ".bad": f"border-left-color:{_BAD}",
    " p": "margin:4px 0 8px",
    " a": f"color:{_LINK};text-decoration:underline",
    " h4": f"margin:0 0 6px;font-size:16px;font-weight:600;color:{INK}",
    " small": f"color:{MUTED};font-size:13px;font-weight:400",
    " code": f"background:{_CODE};color:{INK};border-radius:3px;padding:1px 4px;font-size:13px",
    " pre": f"background:{_CODE};color:{INK};border-radius:4px;padding:6px 10px;margin:4px 0;"
    "font-size:13px;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere",
    " .mark": "display:inline-block;width:1.4em;text-align:center;font-weight:700",
    " .good": f"color:{_GOOD}",
    " .bad": f"color:{_BAD}",
}
# What has parts: verdicts, comparisons, lists.
_RICH = {
    " *+h4": "margin-top:14px",
    " h5": f"margin:10px 0 4px;font-size:13px;font-weight:600;color:{MUTED}",
    " pre.code": "white-space:pre;overflow-x:auto;overflow-wrap:normal",
    " details": f"border-top:{_EDGE};padding:6px 0;margin:0",
    " .row": f"border-top:{_EDGE};padding:6px 4px;margin:0",
    " summary": "cursor:pointer;padding:1px 4px;border-radius:3px",
    " summary:focus-visible": f"outline:2px solid {_LINK}",
    " details details": "border:0",
    " .part": "display:grid;grid-template-columns:5.5em minmax(0,1fr);gap:0 10px;"
    "margin:6px 0 6px 2em",
    " .part>b": f"font-weight:600;color:{MUTED}",
    " .part pre": "margin:0 0 2px",
    " .next": f"border-left:3px solid {_LINK};padding-left:8px",
    " .note": f"background:{_CODE};border-radius:4px;padding:6px 10px",
    " .two": "display:flex;flex-wrap:wrap;gap:12px",
    " .two>div": "flex:1 1 400px;min-width:0",
    " table": "border-collapse:collapse;margin:4px 0;font-size:13px",
    " :is(th,td)": f"text-align:left;padding:3px 12px 3px 0;border-bottom:{_EDGE};"
    f"background:none;color:{INK}",
}


@cache
def sheet(rich: bool) -> str:
    """The rules. Each is confined to `.ubv`."""
    rules = _PLAIN | (_RICH if rich else {})
    # Twice the class, so that the rules outweigh those that JupyterLab has for all outputs.
    text = "".join(f".ubv.ubv{name}{{{rule}}}" for name, rule in rules.items())
    return f"{text}{_DARK}{{color-scheme:dark}}"


def _style(rich: bool) -> str:
    return f"<style>{sheet(rich)}</style>"


def box(inner: str, kind: str = "", rich: bool = False) -> str:
    """A framed output: `kind` is "good", "bad", or neither; a `rich` one has parts."""
    return f"{framed(inner, kind)}{_style(rich)}"


def framed(inner: str, kind: str = "") -> str:
    """The same without its style sheet."""
    return f'<div class="{f"ubv {kind}".strip()}">{inner}</div>'
