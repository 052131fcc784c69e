"""Runs a packet filter, as the kernel does: so that another architecture's can be tried here."""

from __future__ import annotations

import struct

_LOAD, _RETURN, _EQUAL, _AT_LEAST, _ANY_BIT = 0x20, 0x06, 0x15, 0x35, 0x45


def answer(program: bytes, audit: int, number: int, *arguments: int) -> int:
    """What the filter says to this call."""
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, audit, 0, *(w % 2**64 for w in words))
    place, taken = 0, 0
    while True:
        code, then, otherwise, value = struct.unpack_from("=HBBI", program, 8 * place)
        place += 1
        if code == _LOAD:
            taken = struct.unpack_from("=I", data, value)[0]
        elif code == _RETURN:
            return int(value)
        else:
            holds = {
                _EQUAL: taken == value,
                _AT_LEAST: taken >= value,
                _ANY_BIT: bool(taken & value),
            }[code]
            place += then if holds else otherwise
