"""The wire: what a connection makes of bytes that a plain socket sends, right ones and lies."""

from collections.abc import Callable, Iterator
from typing import Final

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_messages import argument_of, digest
from mpconform.checkers.telling import Teller, sized
from mpconform.checkers.wire_model import Frame, Wire, frames, wires
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("ROOM", "framed_received", "limit_before_data", "memory_kept", "negative_refused", "short_refused")

_MEGABYTE: Final = 1 << 20
#: Memory may grow by so much for other reasons.
ROOM: Final = 48 * _MEGABYTE


def _turns(wire: Wire) -> Iterator[tuple[Operation, Frame]]:
    """Yield each receive with what comes next on *wire*, up to the first that is no message that it may take.

    What may not have been written yet when the receive ended, is not yielded.
    """
    if not wire.whole:
        return
    for op, frame in zip(wire.receives, frames(wire.data), strict=False):
        yield op, frame
        if frame.kind != "message" or not op.ok or _beyond(op, frame):
            return


def _beyond(op: Operation, frame: Frame) -> bool:
    """Whether *frame* is longer than the limit of *op*."""
    limit = argument_of(op, 0, "maxlength") if op.method == "recv_bytes" else None
    return isinstance(limit, int) and frame.size > limit


def _all_there(wire: Wire, op: Operation) -> bool:
    """Whether all that the socket ever wrote was surely written when *op* ended."""
    return op.open or all((w.returned_ns or 0) <= (op.returned_ns or 0) for w in wire.written)


def framed_received(history: History) -> Finding:
    """Check that bytes are received as the messages that their headers frame, however they were cut.

    Judged are receives of bytes whose message came whole.  Exact.  O(bytes).
    """
    return _judge(
        history,
        lambda op, frame: frame.kind == "message" and not _beyond(op, frame) and op.method == "recv_bytes",
        lambda op, frame: op.ok and op.result == digest(frame.message),
        "misread",
        "the next message",
    )


def short_refused(history: History) -> Finding:
    """Check that a message that breaks off, because its sender went, is not received: the receive raises.

    That is EOFError or OSError; for more than could ever be had, also what the attempt to take it raises.
    Judged are receives whose message breaks off, and if the sender ended, those that block.  O(bytes).
    """
    return _judge(
        history,
        lambda op, frame: frame.kind in {"cut", "end"} and not _beyond(op, frame),
        lambda op, frame: (
            op.raised("EOFError", "OSError")
            or (frame.size >= 64 * _MEGABYTE and op.raised("MemoryError", "OverflowError", "ValueError"))
        ),
        "received-in-part",
        "a message that breaks off",
    )


def negative_refused(history: History) -> Finding:
    """Check that a header with a negative length, which no sender writes, makes the receive raise.

    Judged are receives of bytes.  O(bytes).
    """
    return _judge(
        history,
        lambda op, frame: frame.kind == "negative" and op.method == "recv_bytes",
        lambda op, _: op.outcome == "raised",
        "negative-length-received",
        "a header with a negative length",
    )


def limit_before_data(history: History) -> Finding:
    """Check that a message longer than ``maxlength`` is refused by its header, before any of it has come.

    The receive raises OSError even if the sender sends nothing more and stays.  O(bytes).
    """
    return _judge(
        history,
        lambda op, frame: _beyond(op, frame) and frame.kind in {"message", "cut"},
        lambda op, _: op.raised("OSError"),
        "over-limit",
        "a header with more than the limit",
    )


def _judge(
    history: History,
    about: Callable[[Operation, Frame], bool],
    right: Callable[[Operation, Frame], bool],
    kind: str,
    what: str,
) -> Finding:
    teller, judged, violations = Teller(history), 0, []
    for wire in wires(history):
        for op, frame in _turns(wire):
            # Whoever still may write, may be waited for.
            in_vain = stuck(history, op) and (wire.shut is not None or _beyond(op, frame))
            if not about(op, frame) or (op.open and not in_vain):
                continue
            if frame.kind != "message" and not _all_there(wire, op) and not op.ok:
                continue  # More was to come that is no part of a message.
            judged += 1
            if not right(op, frame):
                sent = wire.written[-1:]
                how = "-blocked" if op.open else "-raised" if op.outcome == "raised" else ""
                violations.append(
                    Violation(
                        kind=kind + how,
                        summary=f"{teller.call(op)} {teller.outcome(op)}; on the wire was {what}, of "
                        f"{sized(frame.size)} by its header.",
                        story=f"{' '.join(f'{teller.tell(w)}.' for w in sent)} {teller.tell(op)}.",
                        witness=(*sent, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def memory_kept(history: History) -> Finding:
    """Check that a process does not take the memory that a header announces before the message comes.

    Judged are receives between two looks at the most memory that the process ever had, of a message of 128
    MiB or more by its header and of which little came.  It is a violation if that grew by 48 MiB more.
    """
    teller, judged, violations = Teller(history), 0, []
    for wire in wires(history):
        for op, frame in _turns(wire):
            if frame.kind != "cut" or frame.size < 128 * _MEGABYTE:
                continue
            before, after = _peaks(history, op)
            if before is None or after is None:
                continue
            judged += 1
            grown = after.result - before.result
            if grown > ROOM + len(wire.data):
                violations.append(
                    Violation(
                        kind="memory-taken",
                        summary=f"{op.actor} took {grown >> 20} MiB of memory for a message of which "
                        f"{sized(len(frame.message))} came.",
                        story=f"{teller.tell(wire.written[-1])}. {teller.tell(before)}. {teller.tell(op)}. "
                        f"{teller.tell(after)}.",
                        witness=(before, op, after),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _peaks(history: History, op: Operation) -> tuple[Operation | None, Operation | None]:
    """Return the last look at the memory before *op*, and the first after it, of its actor."""
    looks = [o for o in history.by(op.actor) if not o.target and o.method == "memory_peak" and o.ok]
    before = [o for o in looks if o.precedes(op)]
    after = [o for o in looks if op.precedes(o)]
    return (before[-1] if before else None), (after[0] if after else None)
