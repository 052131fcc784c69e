"""What a check hands to an attempt: plain values and services, and how that reads."""

from __future__ import annotations

from typing import Any

from checker.attempt.journal import Journal
from checker.attempt.values import cross

LONGEST = 60  # characters of one argument


def handed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Copies of plain values, and services as they are."""
    return [_one(arg) for arg in args], {key: _one(arg) for key, arg in kwargs.items()}


def _one(value: Any) -> Any:
    if is_service(value):
        return value
    if type(value) in (list, tuple):
        return [_one(part) for part in value]
    if type(value) is dict:
        return {key: _one(part) for key, part in value.items()}
    return cross(value, "an argument of the check")


def is_service(value: Any) -> bool:
    """Whether it lives on the check's side."""
    if type(value) is Journal:
        return True
    from checker.lab.services import Database, Queue, Upstream

    return type(value) in (Upstream, Database, Queue)


def shown(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """ "fetch_all(shards, keys=[0, 1, …], limit=5)" """
    parts = [_short(arg) for arg in args]
    parts += [f"{key}={_short(arg)}" for key, arg in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _short(value: Any) -> str:
    if is_service(value):
        return str(getattr(value, "name", "journal"))
    if type(value) in (list, tuple) and any(is_service(part) for part in value):
        text = f"[{', '.join(_short(part) for part in value)}]"
    else:
        text = repr(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 2] + " …"
