"""The slots of a bounded queue: whether any order of the calls keeps to its bound, by exact search.

The sweeps of ``queue_capacity`` count what was surely inside, or can have been, at an instant; they do not
see that for one value to be inside at one time, another must have been, or not have been, at another.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from mpconform.checkers.queue_book import Book
from mpconform.checkers.queue_moves import SMALL
from mpconform.linear.columns import NOTHING, OPEN
from mpconform.linear.search import Answer, Calls, search
from mpconform.linear.spending import Budget
from mpconform.values import Operation

__all__ = ("keeps_to_bound",)

_PUT, _GET, _DROP, _FULL = range(4)
#: What is done, with which item, from when to when.
_Row = tuple[int, int, int, int]
#: So often the model is asked.
_BUDGET = Budget(steps=20_000)


def keeps_to_bound(book: Book, refused: Iterable[tuple[Operation, int]] = ()) -> bool | None:
    """Return whether some order of puts and gets never fills the queue beyond its bound.

    Each of *refused*, a put that raised Full, must find it full at an instant from the stamp beside it on.
    None if that is not known: there is more than 400 to look at, the search was given up, or a value was got
    before it was put, which is the matter of another rule.  In what order values are got makes no difference.
    Of a value that nobody got for certain, the slot may be free at any time after its put began.
    """
    got = {id(passage.put): passage.get.op for passage in book.passages}
    rows: list[_Row] = []
    for number, put in enumerate(one for one in book.puts if one.maybe):
        op, get = put.op, got.get(id(put))
        if get is not None and get.precedes(op):
            return None
        rows.append((_PUT, number, op.invoked_ns, _end(op) if put.surely else int(OPEN)))
        rows.append(
            (_DROP, number, op.invoked_ns, int(OPEN))
            if get is None
            else (_GET, number, get.invoked_ns, _end(get))
        )
    rows += [(_FULL, int(NOTHING), since_ns, _end(op)) for op, since_ns in refused]
    if len(rows) > SMALL:
        return None
    return _search(rows, book.maxsize or 0).exists


def _end(op: Operation) -> int:
    return int(OPEN) if op.returned_ns is None else op.returned_ns


def _search(rows: Sequence[_Row], bound: int) -> Answer:
    def step(inside: frozenset[int], what: tuple[int, int]) -> "frozenset[int] | None":
        code, item = what
        if code == _FULL:
            return inside if len(inside) == bound else None
        if code == _PUT:
            return inside | {item} if len(inside) < bound else None
        return inside - {item} if item in inside else None

    calls = Calls(
        invoked=np.array([row[2] for row in rows], np.int64),
        returned=np.array([row[3] for row in rows], np.int64),
        what=[row[:2] for row in rows],
    )
    return search(calls, frozenset(), step, budget=_BUDGET)
