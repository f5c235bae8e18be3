"""Pipes: receives into a buffer."""

from collections.abc import Iterator
from dataclasses import dataclass

from mpconform.checkers.pipe_diagnosis import streams_of
from mpconform.checkers.pipe_limits import buffer_of, the_message
from mpconform.checkers.pipe_messages import Message, argument_of, content_of, data_of, digest, same
from mpconform.checkers.telling import Teller, sized, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("received_into",)


def received_into(history: History) -> Finding:
    """``recv_bytes_into`` writes the message at the offset, nothing else, and returns its length.

    Judged are the returned lengths, and the later looks at the buffer by ``__getitem__``.  The
    content of a buffer is not known after a call that raised.  O(n) and O(bytes).
    """
    _, streams = streams_of(history)
    teller = Teller(history)
    messages: dict[tuple[str, int], Message] = {}
    judged, violations = 0, []
    for stream in streams:
        for reading in stream.readings:
            op, message = reading.op, the_message(stream, reading)
            if op.method != "recv_bytes_into" or not op.ok or message is None or message.length is None:
                continue
            messages[op.actor, op.invoked_ns] = message
            judged += 1
            if not same(op.result, message.length):
                violations.append(
                    Violation(
                        kind="wrong-length",
                        summary=f"{op.actor}'s recv_bytes_into returned {value(op.result)} "
                        f"for a message of {sized(message.length)}.",
                        story=f"{teller.tell(message.send)}. {teller.tell(op)}.",
                        witness=(message.send, op),
                    )
                )
    for actor in history.scenario.actors:
        for look in _looks(history.by(actor), messages):
            judged += 1
            if not same(look.op.result, look.wanted):
                violations.append(_wrong_content(look, teller))
    return Finding(judged=judged, violations=tuple(violations))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at a buffer: *wanted* is what must be seen, *writes* are the calls that filled it."""

    op: Operation
    wanted: Json
    writes: tuple[Operation, ...]


@dataclass(slots=True)
class _Buffer:
    """What is in a buffer, None if that is not known, and the calls that wrote to it."""

    content: bytearray | None
    writes: tuple[Operation, ...] = ()


def _looks(operations: tuple[Operation, ...], messages: dict[tuple[str, int], Message]) -> Iterator[_Look]:
    """Follow the buffers of one actor; yield the looks at those of which the content is known."""
    buffers: dict[str, _Buffer] = {}
    for op in operations:
        name, size = buffer_of(op)
        if name is not None and size is not None:
            buffers[name] = _Buffer(bytearray(content_of({"$buffer": [name, size]}) or b""))
        if name in buffers and op.method == "recv_bytes_into":
            _write(buffers[name], op, messages.get((op.actor, op.invoked_ns)))
        buffer = buffers.get(op.target)
        if buffer is None:
            continue
        if op.method != "__getitem__":
            # Whatever else is called on it may have changed it.
            buffer.content = buffer.content if op.method == "__len__" else None
        elif op.ok and buffer.content is not None and buffer.writes:
            wanted = _part(buffer.content, op.arguments[0])
            if wanted is not None:
                yield _Look(op=op, wanted=wanted, writes=buffer.writes)


def _write(buffer: _Buffer, op: Operation, message: Message | None) -> None:
    data = data_of(message) if message is not None else None
    offset = argument_of(op, 1, "offset", 0)
    if (
        buffer.content is None
        or data is None
        or type(offset) is not int
        or offset < 0
        or offset + len(data) > len(buffer.content)
    ):
        buffer.content = None
    else:
        buffer.content[offset : offset + len(data)] = data
        buffer.writes = (*buffer.writes, op)


def _part(content: bytearray, index: Json) -> Json:
    """Return the record of ``content[index]``, or None if there is no such part."""
    if isinstance(index, dict) and "$slice" in index:
        part = bytes(content[slice(*index["$slice"])])
        return {"$bytearray": digest(part)["$digest"]}  # A slice of a bytearray is another one.
    return content[index] if type(index) is int and -len(content) <= index < len(content) else None


def _wrong_content(look: _Look, teller: Teller) -> Violation:
    told = " ".join(f"{teller.tell(write)}." for write in look.writes[-2:])
    return Violation(
        kind="wrong-content",
        summary=f"{look.op.actor}'s buffer {look.op.target} did not hold the message, "
        "or did not keep what stood around it.",
        story=f"{told} After that the part should be {value(look.wanted)}; but {teller.tell(look.op)}.",
        witness=(*look.writes[-2:], look.op),
    )
