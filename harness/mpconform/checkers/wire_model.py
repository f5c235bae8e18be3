"""What goes over the wire between a plain socket and a connection of the backend, byte by byte.

The framing is the one that all versions have in common: four bytes with the length, signed and big-endian,
and then the message; for one of more than 2 GiB: -1, eight bytes with the length, and the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mpconform.checkers.pipe_messages import READS, SENDS, content_of
from mpconform.checkers.pipe_model import references
from mpconform.meetings import Meeting, meetings
from mpconform.values import History, Operation

__all__ = ("Frame", "Wire", "frames", "header_of", "wires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What comes next on a wire: a whole *message* of *size* bytes, or why there is none.

    *kind* is ``message``, ``negative`` (such a length), ``cut`` (less came than *size*, or than a header), or
    ``end`` (nothing more).
    """

    kind: str
    size: int = 0
    message: bytes = b""


def header_of(size: int) -> bytes:
    """Return the header of a message of *size* bytes."""
    if size > 0x7FFFFFFF:
        return b"\xff" * 4 + size.to_bytes(8, "big")
    return size.to_bytes(4, "big", signed=True)


def frames(data: bytes) -> Iterator[Frame]:
    """Yield what *data* holds, up to the first that is no whole message.  O(n)."""
    at = 0
    while at < len(data):
        if len(data) - at < 4:
            yield Frame(kind="cut")
            return
        size = int.from_bytes(data[at : at + 4], "big", signed=True)
        at += 4
        if size == -1:
            if len(data) - at < 8:
                yield Frame(kind="cut")
                return
            size = int.from_bytes(data[at : at + 8], "big")
            at += 8
        if size < 0:
            yield Frame(kind="negative", size=size)
            return
        if len(data) - at < size:
            yield Frame(kind="cut", size=size, message=data[at:])
            return
        yield Frame(kind="message", size=size, message=data[at : at + size])
        at += size
    yield Frame(kind="end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A plain socket that surely met a connection of the backend, and what either side did.

    *written* and *read* are calls of the socket, *sends* and *receives* of the connection.  *shut* is what
    ended the socket's own writing, if anything did; *data* all that it surely wrote, and *whole* says that it
    wrote nothing else.
    """

    meeting: Meeting
    written: tuple[Operation, ...]
    read: tuple[Operation, ...]
    sends: tuple[Operation, ...]
    receives: tuple[Operation, ...]
    shut: Operation | None
    data: bytes
    whole: bool


def wires(history: History) -> Iterator[Wire]:
    """Yield every wire whose two sides are used by one actor each.  O(n) for each."""
    for meeting in meetings(history):
        plain, actor = meeting.client, meeting.connect.actor
        if meeting.connect.target or not meeting.met or not meeting.server or meeting.door.plain:
            continue
        if any(plain in references([*op.arguments]) for op in history.by(actor)):
            continue  # It was given away.
        own = [op for op in history.by(actor) if op.target == plain]
        theirs = [op for op in history.by(meeting.accept.actor) if op.target == meeting.server]
        closing = next((op for op in theirs if op.method in {"close", "__exit__"}), None)
        if closing is not None:
            theirs = [op for op in theirs if op.precedes(closing)]
        written = [op for op in own if op.method == "sendall"]
        parts = [content_of(op.arguments[0]) for op in written]
        certain = [part for op, part in zip(written, parts, strict=True) if op.ok and part is not None]
        yield Wire(
            meeting=meeting,
            written=tuple(written),
            read=tuple(op for op in own if op.method == "recv"),
            sends=tuple(op for op in theirs if op.method in SENDS),
            receives=tuple(op for op in theirs if op.method in READS),
            shut=next((op for op in own if op.method in {"shutdown", "close"} and op.ok), None),
            data=b"".join(certain),
            whole=len(certain) == len(written),
        )
