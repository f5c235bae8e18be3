"""Say in which way a receive cannot be explained: one diagnosis for each broken stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mpconform.checkers.pipe_match import Reading, Stream, stream_of
from mpconform.checkers.pipe_messages import OPAQUE, Message, same
from mpconform.checkers.pipe_model import Model, model_of
from mpconform.values import History, Operation

__all__ = ("Diagnosis", "diagnose", "streams_of", "stuck", "stuck_readings")

_ENDING: Final = frozenset({"kill", "terminate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why the broken receive of *stream* cannot be explained.

    *kind* is one of

    * ``thin-air``: nothing had been sent that was left
    * ``duplicate``: *other*, an earlier receive, had taken the message already
    * ``overtaken``: a later message than *expected* came, and *expected* came later, by *other*
    * ``lost``: a later message than *expected* came, and *expected* never did
    * ``own``: the message had been sent from the very end that received it, by *other*
    * ``altered``: it is no message of this pipe
    """

    kind: str
    stream: Stream
    reading: Reading
    expected: Message | None = None
    actual: Message | None = None
    other: Operation | None = None

    @property
    def op(self) -> Operation:
        """The receive."""
        return self.reading.op


def streams_of(history: History) -> tuple[Model, tuple[Stream, ...]]:
    """Return the pipes of *history*, and the matched stream of each direction."""
    model = model_of(history)
    return model, tuple(stream_of(direction) for direction in model.directions)


def diagnose(streams: tuple[Stream, ...]) -> Iterator[Diagnosis]:
    """Yield a diagnosis for every stream with a receive that no legal order explains."""
    for stream in streams:
        if stream.broken is not None:
            twin = next((s for s in streams if s.direction.writer == stream.direction.reader), None)
            yield _diagnosis(stream, stream.broken, twin)


def _diagnosis(stream: Stream, broken: Reading, twin: Stream | None) -> Diagnosis:
    begun = stream.heads(broken)
    left = stream.next_certain(broken)
    expected = stream.messages[left] if left is not None and left in begun else None
    if expected is None and begun:
        expected = stream.messages[begun[0]]
    like = [j for j, message in enumerate(stream.messages) if _is(message, broken.op)]
    later = next((j for j in like if begun and j > begun[-1]), None)
    if later is not None and expected is not None and expected.certain:
        again = _receive_after(stream, broken.op, expected)
        kind, other, actual = "overtaken" if again else "lost", again, stream.messages[later]
        return Diagnosis(
            kind=kind, stream=stream, reading=broken, expected=expected, actual=actual, other=other
        )
    first = next((r for message, r in stream.matched() if _is(message, broken.op)), None)
    own = next((m for m in twin.messages if _is(m, broken.op)), None) if twin else None
    kind = "duplicate" if first else "own" if own else "altered" if begun else "thin-air"
    other = first.op if first else own.send if own else None
    return Diagnosis(kind=kind, stream=stream, reading=broken, expected=expected, other=other)


def _is(message: Message, read: Operation) -> bool:
    """Whether what *read* received is surely known, and is what *message* carries."""
    known = message.record is not OPAQUE and message.akin(read) and read.method != "recv_bytes_into"
    return known and read.ok and not read.precedes(message.send) and same(message.record, read.result)


def _receive_after(stream: Stream, read: Operation, message: Message) -> Operation | None:
    later = (op for op in stream.direction.reads if op.ok and read.precedes(op))
    return next((op for op in later if _is(message, op)), None)


def stuck_readings(history: History, streams: tuple[Stream, ...]) -> Iterator[tuple[Stream, Reading]]:
    """Yield the receives that block in a hung history, where all that came before is explained."""
    for stream in streams:
        last = stream.readings[-1] if stream.readings else None
        if last is not None and stuck(history, last.op):
            yield stream, last


def stuck(history: History, op: Operation) -> bool:
    """Return whether *op* surely blocks: the run hung in it, and nothing ended its actor by force."""
    ended = any(other.target == op.actor and other.method in _ENDING for other in history.operations)
    return history.ended == "hung" and op.open and not ended
