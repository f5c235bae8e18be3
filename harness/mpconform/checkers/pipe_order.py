"""Pipes: messages come in order, once each, not before they are sent, and each from the other end."""

from mpconform.checkers.pipe_diagnosis import Diagnosis, diagnose, streams_of, stuck_readings
from mpconform.checkers.pipe_holders import Holders
from mpconform.checkers.pipe_messages import READS, SENDS
from mpconform.checkers.pipe_model import Direction, Model, Pipe
from mpconform.checkers.telling import Teller, counted, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("duplex", "exactly_once", "in_order", "receive_blocks", "refused")


def in_order(history: History) -> Finding:
    """Messages of one direction are received in the order in which they were sent.

    Exact for messages that can be told apart; judged are receives after the first.  O(n).
    """
    _, streams = streams_of(history)
    teller = Teller(history)
    violations = []
    for d in diagnose(streams):
        if d.kind == "overtaken" and d.expected and d.actual and d.other:
            story = (
                f"{teller.tell(d.expected.send)}, and only then {teller.tell(d.actual.send)}. "
                f"But {teller.tell(d.op)}, and only then {teller.tell(d.other)}."
            )
            violations.append(
                Violation(
                    kind="overtaken",
                    summary=f"{d.op.actor} received {value(d.op.result)} before {value(d.other.result)}, "
                    f"which {d.expected.send.actor} had sent earlier.",
                    story=story,
                    witness=(d.expected.send, d.actual.send, d.op, d.other),
                )
            )
    judged = sum(max(0, len(list(stream.matched())) - 1) for stream in streams)
    return Finding(judged=judged + len(violations), violations=tuple(violations))


def exactly_once(history: History) -> Finding:
    """Every message that is sent is received once: none is lost on the way, none comes again.

    A message is lost if a later one came instead of it, or if a receive blocks although it is there.
    That a message at the end of a history was received by nobody means nothing.  O(n).
    """
    model, streams = streams_of(history)
    teller = Teller(history)
    violations = [v for d in diagnose(streams) if (v := _not_once(d, teller))]
    for stream, reading in stuck_readings(model.history, streams):
        left = stream.next_certain(reading)
        if left is not None:
            send = stream.messages[left].send
            violations.append(
                Violation(
                    kind="lost-and-awaited",
                    summary=f"{reading.op.actor} waits for ever for a message that {send.actor} sent.",
                    story=f"{teller.tell(send)}. {teller.tell(reading.op)}, although that message was "
                    "still to come.",
                    witness=(send, reading.op),
                )
            )
    judged = sum(len(list(stream.matched())) for stream in streams)
    return Finding(judged=judged + len(violations), violations=tuple(violations))


def _not_once(d: Diagnosis, teller: Teller) -> Violation | None:
    if d.kind == "duplicate" and d.other:
        return Violation(
            kind="received-twice",
            summary=f"{value(d.op.result)} was sent once, and received by {d.other.actor} and again "
            f"by {d.op.actor}.",
            story=f"{teller.tell(d.other)}. Yet {teller.tell(d.op)}, although no other such message "
            "was under way.",
            witness=(d.other, d.op),
        )
    if d.kind == "lost" and d.expected and d.actual:
        return Violation(
            kind="lost",
            summary=f"{d.op.actor} received {value(d.op.result)} in place of the message that "
            f"{d.expected.send.actor} had sent before it, and that one never came.",
            story=f"{teller.tell(d.expected.send)}, and only then {teller.tell(d.actual.send)}. "
            f"But {teller.tell(d.op)}, and nothing received after that was the first of the two.",
            witness=(d.expected.send, d.actual.send, d.op),
        )
    return None


def receive_blocks(history: History) -> Finding:
    """Check that a receive does not return a message before one was sent for it.

    Judged are the receives that surely had to wait: they began before the send of what they
    received.  A message out of nothing from a pipe whose other end was closed is the matter of
    the requirements about the end of a pipe.  Exact but for uncertain sends.  O(n).
    """
    model, streams = streams_of(history)
    holders, teller = Holders(model), Teller(history)
    violations = []
    for d in diagnose(streams):
        if d.kind == "thin-air" and holders.released(d.stream.direction.writer, d.op.invoked_ns) is None:
            position = max(d.reading.positions)
            late = d.stream.messages[position].send if position < len(d.stream.messages) else None
            after = f" Only after that {teller.tell(late)}." if late else " Nothing was sent for it at all."
            violations.append(
                Violation(
                    kind="received-unsent",
                    summary=f"{d.op.actor}'s {d.op.method} returned {value(d.op.result)} when nothing "
                    "had been sent.",
                    story=f"{counted(position, 'message')} had been received before. "
                    f"{teller.tell(d.op)}.{after}",
                    witness=(d.op, late) if late else (d.op,),
                )
            )
    judged = sum(
        1
        for stream in streams
        for message, r in stream.matched()
        if r.op.invoked_ns < message.send.invoked_ns
    )
    return Finding(judged=judged + len(violations), violations=tuple(violations))


def duplex(history: History) -> Finding:
    """Both ends of a duplex pipe send and receive, and each receives what the other one sent.

    Judged are the messages received from duplex pipes that were used in both directions.  A send
    or receive may not be refused as long as both ends are surely open.  O(n).
    """
    model, streams = streams_of(history)
    teller, holders = Teller(history), Holders(model)
    violations = [
        Violation(
            kind="own-message",
            summary=f"{d.op.target} received {value(d.op.result)}, which had been sent from that same end.",
            story=f"{teller.tell(d.other)}. {teller.tell(d.op)}: its own message, not one of the other end.",
            witness=(d.other, d.op),
        )
        for d in diagnose(streams)
        if d.kind == "own" and d.other
    ]
    judged = len(violations)
    for pipe in model.pipes:
        if not pipe.duplex:
            continue
        denied = refused(model, holders, pipe)
        violations += [
            Violation(
                kind="direction-refused",
                summary=f"{op.target}.{op.method} of a duplex pipe was refused with {value(op.result)}.",
                story=f"{teller.tell(op)}, although both ends were open.",
                witness=(op,),
            )
            for op in denied
        ]
        both = [len(list(s.matched())) for s in streams if s.direction.pipe is pipe]
        judged += len(denied) + (sum(both) if len(both) == 2 and all(both) else 0)
    return Finding(judged=judged, violations=tuple(violations))


def refused(model: Model, holders: Holders, pipe: Pipe) -> list[Operation]:
    """Return the sends and receives that raised OSError although nothing was closed, too long or torn."""
    directions = {d.reader: d for d in model.directions if d.pipe is pipe}
    return [
        op
        for end in pipe.ends
        for op in model.on(end, *SENDS, *READS)
        if op.raised("OSError")
        and _in_order(op, pipe, end, directions)
        and not model.perhaps_closed(op, end)
        and holders.holding(pipe.peer(end), op.returned_ns)
    ]


def _in_order(op: Operation, pipe: Pipe, end: str, directions: dict[str, Direction]) -> bool:
    """Whether *op* goes in a direction that the pipe has, and nothing excuses an OSError but a closed end."""
    if not directions:
        return False
    if op.method in SENDS:
        return pipe.writable(end)
    limited = op.method == "recv_bytes" and bool(op.arguments or op.keywords)
    return pipe.readable(end) and not limited and end in directions and not directions[end].torn
