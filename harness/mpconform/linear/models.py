"""Models: what one object does when it is used by one at a time; pure step functions for the search.

A step takes the state and a row and returns the state that the row leaves behind, or None if the object
could not have answered so.  An operation that never returned may have had any answer.
"""

from collections.abc import Callable
from typing import Any

from mpconform.linear.columns import NOTHING, OPEN, Columns
from mpconform.linear.search import Step

__all__ = ("ABSENT", "counter", "dictionary", "lock", "queue", "register", "semaphore")

#: The state of a key that is not in a dictionary.
ABSENT = NOTHING


def _reader(columns: Columns) -> tuple[list[str], list[int], list[int], list[bool]]:
    """Return, by row, what was done, its argument, its answer, and whether it returned."""
    names = [columns.codes[code] for code in columns.code.tolist()]
    return names, columns.argument.tolist(), columns.answer.tolist(), (columns.returned != OPEN).tolist()


def queue(columns: Columns, *, capacity: int = 0) -> Step:
    """Return the step of a FIFO queue; its state is the tuple of its values."""
    done, argument, answer, returned = _reader(columns)

    def step(state: tuple[int, ...], row: int) -> "tuple[int, ...] | None":
        match done[row]:
            case "put":
                return None if capacity and len(state) >= capacity else (*state, argument[row])
            case "get":
                return state[1:] if state and (state[0] == answer[row] or not returned[row]) else None
            case "empty":
                return None if state else state
            case _:
                return state if capacity and len(state) >= capacity else None

    return step


def register(columns: Columns) -> Step:
    """Return the step of a register; its state is its value."""
    done, argument, answer, returned = _reader(columns)

    def step(state: int, row: int) -> "int | None":
        if done[row] == "write":
            return argument[row]
        return state if answer[row] == state or not returned[row] else None

    return step


def counter(columns: Columns) -> Step:
    """Return the step of a counter; its state is its count."""
    done, _, answer, returned = _reader(columns)

    def step(state: int, row: int) -> "int | None":
        if done[row] == "add":
            return state + 1
        return state if answer[row] == state or not returned[row] else None

    return step


def lock(columns: Columns) -> Step:
    """Return the step of a lock that its owner releases; its state is the process that has it, or -1."""
    done = _reader(columns)[0]
    process = columns.process.tolist()

    def step(state: int, row: int) -> "int | None":
        match done[row]:
            case "acquire":
                return process[row] if state < 0 else None
            case "release":
                return -1 if state == process[row] else None
            case _:
                return state if state >= 0 else None

    return step


def semaphore(columns: Columns) -> Step:
    """Return the step of a semaphore; its state is how many it would still admit."""
    done = _reader(columns)[0]

    def step(state: int, row: int) -> "int | None":
        match done[row]:
            case "acquire":
                return state - 1 if state > 0 else None
            case "release":
                return state + 1
            case _:
                return None if state > 0 else state

    return step


def dictionary(columns: Columns) -> Step:
    """Return the step of one key of a dictionary; its state is the value of the key, or ``ABSENT``.

    ``get`` answers the value or nothing, ``set`` writes, ``delete`` and ``pop`` take out (``missing``: they
    found none), ``setdefault`` answers what is there afterwards, ``contains`` answers 1 or 0.
    """
    done, argument, answer, returned = _reader(columns)
    steps: dict[str, Callable[[Any, int], Any]] = {
        "get": lambda state, row: state if answer[row] == state or not returned[row] else None,
        "set": lambda _, row: argument[row],
        "delete": lambda state, _: None if state == ABSENT else ABSENT,
        "missing": lambda state, _: state if state == ABSENT else None,
        "pop": lambda state, row: (
            ABSENT if state != ABSENT and (answer[row] == state or not returned[row]) else None
        ),
        "setdefault": lambda state, row: _set_default(state, argument[row], answer[row], returned[row]),
        "contains": lambda state, row: (
            state if not returned[row] or answer[row] == (state != ABSENT) else None
        ),
    }
    by_row = [steps[name] for name in done]
    return lambda state, row: by_row[row](state, row)


def _set_default(state: int, argument: int, answer: int, returned: bool) -> "int | None":  # noqa: FBT001
    after = argument if state == ABSENT else state
    return after if answer == after or not returned else None
