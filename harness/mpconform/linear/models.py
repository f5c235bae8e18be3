"""Models: what one object does when it is used by one at a time, as pure steps for the general search.

A step takes a state and an operation and returns the state that the operation leaves behind, or None if the
object could not have answered so.  An operation is a tuple (name, argument, answer); the answer is
``UNKNOWN`` if it never returned.
"""

from typing import Any

from mpconform.linear.columns import OPEN, Columns

__all__ = ("UNKNOWN", "Op", "counter", "lock", "operations", "queue", "register", "semaphore")

Op = tuple[str, Any, Any]


class _Unknown:
    """The answer of an operation that never returned: it may have been any."""


UNKNOWN = _Unknown()


def operations(columns: Columns) -> list[Op]:
    """Return the operations of *columns*, row by row, with their numbers; of a lock, the argument is who."""
    argument = columns.process if columns.model == "lock" else columns.argument
    answers: list[Any] = columns.answer.tolist()
    for row in (columns.returned == OPEN).nonzero()[0].tolist():
        answers[row] = UNKNOWN
    names = [columns.codes[code] for code in columns.code.tolist()]
    return list(zip(names, argument.tolist(), answers, strict=True))


def queue(state: tuple[int, ...], op: Op, *, capacity: int = 0) -> tuple[int, ...] | None:
    """Return a FIFO queue, the tuple of its values, after *op*; *capacity* bounds it, 0 does not."""
    name, argument, answer = op
    match name:
        case "put":
            return None if capacity and len(state) >= capacity else (*state, argument)
        case "get":
            return state[1:] if state and (state[0] == answer or answer is UNKNOWN) else None
        case "empty":
            return None if state else state
        case _:
            return state if capacity and len(state) >= capacity else None


def register(state: int, op: Op) -> int | None:
    """Return a register, its value, after *op*."""
    name, argument, answer = op
    if name == "write":
        written: int = argument
        return written
    return state if answer == state or answer is UNKNOWN else None


def counter(state: int, op: Op) -> int | None:
    """Return a counter, its count, after *op*."""
    name, _, answer = op
    if name == "add":
        return state + 1
    return state if answer == state or answer is UNKNOWN else None


def lock(state: int, op: Op) -> int | None:
    """Return a lock that its owner releases, the process that has it or -1, after *op*."""
    name, process, _ = op
    match name:
        case "acquire":
            return None if state >= 0 else int(process)
        case "release":
            return -1 if state == process else None
        case _:
            return state if state >= 0 else None


def semaphore(state: int, op: Op) -> int | None:
    """Return a semaphore, how many it would still admit, after *op*."""
    match op[0]:
        case "acquire":
            return state - 1 if state > 0 else None
        case "release":
            return state + 1
        case _:
            return None if state > 0 else state
