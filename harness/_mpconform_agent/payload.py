"""What travels: items and messages made from a code, and the digest by which they are known.

A payload is a function of its code, so that a scenario of a 4 MiB message is still a line
of JSON, and a checker knows every byte that should arrive.  Each 8-byte word of a payload
differs from all other words of the same payload: a chunk that is lost, doubled, moved
or exchanged changes the digest.
"""

import array
import sys
import zlib

__all__ = ("digest", "item", "message", "seed_of")


def seed_of(producer: str, n: int) -> int:
    """Return the payload seed (0 .. 2**31 - 1) of the *n*-th item of *producer*."""
    return zlib.crc32(("%s/%d" % (producer, n)).encode()) & 0x7FFFFFFF


def message(seed: int, size: int) -> bytes:
    """Return *size* bytes that are a function of *seed* and *size* only.

    Little-endian 64-bit words ``seed << 32 | 0``, ``seed << 32 | 1``, ... cut to *size*.
    """
    first = seed << 32
    words = array.array("Q", range(first, first + (size + 7) // 8))
    if sys.byteorder == "big":
        words.byteswap()
    data = words.tobytes()
    return data if len(data) == size else data[:size]


def item(producer: str, n: int, size: int) -> tuple[str, int, bytes]:
    """Return item *n* of *producer*: the tuple ``(producer, n, payload of size bytes)``."""
    return (producer, n, message(seed_of(producer, n), size))


def digest(data: "bytes | bytearray") -> tuple[int, int]:
    """Return ``(length in bytes, CRC-32)`` of a bytes-like object."""
    return (len(data), zlib.crc32(data))
