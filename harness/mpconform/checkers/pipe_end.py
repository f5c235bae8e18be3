"""Pipes: the end of what comes is told by EOFError, when it has come, and not before."""

from mpconform.checkers.pipe_diagnosis import streams_of, stuck
from mpconform.checkers.pipe_holders import Holders
from mpconform.checkers.pipe_match import Reading, Stream
from mpconform.checkers.pipe_model import Model
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("data_before_end", "end_despite_unread", "end_when_closed", "no_early_end")


def end_when_closed(history: History) -> Finding:
    """Check that a receive raises EOFError when nothing is left and every copy of the other end is closed.

    Judged are the receives for which surely nothing was left and that raised EOFError, or that
    began (in a hung run: that wait) when surely no process held the other end any more.
    Sound: an end that some actor may hold unknowingly, by fork, counts as open.  The case that the
    other end was closed before it had read everything is a requirement of its own.  O(n * actors).
    """
    return _end_of_pipe(history, unread=False)


def end_despite_unread(history: History) -> Finding:
    """EOFError is also what a receive raises if the other end was closed with messages unread in it.

    As ``end_when_closed``, for duplex pipes whose other end may not have received all that had been
    sent to it when it was closed.  O(n * actors).
    """
    return _end_of_pipe(history, unread=True)


def _end_of_pipe(history: History, *, unread: bool) -> Finding:
    model, streams = streams_of(history)
    holders, teller = Holders(model), Teller(history)
    judged, violations = 0, []
    for stream in streams:
        for reading in stream.readings:
            if _unread(streams, stream, reading) is not unread or not _at_end(stream, reading):
                continue
            op = reading.op
            closing = holders.released(stream.direction.writer, None if op.open else op.invoked_ns)
            if op.raised("EOFError"):
                judged += 1
            elif closing is not None and (not op.open or stuck(history, op)):
                judged += 1
                violations.append(_no_end(op, closing, teller))
    return Finding(judged=judged, violations=tuple(violations))


def _at_end(stream: Stream, reading: Reading) -> bool:
    """Whether surely nothing was left, and the call itself was in order."""
    op = reading.op
    rejected = op.outcome == "raised" and (op.arguments or op.keywords) and not op.raised("EOFError")
    return stream.drained(reading) and not (rejected and op.raised("ValueError", "TypeError"))


def _no_end(op: Operation, closing: tuple[Operation, ...], teller: Teller) -> Violation:
    how = "blocked" if op.open else "raised-otherwise" if op.outcome == "raised" else "returned"
    told = " ".join(f"{teller.tell(c)}." for c in closing[-3:])
    return Violation(
        kind=f"no-end-but-{how}",
        summary=f"{op.actor}'s {op.method} at the end of the pipe {_instead(op)} instead of raising "
        "EOFError.",
        story=f"{told} With that every copy of the other end was closed. {teller.tell(op)}.",
        witness=(*closing[-3:], op),
    )


def _instead(op: Operation) -> str:
    if op.open:
        return "waited for ever"
    return f"{'raised' if op.outcome == 'raised' else 'returned'} {value(op.result)}"


def _unread(streams: tuple[Stream, ...], stream: Stream, reading: Reading) -> bool:
    """Whether messages of the other direction may have been unread when the other end was closed."""
    twin = next((s for s in streams if s.direction.writer == stream.direction.reader), None)
    if twin is None:
        return False
    begun = sum(1 for m in twin.messages if not reading.op.precedes(m.send))
    taken = sum(1 for op in twin.direction.reads if op.ok and op.precedes(reading.op))
    return begun > taken


def data_before_end(history: History) -> Finding:
    """Check that what was sent before the other end was closed is received before EOFError comes.

    Judged are receives of messages after somebody had closed the other end, and every EOFError from
    a pipe that had carried a message.  A message is surely there if its send had returned
    before the receive began.  O(n).
    """
    model, streams = streams_of(history)
    teller = Teller(history)
    judged, violations = 0, []
    for stream in streams:
        closings = model.releasing[stream.direction.writer]
        for reading in stream.readings:
            op = reading.op
            if reading.index is not None and any(c.precedes(op) for c in closings):
                judged += 1
            if not op.raised("EOFError", "ConnectionError") or stream.foreign(reading):
                continue
            judged += bool(stream.messages)
            left = stream.next_certain(reading)
            if left is not None and stream.messages[left].send.precedes(op):
                send = stream.messages[left].send
                violations.append(
                    Violation(
                        kind="end-before-data",
                        summary=f"{op.actor} met the end of the pipe with a message of {send.actor} "
                        "still in it.",
                        story=f"{teller.tell(send)}. No receive took that message, and yet "
                        f"{teller.tell(op)}.",
                        witness=(send, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def no_early_end(history: History) -> Finding:
    """EOFError does not come as long as any process holds the other end open.

    Judged are receives that had to wait for their message, and every EOFError.  An actor surely
    holds an end between its first and last operation, unless it began to close or to drop it.
    O(n * actors).
    """
    model, streams = streams_of(history)
    holders, teller = Holders(model), Teller(history)
    judged, violations = 0, []
    for stream in streams:
        judged += sum(1 for m, r in stream.matched() if r.op.invoked_ns < m.send.invoked_ns)
        for reading in stream.readings:
            op = reading.op
            if not op.raised("EOFError") or stream.foreign(reading):
                continue
            judged += 1
            evidence = _open_end(model, holders, stream, op)
            if evidence is not None:
                violations.append(
                    Violation(
                        kind="early-end",
                        summary=f"{op.actor} met the end of a pipe whose other end {evidence.actor} "
                        "still held open.",
                        story=f"{teller.tell(op)}. But {evidence.actor} had the other end "
                        f"({stream.direction.writer}) and had not closed it: {teller.tell(evidence)}.",
                        witness=(op, evidence),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _open_end(model: Model, holders: Holders, stream: Stream, op: Operation) -> Operation | None:
    """Return an operation that shows that the other end was open when *op* ended."""
    writer = stream.direction.writer
    later = (o for o in model.on(writer, "send", "send_bytes") if o.ok and op.precedes(o))
    return next(later, None) or holders.holding(writer, op.returned_ns)
