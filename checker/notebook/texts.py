"""Texts from a program, made fit to be shown: no colours, nothing that moves a cursor, no HTML.

Invariant: what `plain` returns can be sent as UTF-8, and keeps its lines; what `safe` and `prose`
return is that, escaped.
"""

from __future__ import annotations

import ast
import re
from html import escape

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
    """A text of several paragraphs for HTML. What is a list, or is indented, keeps its lines."""
    parts = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.split("\n")
        if all(line.startswith("    ") for line in lines):
            parts.append(f"<pre>{safe(part)}</pre>")
        elif any(_ITEM.match(line) for line in lines):
            parts.append(f"<p>{'<br>'.join(prose(line.strip()) for line in _items(lines))}</p>")
        else:
            parts.append(f"<p>{prose(' '.join(line.strip() for line in lines))}</p>")
    return "".join(parts)


def _items(lines: list[str]) -> list[str]:
    """Lines of a list, each with what was wrapped behind it."""
    items: list[str] = []
    for line in lines:
        if items and not _ITEM.match(line) and line[:1].isspace():
            items[-1] += " " + line.strip()
        else:
            items.append(line)
    return items


def task_of(stub: str) -> tuple[str, str]:
    """The first line of a stub's docstring, and the rest of it."""
    first, _, rest = (ast.get_docstring(ast.parse(stub)) or "").partition("\n")
    return first.strip(), rest.strip("\n")


def task_text(stub: str) -> str:
    """The docstring of a stub, as it stands in the source."""
    first = ast.parse(stub).body[0]
    return ast.get_source_segment(stub, first) or ""
