"""Texts from a program, made fit to be shown: no colours, nothing that moves a cursor, no HTML.

Invariant: what `plain` returns can be sent as UTF-8, and keeps its lines; what `safe` and `prose`
return is that, escaped.
"""

from __future__ import annotations

import re
from html import escape
from textwrap import dedent

# What terminals take as commands: colours, titles, cursors.
_COMMANDS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Whatever else has no shape of its own, save tab and newline.
_SHAPELESS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CODE = re.compile(r"`([^`\n]+)`")
_ITEM = re.compile(r"\s*(?:\d+\.|[-*])\s")


def plain(text: str) -> str:
    """The text without commands to a terminal."""
    text = _COMMANDS.sub("", text.replace("\r\n", "\n"))
    text = _SHAPELESS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return text.encode("utf-8", "backslashreplace").decode()


def safe(text: str) -> str:
    """The text for HTML, in an element or in an attribute."""
    return escape(plain(text), quote=True)


def prose(text: str) -> str:
    """Sentences of ours for HTML: what stands in backticks is code."""
    return _CODE.sub(r"<code>\1</code>", safe(text))


def paragraphs(text: str) -> str:
    """A text of several paragraphs for HTML: with lists, and with code where it is indented."""
    parts = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.split("\n")
        if all(line.startswith("    ") for line in lines):
            parts.append(f"<pre>{safe(dedent(part))}</pre>")
        elif _ITEM.match(part):
            kind = "ol" if part.lstrip()[0].isdigit() else "ul"
            items = "".join(f"<li>{prose(item)}</li>" for item in _items(lines))
            parts.append(f"<{kind}>{items}</{kind}>")
        else:
            parts.append(f"<p>{prose(' '.join(line.strip() for line in lines))}</p>")
    return "".join(parts)


def _items(lines: list[str]) -> list[str]:
    """The items of a list without their marks, each with what was wrapped behind it."""
    items: list[str] = []
    for line in lines:
        if mark := _ITEM.match(line):
            items.append(line[mark.end() :].strip())
        else:
            items[-1] += " " + line.strip()
    return items
