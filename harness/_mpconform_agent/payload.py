"""What travels: items and messages made from a code, and the digest by which they are known.

A payload is a function of its code, so that a scenario of a 4 MiB message is still a line
of JSON, and a checker knows every byte that should arrive.  Each 8-byte word of a payload
differs from all other words of the same payload: a chunk that is lost, doubled, moved
or exchanged changes the digest.

It is a word that bears the seed, and then a stretch of one endless pattern of words, cut out where the
seed says: making it costs as much as copying it.
"""

import array
import sys
import zlib

__all__ = ("digest", "item", "message", "prepare", "seed_of")

#: In how many places of the pattern a payload may begin.
_PLACES = 1024
_LEAST = 1 << 14

#: Word i is i + 1 in its lower and in its upper half, which no seed's word is.
_pattern = [b""]  # As much of it as has been made.


def _grown(least):
    """Return the pattern, at least *least* bytes of it; it is made once for all that begin with them."""
    count = (max(2 * len(_pattern[0]), least, _LEAST) + 7) // 8
    numbers = array.array("I", range(1, count + 1))
    halves = array.array("I", bytes(8 * count))
    halves[0::2] = halves[1::2] = numbers
    if sys.byteorder == "big":
        halves.byteswap()
    _pattern[0] = halves.tobytes()
    return _pattern[0]


def prepare(size):
    """Make what payloads of up to *size* bytes are made of, so that no process forked later must."""
    if size + 8 * _PLACES > len(_pattern[0]):
        _grown(size + 8 * _PLACES)


def seed_of(producer: str, n: int) -> int:
    """Return the payload seed (0 .. 2**31 - 1) of the *n*-th item of *producer*."""
    return zlib.crc32(("%s/%d" % (producer, n)).encode()) & 0x7FFFFFFF


def message(seed: int, size: int) -> bytes:
    """Return *size* bytes that are a function of *seed* and *size* only.

    Little-endian 64-bit words: *seed*, and then (k + 1) * (2**32 + 1), (k + 2) * (2**32 + 1), ..., where k is
    *seed* modulo 1024; cut to *size*.
    """
    first = seed.to_bytes(8, "little")
    if size <= 8:
        return first[:size]
    begin = seed % _PLACES * 8
    end = begin + size - 8
    pattern = _pattern[0] if end <= len(_pattern[0]) else _grown(end)
    return b"".join((first, memoryview(pattern)[begin:end]))


def item(producer: str, n: int, size: int) -> tuple[str, int, bytes]:
    """Return item *n* of *producer*: the tuple ``(producer, n, payload of size bytes)``."""
    return (producer, n, message(seed_of(producer, n), size))


def digest(data: "bytes | bytearray") -> tuple[int, int]:
    """Return ``(length in bytes, CRC-32)`` of a bytes-like object."""
    return (len(data), zlib.crc32(data))
