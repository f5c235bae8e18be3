"""Judge: which judge decides what, and when the search has the last word.

A specialised judge is asked first; what it calls illegal, is.  Where it is only sound, and the history is
small enough, the search decides, and the verdict says so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import numpy as np

from mpconform.errors import UsageError
from mpconform.linear import counter, fifo, lock, models, register, semaphore, windows
from mpconform.linear.columns import COLUMN_NAMES, NOTHING, Columns, Judged
from mpconform.linear.objects import OBJECTS, step_of
from mpconform.linear.search import Answer, Calls, in_parts, search
from mpconform.linear.spending import Budget, Step
from mpconform.linear.table import Table
from mpconform.linear.telling import Teller
from mpconform.linear.understanding import chosen, compiled, initial_state, is_keyed, key_of

__all__ = ("CODES", "MODELS", "Settings", "first_value", "judge", "known", "searched")

#: What the operations of each model are called.
CODES: dict[str, tuple[str, ...]] = {
    "queue": fifo.CODES,
    "register": register.CODES,
    "counter": counter.CODES,
    "lock": lock.CODES,
    "semaphore": semaphore.CODES,
    **{name: tuple(model.forms) for name, model in OBJECTS.items()},
}
MODELS = tuple(CODES)

#: The search is tried after a judge that is only sound up to so many operations.
_SMALL = 400
#: So many of the calls that came before it are shown beside the one that fits nowhere.
_SHOWN = 4


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the object: *capacity* of a queue (0: none), and what it held at first, its *value*.

    That is a number for counters and semaphores, anything for a register, a list for list, deque and set, and
    pairs for dict and namespace; None stands for 0, 1, null and nothing.  *budget* is what a search may take.
    """

    capacity: int = 0
    value: Any = None
    budget: Budget = Budget()


def known(model: str) -> str:
    """Return *model*, if there is one; raises UsageError."""
    if model not in MODELS:
        raise UsageError(f"--model {model}: there are {', '.join(MODELS)}")
    return model


def judge(columns: Columns, settings: Settings | None = None) -> Judged:
    """Return whether some order explains *columns*; raises UsageError for an unknown model or value."""
    given = settings or Settings()
    found = specialised(columns, given)
    if found is None:
        return searched(columns, given)
    if found.kind == "released-by-another":
        return judge(_as_semaphore(columns), given)
    unsure = found.legal is None or (found.legal and not found.exact)
    return searched(columns, given) if unsure and len(columns) <= _SMALL else found


def specialised(columns: Columns, settings: Settings) -> Judged | None:
    """Return what the judge of this model says of *columns*; None if there is none but the search."""
    if known(columns.model) in OBJECTS:
        return None
    return windows.judged(columns, first_value(columns, settings), capacity=settings.capacity)


def first_value(columns: Columns, settings: Settings) -> int:
    """Return the number that stands for what a register, counter or semaphore held at first."""
    value = settings.value
    match columns.model:
        case "counter" | "semaphore":
            least = 1 if columns.model == "semaphore" else 0
            if value is not None and type(value) is not int:
                raise UsageError(f"a {columns.model} begins at a number, not at {value!r}")
            return least if value is None else value
        case "register" if columns.table:
            table = Table(columns.table)
            found = table.number(value)
            return found if found < len(columns.table) else int(NOTHING)
        case "register" if type(value) is int:
            return value
    return int(NOTHING)


def _as_semaphore(columns: Columns) -> Columns:
    """Return *columns* of a lock as those of a semaphore: anybody may release it."""
    return Columns(
        model="semaphore",
        codes=CODES["semaphore"],
        processes=columns.processes,
        table=columns.table,
        **{name: getattr(columns, name) for name in COLUMN_NAMES},
    )


def searched(columns: Columns, settings: Settings) -> Judged:
    """Return what the general search says of *columns*; of objects with keys, key by key if that can be."""
    if columns.model in OBJECTS:
        return _object(columns, settings)
    steps: dict[str, tuple[Any, Callable[[Any, models.Op], Any]]] = {
        "queue": (
            (),
            partial(models.queue, capacity=settings.capacity) if settings.capacity else models.queue,
        ),
        "register": (first_value(columns, settings), models.register),
        "counter": (first_value(columns, settings), models.counter),
        "lock": (-1, models.lock),
        "semaphore": (first_value(columns, settings), models.semaphore),
    }
    initial, step = steps[columns.model]
    calls = Calls(columns.invoked, columns.returned, models.operations(columns))
    return _judged(columns, np.arange(len(columns)), search(calls, initial, step, budget=settings.budget))


def _object(columns: Columns, settings: Settings) -> Judged:
    """Return what the search says of a list, a dictionary and the like."""
    model, table = OBJECTS[columns.model], Table(columns.table)
    initial = initial_state(columns.model, settings.value, table)
    what = compiled(columns, table)
    if is_keyed(columns):
        keys = np.array([key_of(model, name, argument) for name, argument, _ in what], dtype=np.int64)
        rows = [np.flatnonzero(keys == key) for key in np.unique(keys)]
        parts = [(_calls(columns, mine, what), initial) for mine in rows]
        found = in_parts(parts, step_of(model), budget=settings.budget)
        return _judged(columns, rows[found.part] if rows else np.arange(0), found, parts=len(parts))
    whole = np.arange(len(columns))
    ways = chosen(model, what, initial)
    found = _in_any_way(
        (_calls(columns, whole, way) for way in ways), initial, step_of(model), settings.budget
    )
    return _judged(columns, whole, found)


def _calls(columns: Columns, rows: "np.ndarray[Any, Any]", what: Sequence[models.Op]) -> Calls:
    """Return the calls of some *rows* of *columns*."""
    return Calls(columns.invoked[rows], columns.returned[rows], [what[row] for row in rows.tolist()])


def _in_any_way(ways: Iterable[Calls], initial: Any, step: Step, budget: Budget) -> Answer:
    """Return whether one of *ways*, in which the same calls chose otherwise, has an order.

    If none has, the answer is about the one that can be explained furthest.  All together share *budget*.
    """
    nearest: Answer | None = None
    steps = 0
    for calls in ways:
        found = in_parts([(calls, initial)], step, budget=replace(budget, steps=max(1, budget.steps - steps)))
        steps += found.steps
        if found.exists is not False:
            return replace(found, steps=steps)
        if nearest is None or len(found.before) > len(nearest.before):
            nearest = found
    return replace(nearest, steps=steps) if nearest else Answer(exists=True)


def _judged(columns: Columns, rows: "np.ndarray[Any, Any]", found: Answer, *, parts: int = 1) -> Judged:
    """Return the answer of a search of *rows*, or of the part of them that has no order, as a verdict."""
    if found.exists:
        return Judged(legal=True, explored=found.steps)
    if found.exists is None:
        told = (
            f"after {found.steps:,} steps and {found.configurations:,} configurations, which took about "
            f"{found.size / 1e6:.1f} MB, nobody knows; the budget of {found.spent} is spent"
        )
        return Judged(legal=None, story=told, explored=found.steps)
    tell = Teller(columns)
    stuck = int(rows[found.stuck])
    before = sorted((int(rows[at]) for at in found.before), key=tell.ended)
    shown = before[-_SHOWN:]
    among = "" if parts == 1 else " that concern the same key"
    if shown:
        told = (
            f"{tell.call(stuck)}, fits nowhere: the longest order that respects time and explains every "
            f"answer has {len(before)} of the {len(rows)} calls{among}, and ends with {tell.call(shown[-1])}"
        )
    else:
        told = f"{tell.call(stuck)}, fits nowhere: no other call can come before it, and it cannot come first"
    return Judged(legal=False, kind="no-order", witness=(*shown, stuck), story=told, explored=found.steps)
