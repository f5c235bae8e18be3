"""The slots of a bounded queue: whether any order of the calls keeps to its bound, by exact search.

The sweeps of ``queue_capacity`` count what was surely inside, or can have been, at an instant; they do not
see that for one value to be inside at one time, another must have been, or not have been, at another.
"""

from collections.abc import Iterable, Sequence

from mpconform.checkers.queue_book import Book
from mpconform.checkers.queue_moves import SMALL
from mpconform.linear.columns import NOTHING, OPEN, Judged, columns_of
from mpconform.linear.search import search
from mpconform.values import Operation

__all__ = ("keeps_to_bound",)

_CODES = ("put", "get", "drop", "full")
_PUT, _GET, _DROP, _FULL = range(4)
#: So often the model is asked.
_BUDGET = 20_000


def keeps_to_bound(book: Book, refused: Iterable[tuple[Operation, int]] = ()) -> bool | None:
    """Return whether some order of puts and gets never fills the queue beyond its bound.

    Each of *refused*, a put that raised Full, must find it full at an instant from the stamp beside it on.
    None if that is not known: there is more than 400 to look at, the search was given up, or a value was got
    before it was put, which is the matter of another rule.  In what order values are got makes no difference.
    Of a value that nobody got for certain, the slot may be free at any time after its put began.
    """
    got = {id(passage.put): passage.get.op for passage in book.passages}
    rows = []
    for number, put in enumerate(one for one in book.puts if one.maybe):
        op, get = put.op, got.get(id(put))
        if get is not None and get.precedes(op):
            return None
        rows.append((0, _PUT, 0, number, NOTHING, op.invoked_ns, _end(op) if put.surely else int(OPEN)))
        rows.append(
            (0, _DROP, 0, number, NOTHING, op.invoked_ns, int(OPEN))
            if get is None
            else (0, _GET, 0, number, NOTHING, get.invoked_ns, _end(get))
        )
    rows += [(0, _FULL, 0, NOTHING, NOTHING, since_ns, _end(op)) for op, since_ns in refused]
    if len(rows) > SMALL:
        return None
    found = _search(rows, book.maxsize or 0)
    return found.legal


def _end(op: Operation) -> int:
    return int(OPEN) if op.returned_ns is None else op.returned_ns


def _search(rows: Sequence[tuple[int, ...]], bound: int) -> Judged:
    def step(inside: frozenset[int], row: int) -> "frozenset[int] | None":
        code, value = rows[row][1], rows[row][3]
        if code == _FULL:
            return inside if len(inside) == bound else None
        if code == _PUT:
            return inside | {value} if len(inside) < bound else None
        return inside - {value} if value in inside else None

    columns = columns_of("queue", _CODES, rows)
    return search(columns, range(len(rows)), frozenset(), step, budget=_BUDGET)
