"""A timeline as the output of a notebook cell.

An untrusted notebook keeps text and loses `<svg>` and `<style>`, so that a picture would leave
its words behind as garbage. Here the picture is hidden by attributes, and the style sheet shows it;
the same in words is shown, and the style sheet hides it. Without the style sheet the words stay.

A style sheet holds for the whole page, also for the outputs that lost theirs: one cell that was run
anew would uncover the garbage of all others. So every rule asks whether there is a picture.

Invariant: whatever the front end strips, either the picture or the words are seen, never both and
never neither, unless the reader opens the words. Nothing here needs a script.
"""

from __future__ import annotations

from checker.timeline.layout import layout
from checker.timeline.shapes import words
from checker.timeline.svg import draw
from checker.timeline.text import tell
from checker.trace import Trace

# JupyterLab and Notebook say the theme on <body> as an attribute, VS Code as a class.
_STYLE = (
    ".ub:has(>svg){display:block!important;color-scheme:light}"
    "body[data-jp-theme-light=false] .ub,body.vscode-dark .ub,"
    "body.vscode-high-contrast:not(.vscode-high-contrast-light) .ub{color-scheme:dark}"
    ".ub p{margin:2px 0 6px;white-space:pre-line}"
    ".ub summary{cursor:pointer;font-size:85%;opacity:.75}"
    ".ub:has(>svg)~.ubw{display:none}"
    ".ub:has(>svg):has(>details[open])~.ubw{display:block}"
)


def mimebundle(trace: Trace, headline: str = "") -> dict[str, str]:
    """The picture for a notebook, the words for everything else."""
    timeline = layout(trace)
    plain = "\n\n".join(filter(None, (headline.strip(), tell(timeline))))
    head = f"<p>{_lines(headline.strip())}</p>" if headline.strip() else ""
    html = (
        f'<div class="ub" hidden="hidden" style="display:none">{head}{draw(timeline)}'
        "<details><summary>The same in words</summary></details></div>"
        f'<style>{_STYLE}</style><pre class="ubw">{_lines(plain)}</pre>'
    )
    return {"text/html": html, "text/plain": plain}


def _lines(text: str) -> str:
    """Escaped text that keeps its lines."""
    return "\n".join(words(line) for line in text.split("\n"))
