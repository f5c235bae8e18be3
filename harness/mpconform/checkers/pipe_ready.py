"""Whether an end of a pipe surely is, or surely is not, ready to be received from."""

from dataclasses import dataclass
from typing import Final

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_holders import Holders
from mpconform.checkers.pipe_match import Taking, taking
from mpconform.checkers.pipe_messages import argument_of
from mpconform.checkers.pipe_model import Direction, Model, model_of
from mpconform.values import History, Json, Operation

__all__ = ("GRANULARITY_NS", "Readiness", "Situation", "deadline_ns", "overdue", "timeout_of", "too_early")

#: How much earlier than its timeout a call may return: clocks and timers have a granularity.
GRANULARITY_NS: Final = 2_000_000

#: A call that should end after at most this time, and is open in a hung run, blocks for ever.
_SHORT_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is certain of an end for the whole of a call: ``data``, ``end``, ``nothing``, or None.

    *shown* are the operations that make it certain.
    """

    state: str | None = None
    shown: tuple[Operation, ...] = ()


def timeout_of(op: Operation, index: int, default: float | None) -> Json:
    """Return the timeout that was given by position, by keyword or as the step's timeout."""
    if op.timeout_s is not None:
        return op.timeout_s
    return argument_of(op, index, "timeout", default)


def deadline_ns(op: Operation, timeout: float | None) -> int | None:
    """Return the instant before which what comes must be seen by *op*; None if it waits for ever."""
    if timeout is None:
        return None
    return max(op.invoked_ns, op.invoked_ns + int(timeout * 1e9) - GRANULARITY_NS)


def too_early(op: Operation, timeout: float | None) -> bool:
    """Return whether *op* gave up waiting before its timeout, or although it has none."""
    if op.returned_ns is None:
        return False
    return timeout is None or op.returned_ns - op.invoked_ns < int(timeout * 1e9) - GRANULARITY_NS


def overdue(history: History, op: Operation, timeout: Json) -> bool:
    """Return whether *op* surely waits for ever although its timeout is a short one."""
    return isinstance(timeout, int | float) and timeout <= _SHORT_S and stuck(history, op)


class Situation:
    """The readiness of the ends of one history."""

    def __init__(self, history: History) -> None:
        """Find the pipes of *history*."""
        self.model: Model = model_of(history)
        self._holders = Holders(self.model)

    def direction(self, op: Operation, name: str) -> Direction | None:
        """Return the direction that *op*'s actor receives from *name*, if it surely still can."""
        end = self.model.end(op.actor, name)
        direction = self.model.direction_to(end) if end is not None else None
        if direction is None or self.model.perhaps_closed(op, direction.reader):
            return None
        undefined = (r for r in direction.reads if taking(r) is Taking.UNDEFINED)
        known = not any(_not_after(r, op) for r in undefined)
        return direction if known else None

    def readiness(self, op: Operation, direction: Direction, by_ns: float | None = None) -> Readiness:
        """Return what is certain of *direction* for the whole of *op*.

        With *by_ns*, ``data`` and ``end`` say that it was ready from *by_ns* at the latest until
        *op* ended.  Sound, exact but for uncertain sends and receives.  O(n).
        """
        limit = op.invoked_ns if by_ns is None else by_ns
        certain = [m.send for m in direction.messages if m.certain and (m.send.returned_ns or 0) < limit]
        most_taken = sum(1 for r in direction.reads if _not_after(r, op) and _may_take(r, direction))
        if not direction.torn and len(certain) > most_taken:
            return Readiness(state="data", shown=(certain[most_taken],))
        closing = self._holders.released(direction.writer, None if limit == float("inf") else int(limit))
        if closing is not None:
            return Readiness(state="end", shown=closing[-2:])
        begun = sum(1 for m in direction.messages if not op.precedes(m.send))
        least_taken = sum(1 for r in direction.reads if taking(r) is Taking.ONE and r.precedes(op))
        holding = self._holders.holding(direction.writer, op.returned_ns) if begun <= least_taken else None
        return Readiness(state="nothing", shown=(holding,)) if holding else Readiness()


def _not_after(read: Operation, op: Operation) -> bool:
    return not op.precedes(read)


def _may_take(read: Operation, direction: Direction) -> bool:
    if taking(read) is not Taking.NONE:
        return True
    # Bytes that are no pickle may raise EOFError when they are unpickled.
    return read.method == "recv" and any(not m.packed for m in direction.messages)
