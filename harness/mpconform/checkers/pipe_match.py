"""Match what was received from a pipe with what was sent to it.

A direction of a pipe is a queue with one writer and one reader at a time, so there is only one
legal order: the n-th receive takes the n-th message.  What is not certain is which sends that
raised had an effect, and which receives that raised took a message; so the position of the reader
is a set of numbers, mostly of one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from mpconform.checkers.once import once
from mpconform.checkers.pipe_messages import Message
from mpconform.checkers.pipe_model import Direction
from mpconform.values import Operation

__all__ = ("Reading", "Stream", "Taking", "reachable", "stream_of", "taking")


class Taking(Enum):
    """How many messages a receive took out of the pipe."""

    ONE = auto()
    NONE = auto()
    PERHAPS = auto()
    UNDEFINED = auto()


def taking(op: Operation) -> Taking:
    """Return how many messages *op*, a receive, took; UNDEFINED if nothing is known of the pipe after it."""
    if op.ok or op.raised("BufferTooShort"):
        return Taking.ONE
    if op.open or op.raised("OSError"):
        return Taking.UNDEFINED
    return Taking.NONE if op.raised("EOFError") else Taking.PERHAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One receive: *positions* are the indices that the next message may have had before it.

    *index* is the message that it took, if there is only one possibility.
    """

    op: Operation
    positions: frozenset[int]
    index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The receives of one direction up to the first that nothing explains, or that leaves all open.

    *broken* is that first one that no legal order explains; the last of *readings* otherwise.  A
    receive of a torn message, and all after it, are left out.
    """

    direction: Direction
    readings: tuple[Reading, ...]
    broken: Reading | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages of the direction."""
        return self.direction.messages

    def heads(self, reading: Reading) -> list[int]:
        """Return the indices of all messages, begun in time, that may legally be next for *reading*."""
        return sorted({j for p in reading.positions for j in reachable(self.messages, p, reading.op)})

    def next_certain(self, reading: Reading) -> int | None:
        """Return the first message that is surely left for *reading*, whenever sent; None if none is."""
        latest = max(reading.positions)
        return next((j for j in range(latest, len(self.messages)) if self.messages[j].certain), None)

    def drained(self, reading: Reading) -> bool:
        """Return whether surely nothing was left for *reading*, not even a part of a message."""
        return not any(not reading.op.precedes(m.send) for m in self.messages[min(reading.positions) :])

    def foreign(self, reading: Reading) -> bool:
        """Return whether *reading* may have met a message that is received in another way."""
        return any(not m.akin(reading.op) for m in self.messages[min(reading.positions) :])

    def matched(self) -> Iterator[tuple[Message, Reading]]:
        """Yield every message with the receive that surely took it."""
        for reading in self.readings:
            if reading.index is not None and reading is not self.broken:
                yield self.messages[reading.index], reading


def reachable(messages: tuple[Message, ...], position: int, read: Operation) -> Iterator[int]:
    """Yield the messages that may be next at *position*: the first certain one, and what may precede it."""
    for j in range(position, len(messages)):
        if read.precedes(messages[j].send):
            return
        yield j
        if messages[j].certain:
            return


@once
def stream_of(direction: Direction) -> Stream:
    """Match the receives of *direction* with its messages.

    Exact: a receive is broken if and only if no choice of the uncertain sends and receives
    explains it and all before it.  O(n), times the number of uncertain operations.
    """
    messages = direction.messages
    positions = frozenset({0})
    readings: list[Reading] = []
    for op in direction.reads:
        heads = {j for p in positions for j in reachable(messages, p, op)}
        if any(messages[j].torn for j in heads):
            break
        fitting = {j for j in heads if messages[j].fits(op)}
        how = _taking_of(op, messages, heads)
        if how is Taking.ONE and op.raised("BufferTooShort") and not fitting:
            fitting = heads
        index = min(fitting) if how is Taking.ONE and len(fitting) == 1 else None
        readings.append(Reading(op=op, positions=positions, index=index))
        if how is Taking.UNDEFINED:
            break
        if how is Taking.ONE:
            if not fitting:
                return Stream(direction=direction, readings=tuple(readings), broken=readings[-1])
            positions = frozenset(j + 1 for j in fitting)
        elif how is Taking.PERHAPS:
            positions |= {j + 1 for j in heads}
    return Stream(direction=direction, readings=tuple(readings))


def _taking_of(op: Operation, messages: tuple[Message, ...], heads: set[int]) -> Taking:
    how = taking(op)
    # Bytes that are no pickle may raise EOFError when they are unpickled.
    if how is Taking.NONE and op.method == "recv" and any(not messages[j].packed for j in heads):
        return Taking.PERHAPS
    return how
