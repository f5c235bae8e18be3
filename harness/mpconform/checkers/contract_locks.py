"""Which contract the locks and semaphores of one history kept: fair, or no more than exclusive.

Exclusive: by `overdrawn`, exact.  Fair: nobody who waits is passed twice by the same other; seen from outside
more cannot be told, because calls that overlap have no order.
"""

from collections.abc import Iterator

from mpconform.checkers.lock_book import LOCKS, SEMAPHORES, Book, Call, books
from mpconform.checkers.lock_exclusion import contested
from mpconform.checkers.lock_fairness import passed
from mpconform.checkers.lock_model import overdrawn
from mpconform.checkers.lock_moves import moves_of
from mpconform.checkers.manager_reading import Referent, managed
from mpconform.contracts import LATTICES, Seen
from mpconform.values import History

__all__ = ("locks",)


def locks(history: History) -> Iterator[Seen]:
    """Yield what *history* says about each contract of each of its locks and semaphores."""
    made = {spec.factory for spec in history.scenario.objects.values()}
    for book in books(history, *LOCKS, *SEMAPHORES) if made.intersection(LOCKS + SEMAPHORES) else ():
        yield from _weighed(book.factory, book, history)
    for referent in managed(history):
        if referent.kind in LOCKS + SEMAPHORES:
            book = _book_of(referent)
            if book.clear:
                yield from _weighed(f"Manager().{referent.kind}", book, history)


def _book_of(referent: Referent) -> Book:
    """Return the book of a manager's lock; not clear if not all that was done to it is known."""
    uses = [(use.op, use.asked.method) for use in referent.uses if use.asked is not None]
    first = referent.keywords.get("value", referent.arguments[0] if referent.arguments else 1)
    calls = tuple(
        Call(op=op, mode="ever", block=True, timeout_s=None) for op, what in uses if what == "acquire"
    )
    known = all(call.taken or call.refused or not call.op.ok for call in calls)
    return Book(
        name=referent.name,
        factory=referent.kind,
        first=first if type(first) is int else 0,
        calls=calls,
        releases=tuple(op for op, what in uses if what == "release"),
        values=(),
        uses=(),
        clear=known
        and type(first) is int
        and not referent.clouded
        and all(op.method != "_callmethod" for op, _ in uses)
        and all(use.asked is not None for use in referent.uses),
    )


def _weighed(kind: str, book: Book, history: History) -> Iterator[Seen]:
    moves = moves_of(book, history)
    if not moves.sure:
        return
    bad = overdrawn(moves.changed, book.first)
    unfair = [one.unfair for one in passed(moves.takes)]
    admission = ("held-twice" if book.first == 1 else "one-too-many",) if bad else ()
    fairness = (*admission, *(("overtaken-twice",) if any(unfair) else ()))
    judged = (len(unfair), contested(moves.changed, book.first) + len(moves.refused))
    for contract, count, ways in zip(LATTICES[kind].contracts, judged, (fairness, admission), strict=True):
        yield Seen(
            kind=kind,
            contract=contract,
            judged=max(count, bool(ways)),
            operations=len(book.calls) + len(book.releases) + len(book.uses),
            broken=tuple(ways),
        )
