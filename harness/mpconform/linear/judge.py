"""Judge: which judge decides what, and when the search has the last word.

A specialised judge is asked first; what it calls illegal, is.  Where it is only sound, and the history is
small enough, the search decides, and the verdict says so.
"""

import msgspec
import numpy as np

from mpconform.errors import UsageError
from mpconform.linear import counter, fifo, lock, models, register, semaphore
from mpconform.linear.columns import NOTHING, Columns, Judged
from mpconform.linear.search import in_parts, search

__all__ = ("CODES", "MODELS", "Settings", "judge")

#: What the operations of each model are called.
CODES = {
    "queue": fifo.CODES,
    "register": register.CODES,
    "counter": counter.CODES,
    "lock": lock.CODES,
    "semaphore": semaphore.CODES,
    "dict": ("get", "set", "delete", "missing", "pop", "setdefault", "contains"),
}
MODELS = tuple(CODES)

#: A search may ask its model so often; and it is tried after a judge that is only sound up to so many
#: operations.
_BUDGET = 2_000_000
_SMALL = 400


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the object: *capacity* of a queue (0: none), first *value* of a counter or semaphore.

    *initial* is the number that stands for what a register held at first.
    """

    capacity: int = 0
    value: int | None = None
    initial: int = NOTHING
    budget: int = _BUDGET


def judge(columns: Columns, settings: Settings | None = None) -> Judged:
    """Return whether some order explains *columns*; raises UsageError for a model that there is not."""
    known = settings or Settings()
    match columns.model:
        case "queue":
            return _at_last(columns, fifo.judge(columns, capacity=known.capacity), known)
        case "register":
            return _at_last(columns, register.judge(columns, initial=known.initial), known)
        case "counter":
            return counter.judge(columns, initial=known.value or 0)
        case "lock":
            found = lock.judge(columns)
            return found if found.kind != "released-by-another" else semaphore.judge(columns, value=1)
        case "semaphore":
            value = 1 if known.value is None else known.value
            return _at_last(columns, semaphore.judge(columns, value=value), known)
        case "dict":
            return _by_key(columns, known)
    raise UsageError(f"no model {columns.model!r}; there are {', '.join(MODELS)}")


def _at_last(columns: Columns, found: Judged, known: Settings) -> Judged:
    """Return what the search says, where a judge could not be sure and the history is small enough for it."""
    unsure = found.legal is None or (found.legal and not found.exact)
    if not unsure or len(columns) > _SMALL:
        return found
    rows = range(len(columns))
    if columns.model == "queue":
        step = models.queue(columns, capacity=known.capacity)
        return search(columns, rows, (), step, budget=known.budget)
    if columns.model == "register":
        return search(columns, rows, known.initial, models.register(columns), budget=known.budget)
    value = 1 if known.value is None else known.value
    return search(columns, rows, value, models.semaphore(columns), budget=known.budget)


def _by_key(columns: Columns, known: Settings) -> Judged:
    """Return what the search says of each key by itself: what is done to one touches no other."""
    parts = [(np.flatnonzero(columns.key == key).tolist(), models.ABSENT) for key in np.unique(columns.key)]
    return in_parts(columns, parts, models.dictionary(columns), budget=known.budget)
