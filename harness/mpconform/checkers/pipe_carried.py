"""Pipes: an end that was itself sent through a pipe works where it arrives."""

from mpconform.checkers.pipe_diagnosis import diagnose, streams_of, stuck_readings
from mpconform.checkers.pipe_holders import Holders
from mpconform.checkers.pipe_match import Reading, Stream
from mpconform.checkers.pipe_messages import Message
from mpconform.checkers.pipe_model import Model, references
from mpconform.checkers.pipe_order import refused
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("end_that_travelled",)


def end_that_travelled(history: History) -> Finding:
    """Check that an end that is sent through a pipe arrives as a working end of the same pipe.

    Judged are the messages that were sent or received by means of such an end.  It is a violation
    if the end does not arrive, if a call on it is refused while the pipe is open, or if what goes
    through it is not received as it was sent.  O(n).
    """
    model, streams = streams_of(history)
    teller, holders = Teller(history), Holders(model)
    failed: list[tuple[str, tuple[Operation, ...]]] = []
    judged = 0
    for stream in streams:
        judged += sum(1 for message, r in stream.matched() if _travelled(model, message.send, r.op))
        failed += [("not-received", (gift.send, r.op)) for gift, r in _failed_gifts(model, stream)]
    for d in diagnose(streams):
        sends = (d.expected.send,) if d.expected else ()
        if _travelled(model, *sends, d.op):
            failed.append((d.kind, (*sends, d.op)))
    for stream, reading in stuck_readings(history, streams):
        left = stream.next_certain(reading)
        if left is not None and _travelled(model, stream.messages[left].send, reading.op):
            failed.append(("lost", (stream.messages[left].send, reading.op)))
    for pipe in model.pipes:
        failed += [("refused", (op,)) for op in refused(model, holders, pipe) if _travelled(model, op)]
    violations = tuple(
        Violation(
            kind=f"travelled-end-{how}",
            summary=f"{ops[-1].actor}'s {ops[-1].target}.{ops[-1].method} fails with an end that came "
            "through a pipe.",
            story=f"{' '.join(f'{teller.tell(op)}.' for op in ops)} An end of a pipe went through "
            "another pipe here.",
            witness=ops,
        )
        for how, ops in failed
    )
    return Finding(judged=judged + len(violations), violations=violations)


def _travelled(model: Model, *operations: Operation) -> bool:
    return any((op.actor, op.target) in model.aliases for op in operations)


def _failed_gifts(model: Model, stream: Stream) -> list[tuple[Message, Reading]]:
    """Return the ends whose receive raised."""
    failed = []
    for reading in stream.readings:
        left = stream.next_certain(reading)
        message = stream.messages[left] if left is not None else None
        if message is None or reading.op.outcome != "raised" or not message.send.precedes(reading.op):
            continue
        named = references([*message.send.arguments])
        if not stream.foreign(reading) and any(model.end(message.send.actor, name) for name in named):
            failed.append((message, reading))
    return failed
