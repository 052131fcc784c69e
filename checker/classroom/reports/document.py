"""The page around a report: its policy, its style, and tables.

The policy lets a browser load nothing and run nothing, so that a text which should ever escape its
escaping still could not act.

Invariant: every text goes through `text` on its way into a page: it is cut to a length, has no
commands to a terminal in it and turns no direction of writing, and is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.classroom.graded import Batch, stamp
from checker.classroom.public import cut
from checker.show.style import sheet
from checker.show.texts import prose, safe
from checker.timeline.colours import BORDER, GROUND, HELD, INK, LOOKS, MUTED, Colour

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAPER = Colour("#f6f7f9", "#0f1115")
_LINK = LOOKS["running"].fill
_GOOD = LOOKS["computing"].fill
_EDGE = f"1px solid {BORDER}"

_STYLE = {
    ":root": f"color-scheme:light dark;background:{_PAPER};color:{INK}",
    "*": "box-sizing:border-box",
    "body": "margin:0;font:15px/1.55 system-ui,sans-serif;-webkit-text-size-adjust:100%",
    "main": "max-width:1060px;margin:0 auto;padding:20px 24px 60px",
    "main.wide": "max-width:none",
    "h1": "font-size:24px;line-height:1.25;margin:0 0 2px;overflow-wrap:anywhere",
    "h2": "font-size:19px;line-height:1.3;margin:34px 0 8px;overflow-wrap:anywhere",
    "h3": "font-size:15px;margin:18px 0 4px",
    "p": "margin:4px 0 10px;overflow-wrap:anywhere",
    "ul": "margin:4px 0 10px;padding-left:1.4em;overflow-wrap:anywhere",
    "a": f"color:{_LINK}",
    "small,.muted": f"color:{MUTED};font-size:13px",
    "code": "font-size:13px",
    ".sum": "font-size:18px;font-weight:600;margin:10px 0",
    ".none": f"color:{HELD};font-weight:700;border:2px solid {HELD};padding:8px 12px;"
    "border-radius:6px",
    ".scroll": f"overflow:auto;max-width:100%;background:{GROUND};border:{_EDGE};border-radius:6px",
    "table.plain": f"border-collapse:collapse;background:{GROUND};font-size:14px;width:100%",
    "table.plain :is(th,td)": f"text-align:left;vertical-align:top;padding:5px 12px;"
    f"border-bottom:{_EDGE};overflow-wrap:break-word;max-width:46em",
    "table.plain thead th": f"color:{MUTED};font-weight:600;white-space:nowrap",
    "table.plain .n": "text-align:right;white-space:nowrap",
    "table.plain tr:last-child td": "border-bottom:0",
    ".good": f"color:{_GOOD}",
    ".bad": f"color:{HELD}",
    "summary": "cursor:pointer",
    "nav": "margin:10px 0 0;display:flex;flex-wrap:wrap;gap:2px 16px",
    # What is made for a notebook follows the page here.
    "main .ubv.ubv": "color-scheme:inherit;max-width:none",
    "main .ub.ub:has(>svg)": "color-scheme:inherit;overflow-x:auto;overscroll-behavior-x:contain",
    "main .ubv.ubv .ubw": "overflow-x:auto;white-space:pre;overflow-wrap:normal",
}
_PHONE = {
    "main": "padding:12px 10px 40px",
    "main .ubv.ubv": "padding:10px",
    "main .ubv.ubv .part": "display:block;margin:6px 0 8px",
    # A picture that was made small enough for a phone could not be read; this one is moved.
    "main .ub-tl": "max-width:none",
    "table.plain :is(th,td)": "padding:5px 8px",
    "main.wide table.plain": "min-width:760px",
}
_PRINT = {
    ":root": "color-scheme:light;background:none",
    "main": "max-width:none;padding:0",
    "nav": "display:none",
    ".scroll": "overflow:visible;max-height:none",
    "h2,h3,summary": "break-after:avoid",
    "svg,tr,.part": "break-inside:avoid",
    "::details-content": "content-visibility:visible;block-size:auto",
}


def document(title: str, body: str, extra: str = "", wide: bool = False) -> str:
    """A whole page."""
    kind = ' class="wide"' if wide else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{text(title, 120)}</title><style>{sheet(rich=True)}{_css()}{extra}</style></head>"
        f"<body><main{kind}>{body}</main></body></html>\n"
    )


def _css() -> str:
    return (
        f"{rules(_STYLE)}@media (max-width:640px){{{rules(_PHONE)}}}@media print{{{rules(_PRINT)}}}"
    )


def rules(table: dict[str, str]) -> str:
    """Rules of a style sheet, each on no line of its own."""
    return "".join(f"{name}{{{rule}}}" for name, rule in table.items())


def text(said: str, most: int = 300) -> str:
    """A text of anybody's."""
    return safe(cut(said, most))


def sentence(said: str, most: int = 2_000) -> str:
    """The same, where what stands in backticks is code."""
    return prose(cut(said, most))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A table. Head and cells are HTML already; the columns of `numbers` stand to the right."""
    kinds = dict.fromkeys(numbers, ' class="n"')
    first = "".join(f'<th scope="col"{kinds.get(n, "")}>{name}</th>' for n, name in enumerate(head))
    lines = (
        "".join(f"<td{kinds.get(n, '')}>{cell}</td>" for n, cell in enumerate(row)) for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="scroll"><table class="plain"><thead><tr>{first}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def bullets(items: Iterable[str]) -> str:
    """A list of HTML."""
    made = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{made}</ul>" if made else ""


def stamped(batch: Batch, *, seed: bool = False) -> str:
    """What the attempts were graded with, and how they were kept apart.

    seed   for the teacher alone: whoever knows it knows what the checks of this batch draw
    """
    drawn = f" with seed {batch.seed}" if seed else ""
    versions = ", ".join(f"{name} {version}" for name, version in batch.versions.items() if version)
    kind = "none" if batch.sandbox == "none" else "muted"
    return (
        f'<p class="{kind}">{text(stamp(batch))}</p>'
        f'<p class="muted">Graded {text(batch.made)}{drawn}'
        f"{f'; {text(versions, 600)}' if versions else ''}.</p>"
    )
