"""What a typecode holds, and what an argument becomes when it is stored under one."""

import struct
import zlib
from typing import Final, TypeGuard

from _mpconform_agent import payload
from mpconform.values import Json

__all__ = (
    "INTEGERS",
    "UNKNOWN",
    "Content",
    "Unknown",
    "encoded",
    "extremes",
    "is_known",
    "kept",
    "plain",
    "same",
    "stored",
    "zero",
)


class Unknown:
    """What we do not know; equal to nothing, so that nothing is concluded from it."""

    def __repr__(self) -> str:
        """Return the word that a story may use."""
        return "something unknown"


#: The one Unknown.
UNKNOWN: Final = Unknown()

#: What one element holds: a number, one byte of a char array, or any value of a ShareableList.
Content = int | float | bytes | str | bool | None

#: The typecodes of whole numbers.
INTEGERS = "bBhHiIlLqQ"

_TEXT_LIMIT = 1000


def is_known(content: "Content | Unknown") -> TypeGuard[Content]:
    """Return whether *content* is known."""
    return not isinstance(content, Unknown)


def extremes(typecode: str) -> tuple[int | float, int | float]:
    """Return the least and the greatest finite value of a number's *typecode*."""
    if typecode in INTEGERS:
        bits = 8 * struct.calcsize(typecode)
        return (-(1 << bits - 1), (1 << bits - 1) - 1) if typecode.islower() else (0, (1 << bits) - 1)
    pattern = {"f": b"\xff\xff\x7f\x7f", "d": b"\xff\xff\xff\xff\xff\xff\xef\x7f"}[typecode]
    greatest: float = struct.unpack("<" + typecode, pattern)[0]
    return -greatest, greatest


def zero(typecode: str) -> Content | Unknown:
    """Return what an element of *typecode* holds before anything was stored in it."""
    if typecode in INTEGERS:
        return 0
    zeros: dict[str, Content] = {"f": 0.0, "d": 0.0, "c": b"\0"}
    return zeros.get(typecode, UNKNOWN)


def plain(argument: Json) -> Content | list[Content | Unknown] | Unknown:
    """Return the Python value that a scenario's *argument* stands for, if it is data."""
    if argument is None or isinstance(argument, (bool, int, float, str)):
        return argument
    if isinstance(argument, (list, tuple)):
        return [_one(part) for part in argument]
    if isinstance(argument, dict):
        if "$hex" in argument:
            return bytes.fromhex(argument["$hex"])
        if "$bytes" in argument:
            return bytes(payload.message(*argument["$bytes"]))
        if "$tuple" in argument:
            return [_one(part) for part in argument["$tuple"]]
    return UNKNOWN


def _one(argument: Json) -> Content | Unknown:
    value = plain(argument)
    return UNKNOWN if isinstance(value, list) else value


def stored(typecode: str, value: object) -> Content | Unknown:
    """Return what an element of *typecode* holds after *value* was stored in it.

    Unknown for a value that the type does not hold: what then happens is not documented.
    """
    if typecode == "c":
        return _char(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return UNKNOWN
    if typecode in INTEGERS:
        least, greatest = extremes(typecode)
        return value if isinstance(value, int) and least <= value <= greatest else UNKNOWN
    return _float(typecode, value)


def kept(value: object) -> Content | Unknown:
    """Return what a ShareableList shows after *value* was stored in it.

    Unknown for text and bytes that end in NUL, which may be stripped: a defect that the
    documentation of Python 3.12 admits (gh-96779).
    """
    if isinstance(value, (str, bytes)):
        return UNKNOWN if value[-1:] in {"\0", b"\0"} else value
    return value if value is None or isinstance(value, (bool, int, float)) else UNKNOWN


def _char(value: object) -> bytes | Unknown:
    if type(value) is int and 0 <= value < 256:
        return bytes([value])  # c_char takes a number, too.
    return value if isinstance(value, bytes) and len(value) == 1 else UNKNOWN


def _float(typecode: str, value: float) -> float | Unknown:
    if typecode not in {"f", "d"}:
        return UNKNOWN
    try:
        return float(struct.unpack(typecode, struct.pack(typecode, float(value)))[0])
    except OverflowError:
        return UNKNOWN


def encoded(content: Content) -> Json:
    """Return how a tape records *content* (see "Results, as recorded" in docs/scenarios.md)."""
    if isinstance(content, bytes):
        return {"$digest": list(payload.digest(content))}
    if isinstance(content, str) and len(content) > _TEXT_LIMIT:
        return {"$text": [len(content), zlib.crc32(content.encode("utf-8", "surrogatepass"))]}
    return content


def same(expected: Json, recorded: Json) -> bool:
    """Return whether two recorded values are equal and of one type: 1, 1.0 and True differ."""
    return type(expected) is type(recorded) and bool(expected == recorded)
