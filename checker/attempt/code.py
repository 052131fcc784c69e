"""The learner's text, made a module.

It is compiled from its source each time and leaves no bytecode behind: a file that was edited
twice within a second would otherwise be taken for what it was before.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

NAME = "attempt"  # under which material imports it
LARGEST_BYTES = 1_000_000


class NotPython(ValueError):
    """A text that is no Python program: the line and the reason."""

    def __init__(self, message: str, line: int = 0, text: str = "") -> None:
        super().__init__(message)
        self.line, self.text = line, text


def decode(data: bytes) -> str:
    """The text of a file, as Python itself would read it."""
    if len(data) > LARGEST_BYTES:
        raise NotPython(f"the file has {len(data):,} bytes, and {LARGEST_BYTES:,} are the most")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except SyntaxError as error:
        raise NotPython(f"the file's encoding: {error.msg}; save it as UTF-8", 1) from None
    except (UnicodeDecodeError, LookupError) as error:
        raise NotPython(
            f"the file is not in the encoding it states: {error}; save it as UTF-8"
        ) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=4)  # Each check of an attempt wants it.
def compiled(source: str, filename: str) -> CodeType:
    """The program, or NotPython with the line at which it is none."""
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        raise NotPython("there is the byte 0 in this line, which no program has; remove it", line)
    try:
        return compile(source, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        text = (error.text or "").strip()
        raise NotPython(f"{type(error).__name__}: {error.msg}", error.lineno or 0, text) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise NotPython(
            f"Python cannot read this program: {error or type(error).__name__}"
        ) from None


def same_program(one: str, other: str) -> bool:
    """Whether two texts differ in comments, blank lines and the like alone."""
    if one.split() == other.split():
        return True
    try:
        return _same_tree(ast.parse(one), ast.parse(other))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False


def _same_tree(one: Any, other: Any) -> bool:
    """Whether two nodes, or lists of them, are the same but for their places.

    It ends at the first difference, which between a stub and an attempt is soon met.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same_tree, one, other))
    if isinstance(one, ast.AST):
        names = one._fields
        return all(
            _same_tree(getattr(one, name, None), getattr(other, name, None)) for name in names
        )
    return repr(one) == repr(other)  # As dumped: 0.0 and -0.0 differ.


def run(code: CodeType, name: str, filename: str) -> ModuleType:
    """Execute a program as the module `name`."""
    module = ModuleType(name)
    module.__file__ = filename
    # A module without either is one that no loader made. With `__spec__` set to None, Python 3.15
    # asks for the loader when it shows a line of this module, and warns that there is none.
    del module.__spec__, module.__loader__
    module.__dict__["__builtins__"] = __builtins__
    # Dataclasses and pickle look a class's module up by its name.
    sys.modules[name] = module
    exec(code, module.__dict__)
    return module


@contextmanager
def forgetting(*names: str) -> Iterator[None]:
    """No modules of these names in `sys.modules` at first, and those that were there at the end."""
    before = {name: sys.modules.pop(name, None) for name in names}
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def read(path: Path) -> bytes:
    """A file's bytes, without reading more than could be a program."""
    with path.open("rb") as file:
        return file.read(LARGEST_BYTES + 1)
