"""Small pieces of SVG text.

Invariant: every text passes through `words`, which cleans and escapes it; a number is
written with one decimal at most, so that the bytes are the same everywhere.
"""

from __future__ import annotations

from html import escape

from checker.timeline.names import clean, columns

MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
# The width of a letter, in parts of the size of the font. Monospaced fonts agree on it nearly.
MONO_EM = 0.605
SANS_EM = 0.53
BOLD_EM = 0.66
# Stands for the id of the picture until its bytes are known. No text can hold it: see `clean`.
ID = "\x00"


def num(value: float) -> str:
    """A coordinate."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def words(text: str) -> str:
    """Text that came from the program, safe in an element and in an attribute."""
    return escape(clean(text), quote=True)


def mono_px(text: str, size: float) -> float:
    """The width of a text in the monospaced font."""
    return columns(text) * size * MONO_EM


def sans_px(text: str, size: float) -> float:
    """About the width of a text in the other font."""
    return columns(text) * size * SANS_EM


def bold_px(text: str, size: float) -> float:
    """About the width of a bold number in the other font."""
    return columns(text) * size * BOLD_EM


def box(x: float, y: float, width: float, height: float) -> str:
    """The attributes of a rectangle."""
    return f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"'
