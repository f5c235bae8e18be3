"""Pipes: what is received is what was sent, whole, one message at a time."""

import zlib
from collections.abc import Callable

from mpconform.checkers.pipe_diagnosis import Diagnosis, diagnose, streams_of, stuck_readings
from mpconform.checkers.pipe_match import Reading, Stream
from mpconform.checkers.pipe_messages import OPAQUE, Message, data_of, length_of
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("boundaries_kept", "empty_messages", "received_as_sent", "slice_sent")


def received_as_sent(history: History) -> Finding:
    """Check that what is received equals what was sent, in value and in type, byte for byte.

    Judged are the received messages whose content the scenario tells.  A receive that raises
    because it cannot read a message that is there is a violation too.  Exact, but for the
    content of ``recv_bytes_into``, which is judged with the buffer.  O(n).
    """
    _, streams = streams_of(history)
    teller = Teller(history)
    violations = [
        _altered(d, teller, "altered") for d in diagnose(streams) if d.kind == "altered" and not _sliced(d)
    ]
    for stream in streams:
        for message, op in _unreadable(stream):
            violations.append(
                Violation(
                    kind="unreadable",
                    summary=f"{op.actor} could not receive what {message.send.actor} had sent: "
                    f"{value(op.result)}.",
                    story=f"{teller.tell(message.send)}. {teller.tell(op)}.",
                    witness=(message.send, op),
                )
            )
    judged = _matching(streams, lambda m, r: m.record is not OPAQUE and m.akin(r.op) and not _into(r.op))
    return Finding(judged=judged + len(violations), violations=tuple(violations))


def _unreadable(stream: Stream) -> list[tuple[Message, Operation]]:
    found = []
    for reading in stream.readings:
        op, left = reading.op, stream.next_certain(reading)
        if op.outcome != "raised" or op.raised("EOFError", "OSError", "BufferTooShort") or left is None:
            continue
        message = stream.messages[left]
        told = message.record is not OPAQUE and not stream.foreign(reading)
        if told and message.send.precedes(op) and not op.arguments and not op.keywords:
            found.append((message, op))
    return found


def slice_sent(history: History) -> Finding:
    """``send_bytes(buffer, offset, size)`` sends just those bytes of the buffer, as one message.

    Without a size it sends the rest of the buffer.  Exact; judged are received slices.  O(n).
    """
    _, streams = streams_of(history)
    teller = Teller(history)
    violations = tuple(
        _altered(d, teller, "wrong-slice") for d in diagnose(streams) if d.kind == "altered" and _sliced(d)
    )
    judged = _matching(streams, lambda m, r: m.sliced and m.length is not None and m.akin(r.op))
    return Finding(judged=judged + len(violations), violations=violations)


def boundaries_kept(history: History) -> Finding:
    """Check that a receive returns one whole message: never a part of one, never more than one.

    Judged are received byte messages of known length.  It is a violation if what was received is
    the beginning or the end of the message, or of it and those after it together.  O(n), and
    O(bytes) for a violation.
    """
    _, streams = streams_of(history)
    teller = Teller(history)
    violations = []
    for d in diagnose(streams):
        how = _cut(d) if d.kind == "altered" else ""
        if how:
            violations.append(_altered(d, teller, how))
    judged = _matching(streams, lambda m, r: m.length is not None and m.akin(r.op))
    return Finding(judged=judged + len(violations), violations=tuple(violations))


def _cut(d: Diagnosis) -> str:
    """Whether what was received is a part of the expected message, or several at once."""
    if d.expected is None or d.expected.packed or d.expected.length is None:
        return ""
    if _into(d.op):
        return "part-of-a-message" if 0 <= d.op.result < d.expected.length else "messages-joined"
    length = length_of(d.op.result)
    if length is None:
        return ""
    start = d.stream.messages.index(d.expected)
    data = b"".join(data_of(m) or b"" for m in d.stream.messages[start:])
    crc = d.op.result["$digest"][1]
    whole = data_of(d.expected) or b""
    if length < len(whole) and crc in (zlib.crc32(whole[:length]), zlib.crc32(whole[len(whole) - length :])):
        return "part-of-a-message"
    return "messages-joined" if len(whole) < length <= len(data) and crc == zlib.crc32(data[:length]) else ""


def empty_messages(history: History) -> Finding:
    """Check that a message of no bytes is delivered like any other: it is received as no bytes.

    It is neither left out, nor taken for the end, nor waited for in vain.  Exact; judged are the
    receives whose turn it was to receive an empty message.  O(n).
    """
    _, streams = streams_of(history)
    teller = Teller(history)
    missed: list[tuple[Message, Operation]] = [
        (d.expected, d.op) for d in diagnose(streams) if d.expected and _empty(d.expected)
    ]
    blocked = [reading for _, reading in stuck_readings(history, streams)]
    for stream in streams:
        for reading in stream.readings:
            left = stream.next_certain(reading)
            message = stream.messages[left] if left is not None else None
            if message is None or not _empty(message) or stream.foreign(reading):
                continue
            ended = reading.op.raised("EOFError") and message.send.precedes(reading.op)
            if ended or reading in blocked:
                missed.append((message, reading.op))
    violations = tuple(
        Violation(
            kind="empty-message-missed",
            summary=f"{op.actor} did not receive the empty message that {message.send.actor} sent.",
            story=f"{teller.tell(message.send)}. {teller.tell(op)}, although it was the turn of the "
            "empty message.",
            witness=(message.send, op),
        )
        for message, op in missed
    )
    judged = _matching(streams, lambda m, r: _empty(m) and m.akin(r.op))
    return Finding(judged=judged + len(violations), violations=violations)


def _empty(message: Message) -> bool:
    return message.length == 0 and not message.packed


def _into(op: Operation) -> bool:
    return op.method == "recv_bytes_into"


def _sliced(d: Diagnosis) -> bool:
    return d.expected is not None and d.expected.sliced


def _matching(streams: tuple[Stream, ...], wanted: Callable[[Message, Reading], bool]) -> int:
    return sum(1 for stream in streams for message, reading in stream.matched() if wanted(message, reading))


def _altered(d: Diagnosis, teller: Teller, kind: str) -> Violation:
    send = d.expected.send if d.expected else d.stream.messages[-1].send
    wanted = value(d.expected.record) if d.expected and d.expected.record is not OPAQUE else "another message"
    return Violation(
        kind=kind,
        summary=f"{d.op.actor} received {value(d.op.result)} where {send.actor} had sent {wanted}.",
        story=f"{teller.tell(send)}; it was the next message of this direction. {teller.tell(d.op)}.",
        witness=(send, d.op),
    )
