"""What a pipe carries: the message that a send stands for, and what a receive of it records."""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from _mpconform_agent import payload as agent_payload
from mpconform.payload import digest_of
from mpconform.values import Json, Operation

__all__ = (
    "OPAQUE",
    "READS",
    "SENDS",
    "Message",
    "argument_of",
    "content_of",
    "data_of",
    "digest",
    "in_range",
    "length_of",
    "message_of",
    "record_of",
    "same",
)

#: Methods of a connection that put a message into the pipe, and those that take one out of it.
SENDS: Final = ("send", "send_bytes")
READS: Final = ("recv", "recv_bytes", "recv_bytes_into")

#: Stands for a value of which the scenario does not tell what its record would be.
OPAQUE: Final[Any] = object()

_FILLING: Final = b"\xee"
_LONG_TEXT: Final = 1_000
_LONG_LIST: Final = 1_000
_DEEP: Final = 8


def same(left: Json, right: Json) -> bool:
    """Return whether two recorded values are equal and of one type throughout; ``True`` is not 1."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


def content_of(argument: Json) -> bytes | None:
    """Return the bytes that a tagged argument stands for when it is written; None if they are not told."""
    if not isinstance(argument, dict) or len(argument) != 1:
        return None
    ((tag, value),) = argument.items()
    if tag == "$bytes":
        seed, size, *_ = value
        return _message(seed, size)
    if tag == "$hex":
        return bytes.fromhex(value)
    if tag == "$buffer":
        return _FILLING * int(value[1])
    return None


@lru_cache(maxsize=32)
def _message(seed: int, size: int) -> bytes:
    return bytes(agent_payload.message(seed, size))


def digest(data: bytes) -> Json:
    """Return the record of received bytes."""
    return {"$digest": [len(data), zlib.crc32(data)]}


def record_of(argument: Json, depth: int = 0) -> Json:
    """Return what the record of *argument* is after a whole journey through a pipe, or OPAQUE."""
    if depth >= _DEEP:
        return OPAQUE
    if isinstance(argument, str) and len(argument) > _LONG_TEXT:
        return {"$text": [len(argument), zlib.crc32(argument.encode())]}
    if argument is None or isinstance(argument, bool | int | float | str):
        return argument
    if isinstance(argument, list | tuple):
        return _records(argument, depth)
    return _tagged_record(argument, depth) if isinstance(argument, dict) and len(argument) == 1 else OPAQUE


def _tagged_record(argument: dict[str, Json], depth: int) -> Json:
    ((tag, value),) = argument.items()
    if tag == "$item":
        producer, n, size = value
        return {"$item": [producer, n, *digest_of(agent_payload.seed_of(producer, n), size)]}
    if tag == "$bytes":
        seed, size, *_ = value
        return {"$digest": list(digest_of(seed, size))}
    if tag == "$hex":
        return digest(bytes.fromhex(value))
    # A tuple of three is left alone: a (str, int, bytes) would be recorded as an item.
    if tag != "$tuple" or len(value) == 3:
        return OPAQUE
    records = _records(value, depth)
    return records if records is OPAQUE else {"$tuple": records}


def _records(values: Json, depth: int) -> Json:
    if len(values) > _LONG_LIST:
        return OPAQUE
    records = [record_of(value, depth + 1) for value in values]
    return OPAQUE if any(record is OPAQUE for record in records) else records


def argument_of(op: Operation, index: int, keyword: str, default: Json = None) -> Json:
    """Return an argument that may be given by position or by keyword."""
    if len(op.arguments) > index:
        return op.arguments[index]
    return op.keywords.get(keyword, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: the *send* of it, and what a receive of it records.

    *record* is OPAQUE if that is not known, *length* is that of a byte message, None if not known.
    *packed* messages were sent by ``send``, *sliced* ones with an offset or a size.  *torn* ones may
    stand in the pipe in part, because the sender ended or failed while it wrote.
    """

    send: Operation
    record: Json
    length: int | None = None
    packed: bool = False
    sliced: bool = False

    @property
    def certain(self) -> bool:
        """Whether it is surely in the pipe, whole."""
        return self.send.ok

    @property
    def torn(self) -> bool:
        """Whether a part of it may be in the pipe, so that all that follows is undefined."""
        harmless = ("ValueError", "TypeError", "AttributeError", "PicklingError")
        return self.send.open or (self.send.outcome == "raised" and not self.send.raised(*harmless))

    def akin(self, read: Operation) -> bool:
        """Return whether *read* is the way to receive it: objects by ``recv``, bytes by the others."""
        return self.packed == (read.method == "recv")

    def fits(self, read: Operation) -> bool:
        """Return whether *read*, that received something, may have received this message."""
        if read.precedes(self.send):
            return False
        if not self.akin(read):
            return True
        if read.method == "recv_bytes_into" and read.ok:
            return self.length is None or same(read.result, self.length)
        result = read.result["args"][0] if read.outcome == "raised" and read.result["args"] else read.result
        if isinstance(result, dict) and "$object" in result:
            # It was bound to a name, and is recorded by that.
            return True
        if self.record is not OPAQUE:
            return same(self.record, result)
        return self.length is None or self.length == length_of(result)


def length_of(result: Json) -> int | None:
    """Return how many bytes a recorded bytes object has; None if it is none."""
    return result["$digest"][0] if isinstance(result, dict) and "$digest" in result else None


def message_of(send: Operation) -> Message:
    """Return the message that *send* puts, or may have put, into the pipe."""
    if send.method == "send":
        argument = argument_of(send, 0, "obj", OPAQUE)
        return Message(send=send, packed=True, record=OPAQUE if argument is OPAQUE else record_of(argument))
    argument = argument_of(send, 0, "buf", OPAQUE)
    offset, size = argument_of(send, 1, "offset", 0), argument_of(send, 2, "size")
    sliced = offset != 0 or size is not None
    plain = argument["$bytes"] if isinstance(argument, dict) and "$bytes" in argument else None
    if plain and not sliced:
        return Message(send=send, record={"$digest": list(digest_of(plain[0], plain[1]))}, length=plain[1])
    data = content_of(argument)
    if data is None or not in_range(send):
        known = in_range(send) is None and type(size) is int
        return Message(send=send, record=OPAQUE, length=size if known else None, sliced=sliced)
    part = data[offset : None if size is None else offset + size]
    return Message(send=send, record=digest(part), length=len(part), sliced=sliced)


def data_of(message: Message) -> bytes | None:
    """Return the bytes of a byte message, or None if the scenario does not tell them."""
    data = content_of(argument_of(message.send, 0, "buf"))
    if message.packed or data is None or not in_range(message.send):
        return None
    offset, size = argument_of(message.send, 1, "offset", 0), argument_of(message.send, 2, "size")
    return data[offset : None if size is None else offset + size]


def in_range(op: Operation) -> bool | None:
    """Return whether the slice of a ``send_bytes`` lies in its buffer; None if that cannot be told."""
    offset, size = argument_of(op, 1, "offset", 0), argument_of(op, 2, "size")
    if type(offset) is not int or (size is not None and type(size) is not int):
        return None
    if offset < 0 or (size is not None and size < 0):
        return False
    data = content_of(argument_of(op, 0, "buf"))
    return None if data is None else offset + (size or 0) <= len(data)
