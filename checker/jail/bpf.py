"""A small assembler for the kernel's packet filters, the language of seccomp.

A program is a list of instructions and labels; `assemble` turns jumps to labels into distances.
Invariant: control only goes forward, to the next label of that name. A jump that is too far, or to
a label that does not come, is refused.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

# What a filter sees: the call's number, the architecture, an address, six arguments of 64 bits.
NUMBER, ARCHITECTURE = 0, 4
_ARGUMENTS = 16

_LOAD_WORD = 0x20  # load an absolute word
_RETURN = 0x06
EQUAL, GREATER_OR_EQUAL, ANY_BIT = 0x15, 0x35, 0x45  # comparisons with a constant
_FARTHEST = 255


class Load(NamedTuple):
    """Take the word at this offset."""

    offset: int


class If(NamedTuple):
    """Compare what was taken, and go to a label, or on to the next instruction if it is empty."""

    comparison: int
    value: int
    then: str = ""
    otherwise: str = ""


class Return(NamedTuple):
    """The answer."""

    answer: int


class Label(NamedTuple):
    """A place to go to."""

    name: str


Instruction = Load | If | Return | Label


def low(argument: int) -> Load:
    """Take the lower half of an argument. Both architectures that we know are little-endian."""
    return Load(_ARGUMENTS + 8 * argument)


def high(argument: int) -> Load:
    """Take the upper half of an argument."""
    return Load(_ARGUMENTS + 8 * argument + 4)


def assemble(program: list[Instruction]) -> bytes:
    """The bytes that the kernel takes. From the end: a name means the next label that has it."""
    labels: dict[str, int] = {}
    backwards: list[bytes] = []
    for instruction in reversed(program):
        if isinstance(instruction, Label):
            labels[instruction.name] = len(backwards)
        else:
            backwards.append(_encode(instruction, len(backwards), labels))
    return b"".join(reversed(backwards))


def _encode(instruction: Load | If | Return, behind: int, labels: dict[str, int]) -> bytes:
    """One instruction, with so many behind it. A label is known by how many are behind it, too."""
    if isinstance(instruction, Load):
        return struct.pack("=HBBI", _LOAD_WORD, 0, 0, instruction.offset)
    if isinstance(instruction, Return):
        return struct.pack("=HBBI", _RETURN, 0, 0, instruction.answer)
    jumps = []
    for label in (instruction.then, instruction.otherwise):
        if label and label not in labels:
            raise ValueError(f"no label {label!r} comes after the jump to it")
        jumps.append(behind - labels[label] if label else 0)
    if max(jumps) > _FARTHEST:
        raise ValueError(f"{max(jumps)} instructions are too far; {_FARTHEST} at most")
    return struct.pack("=HBBI", instruction.comparison, *jumps, instruction.value)
