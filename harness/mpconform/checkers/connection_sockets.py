"""Plain sockets that are sent through a connection: they arrive as sockets to the same place."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mpconform.checkers.pipe_diagnosis import streams_of, stuck, stuck_readings
from mpconform.checkers.pipe_messages import READS, content_of, data_of, digest, message_of
from mpconform.checkers.pipe_model import references
from mpconform.checkers.telling import Teller
from mpconform.checkers.wire_model import frames, header_of
from mpconform.meetings import Meeting, meetings
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("socket_that_travelled",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A plain socket that was sent by *send*: its *meeting*, and the receive that should give it."""

    meeting: Meeting
    send: Operation
    read: Operation
    name: str


def socket_that_travelled(history: History) -> Finding:
    """Check that a socket that is sent through a connection arrives connected to the same place.

    What its other end sends is received from it, and what is written to it comes out there.  Judged are the
    receive that gives it, and what goes through it then.  O(bytes).
    """
    teller, judged, violations = Teller(history), 0, []
    for gift in _gifts(history):
        judged += 1
        wrong = _broken(history, gift)
        if wrong is None and gift.read.ok:
            judged += len(_uses(history, gift))
        if wrong is not None:
            shown = (gift.send, gift.read, *([wrong] if wrong is not gift.read else []))
            violations.append(
                Violation(
                    kind="socket-did-not-arrive" if wrong is gift.read else "socket-of-another-place",
                    summary=f"A socket was sent through a connection, and {teller.call(wrong)} "
                    f"{teller.outcome(wrong)}.",
                    story=" ".join(f"{teller.tell(op)}." for op in shown),
                    witness=shown,
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _gifts(history: History) -> Iterator[Gift]:
    model, streams = streams_of(history)
    plain = {
        (m.connect.actor, m.client): m
        for m in meetings(history)
        if not m.connect.target and m.met and m.server and not m.door.plain
    }
    blocked = {id(reading.op) for _, reading in stuck_readings(history, streams)}
    for stream in streams:
        for n, (message, reading) in enumerate(zip(stream.messages, stream.readings, strict=False)):
            names = list(references([*message.send.arguments]))
            meeting = plain.get((message.send.actor, names[0])) if len(names) == 1 else None
            in_turn = reading.positions == {n} and message.certain
            if meeting is None or not in_turn or (reading.op.open and id(reading.op) not in blocked):
                continue
            step = model.step_of(reading.op)
            # Whoever ends before it was received, takes it along.
            if reading.op.outcome == "raised" and not _alive(history, message.send.actor, reading.op):
                continue
            yield Gift(meeting=meeting, send=message.send, read=reading.op, name=step.bind if step else "")


def _alive(history: History, actor: str, op: Operation) -> bool:
    return any(max(o.invoked_ns, o.returned_ns or 0) > (op.returned_ns or 0) for o in history.by(actor))


def _uses(history: History, gift: Gift) -> list[Operation]:
    return [
        op
        for op in history.by(gift.read.actor)
        if op.target == gift.name and op.method in {"recv", "sendall"}
    ]


def _broken(history: History, gift: Gift) -> Operation | None:  # a case for each call
    """Return the call that shows that the socket is not what it should be, or None."""
    if not gift.read.ok:
        return gift.read
    given, end = (gift.read.actor, gift.name), (gift.meeting.accept.actor, gift.meeting.server)
    if not gift.name or given[0] != end[0]:
        return None  # Of two actors it is not known whose came first.
    coming, going = b"", b""
    for op in history.by(given[0]):
        if op.target == end[1] and op.method == "send_bytes" and op.ok:
            data = data_of(message_of(op))
            if data is None:
                return None
            coming += header_of(len(data)) + data
        elif op.target == gift.name and op.method == "sendall":
            going += content_of(op.arguments[0]) or b""
            if op.outcome == "raised":
                return op
        elif op.target == gift.name and op.method == "recv":
            expected, coming = coming[: op.arguments[0]], coming[op.arguments[0] :]
            answer = _taken(history, op, expected)
            if answer is not True:
                return op if answer is False else None
        elif op.target == end[1] and op.method in READS and (op.ok or stuck(history, op)):
            frame = next(frames(going))
            if frame.kind != "message" or op.open or op.result != digest(frame.message):
                return op if frame.kind == "message" else None
            going = going[len(header_of(frame.size)) + frame.size :]
    return None


def _taken(history: History, op: Operation, expected: bytes) -> bool | None:
    """Return whether a plain receive got what was *expected*; None if that cannot be told."""
    if len(expected) < op.arguments[0] or (op.open and not stuck(history, op)):
        return None
    got = op.result.get("$digest") if op.ok and isinstance(op.result, dict) else None
    if got is None or got[0] == 0:
        return False
    # A signal may end it before all has come.
    return got[1] == zlib.crc32(expected) if got[0] == len(expected) else None
