"""Pipes: a message that is longer than a receive allows, or than its buffer holds, is refused."""

from typing import Final

from mpconform.checkers.pipe_diagnosis import streams_of
from mpconform.checkers.pipe_match import Reading, Stream
from mpconform.checkers.pipe_messages import OPAQUE, READS, Message, argument_of, length_of, same
from mpconform.checkers.pipe_model import Model
from mpconform.checkers.telling import Teller, sized, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("buffer_of", "room_of", "short_buffer", "the_message", "within_maxlength")

#: What is wrong with a call, as a slug and in words, if nothing is.
_NOTHING: Final = ("", "")


def within_maxlength(history: History) -> Finding:
    """``recv_bytes(maxlength)`` refuses a longer message with OSError, and the end is then unreadable.

    A message of *maxlength* bytes or less is received.  After the refusal, further receives of this
    actor from this end raise OSError.  Judged are limited receives of which the length of the
    message is known, and receives after a refusal.  O(n).
    """
    model, streams = streams_of(history)
    teller = Teller(history)
    judged, violations = 0, []
    for stream in streams:
        for reading in stream.readings:
            op, limit = reading.op, _limit(reading.op)
            message = the_message(stream, reading)
            if limit is None or op.open:
                continue
            wrong = _wrong_limit(op, limit, message)
            judged += wrong is not None
            if wrong and wrong != _NOTHING:
                witness = (message.send, op) if message else (op,)
                story = " ".join(f"{teller.tell(o)}." for o in witness)
                summary = f"{op.actor}'s {op.target}.recv_bytes with a limit of {sized(limit)} {wrong[1]}."
                violations.append(Violation(kind=wrong[0], summary=summary, story=story, witness=witness))
            if op.raised("OSError") and message and message.length is not None and message.length > limit:
                later = _later_receives(model, stream, op)
                judged += len(later)
                violations += [_still_readable(op, o, teller) for o in later if not o.raised("OSError")]
    return Finding(judged=judged, violations=tuple(violations))


def _limit(op: Operation) -> int | None:
    limit = argument_of(op, 0, "maxlength") if op.method == "recv_bytes" else None
    return limit if type(limit) is int and limit >= 0 else None


def _wrong_limit(op: Operation, limit: int, message: Message | None) -> tuple[str, str] | None:
    """Return what is wrong with a limited receive: _NOTHING if nothing is, None if nothing can be said."""
    received = length_of(op.result) if op.ok else None
    if received is not None and received > limit:
        return "limit-ignored", f"returned {sized(received)}"
    if message is None or message.length is None:
        return None
    if message.length <= limit and op.raised("OSError"):
        return "fitting-message-refused", f"refused a message of {sized(message.length)}"
    if message.length > limit and not op.raised("OSError"):
        how = "returned" if op.ok else "raised"
        return (
            "too-long-not-refused",
            f"met a message of {sized(message.length)} and {how} {value(op.result)}",
        )
    return _NOTHING


def _later_receives(model: Model, stream: Stream, refused: Operation) -> list[Operation]:
    later = model.on(stream.direction.reader, *READS)
    return [op for op in later if op.actor == refused.actor and refused.precedes(op) and not op.open]


def _still_readable(refused: Operation, op: Operation, teller: Teller) -> Violation:
    return Violation(
        kind="readable-after-refusal",
        summary=f"{op.target} could be received from after it had refused a message as too long.",
        story=f"{teller.tell(refused)}. After that the end should be unreadable; but {teller.tell(op)}.",
        witness=(refused, op),
    )


def the_message(stream: Stream, reading: Reading) -> Message | None:
    """Return the byte message whose turn it surely was for *reading*, if there is only one possibility."""
    heads = stream.heads(reading)
    if len(heads) != 1 or not stream.messages[heads[0]].certain:
        return None
    message = stream.messages[heads[0]]
    return message if not message.packed else None


def short_buffer(history: History) -> Finding:
    """If the buffer is too short, BufferTooShort is raised, and its first argument is the whole message.

    It is raised only then: a message that just fits is received.  Judged are calls of
    ``recv_bytes_into`` for which the message and the size of the buffer are known.  O(n).
    """
    model, streams = streams_of(history)
    teller = Teller(history)
    judged, violations = 0, []
    for stream in streams:
        for reading in stream.readings:
            message, room = the_message(stream, reading), room_of(model, reading.op)
            if message is None or message.length is None or room is None or reading.op.open:
                continue
            wrong = _wrong_shortness(reading.op, message, room)
            judged += wrong is not None
            if wrong and wrong != _NOTHING:
                violations.append(
                    Violation(
                        kind=wrong[0],
                        summary=f"{reading.op.actor}'s recv_bytes_into with room for {sized(room)} "
                        f"{wrong[1]}.",
                        story=f"{teller.tell(message.send)}. {teller.tell(reading.op)}; "
                        f"the message has {sized(message.length)}, and there was room for {room}.",
                        witness=(message.send, reading.op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _wrong_shortness(op: Operation, message: Message, room: int) -> tuple[str, str] | None:
    length = message.length or 0
    if length <= room:
        if op.raised("BufferTooShort"):
            return "fitting-message-refused", f"called itself too short for {length}"
        return _NOTHING
    if room < 0 or op.raised("ValueError"):
        return None
    if not op.raised("BufferTooShort"):
        return (
            "shortness-not-told",
            f"met {sized(length)} and did not raise BufferTooShort: {value(op.result)}",
        )
    told = op.result["args"][0] if op.result["args"] else None
    if message.record is not OPAQUE and not same(told, message.record):
        return "message-not-in-exception", f"gave {value(told)} with BufferTooShort, not the whole message"
    return _NOTHING


def room_of(model: Model, op: Operation) -> int | None:
    """Return how many bytes there are from the offset to the end of the buffer of a ``recv_bytes_into``."""
    offset = argument_of(op, 1, "offset", 0)
    size = _buffer_size(model, op) if op.method == "recv_bytes_into" else None
    return None if size is None or type(offset) is not int or offset < 0 else size - offset


def _buffer_size(model: Model, op: Operation) -> int | None:
    name, size = buffer_of(op)
    if size is not None or name is None:
        return size
    made = (buffer_of(other) for other in model.history.by(op.actor))
    sizes = {n: s for n, s in made if s is not None}
    return sizes.get(name)


def buffer_of(op: Operation) -> tuple[str | None, int | None]:
    """Return the name of the buffer that *op* was given, and its size if *op* made it."""
    argument = argument_of(op, 0, "buf")
    if isinstance(argument, dict) and "$buffer" in argument:
        return str(argument["$buffer"][0]), int(argument["$buffer"][1])
    if isinstance(argument, dict) and "$object" in argument:
        return str(argument["$object"]), None
    return None, None
