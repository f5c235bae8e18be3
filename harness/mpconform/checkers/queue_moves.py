"""The unfinished count of a JoinableQueue: what puts and ``task_done`` do to it.

The moves are those of ``lock_model``, whose search is exact where the sweeps of queue checkers are only
sound.  It is asked about small histories only: the sweeps see most, and at any size.
"""

from collections.abc import Iterable

from mpconform.checkers.lock_model import Kind, Move, Search
from mpconform.checkers.queue_book import Book, Transfer
from mpconform.values import Operation

__all__ = ("SMALL", "inexplicable", "unfinished")

#: So many moves are searched at most.
SMALL = 400


def _put(put: Transfer, get: Operation | None, kind: Kind) -> Move:
    """Return what *put* did: who got its value knows that it was put, even if it has not returned yet."""
    ended_ns = put.op.returned_ns
    if get is not None and put.surely and get.returned_ns is not None and ended_ns is not None:
        ended_ns = min(get.returned_ns, ended_ns)
    plain = Move.of(put.op, kind)
    return Move(
        op=put.op, kind=kind, begin_ns=plain.begin_ns, end_ns=ended_ns, optional=plain.optional
    )  # fmt: skip


def unfinished(book: Book) -> tuple[Move, ...]:
    """Return what was done to the unfinished count of a JoinableQueue: a put gives, a ``task_done`` takes."""
    passages = {id(passage.put): passage.get.op for passage in book.passages}
    puts = [_put(put, passages.get(id(put)), "give") for put in book.puts if put.maybe]
    done = [Move.of(op, "take") for op in book.on("task_done") if not op.raised("ValueError")]
    return (*puts, *done)


def inexplicable(moves: tuple[Move, ...], asked: Iterable[Move], first: int, search: Search) -> list[Move]:
    """Return those of *asked* that no order of *moves* explains: one by itself, or all together; else none.

    None, too, if the moves alone have no order, which is another rule's business; if they are many; and if
    the search cannot decide, which it counts.
    """
    asked = tuple(asked)
    if not asked or len(moves) + len(asked) > SMALL or search.unexplained(moves, first):
        return []
    if search.unexplained((*moves, *asked), first) is None:
        return []
    return next(([one] for one in asked if search.unexplained((*moves, one), first)), list(asked))
