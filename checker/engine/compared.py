"""How an assertion reads that did not hold: what came, and what should have come.

pytest's own texts are cut in the middle, and walk through sets in an order that is another one in
each process.

Invariant: the same two values read the same in any process.
"""

from __future__ import annotations

from typing import Any

EXPECTED = "was expected: "
_LONGEST = 1000


def compared(op: str, left: Any, right: Any) -> list[str]:
    """The lines for pytest."""
    if op == "==":
        return [_short(left), f"{EXPECTED}{_short(right)}"]
    return [f"{_short(left)} {op} {_short(right)}"]


def parted(seen: str) -> tuple[str, str]:
    """What came, and what was expected if that can be told."""
    came, found, rest = seen.partition(f"\n  {EXPECTED}")
    if not found:
        return seen, ""
    lines = rest.split("\n")
    # pytest says where a value came from, with an indent.
    at = next((n for n, line in enumerate(lines) if line.startswith(" +  ")), len(lines))
    return "\n".join([came, *lines[at:]]), "\n".join(lines[:at])


def _short(value: Any) -> str:
    text = stable(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text):,} characters)"


def stable(value: Any) -> str:
    """A `repr` in which sets have an order."""
    kind = type(value)
    if kind in (set, frozenset) and value:
        inner = ", ".join(sorted(map(stable, value)))
        return f"{{{inner}}}" if kind is set else f"frozenset({{{inner}}})"
    if kind is list:
        return f"[{', '.join(map(stable, value))}]"
    if kind is tuple:
        return f"({', '.join(map(stable, value))}{',' if len(value) == 1 else ''})"
    if kind is dict:
        return f"{{{', '.join(f'{stable(k)}: {stable(v)}' for k, v in value.items())}}}"
    return repr(value)
