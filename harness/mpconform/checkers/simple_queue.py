"""The answers of a SimpleQueue: empty tells the truth, for a put writes before it returns."""

from mpconform.checkers.queue_book import BARE, Book, Passage, books
from mpconform.checkers.queue_occupancy import Occupancy
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("empty_exact",)


def empty_exact(history: History) -> Finding:
    """Check that ``empty`` of a SimpleQueue is True if the queue is empty, and False otherwise.

    True is wrong if an item was inside all the time: put before the question, its get begun
    after it.  False is wrong if nothing could be inside: as many items had been got before the
    question as puts had begun by its end.  Judges the questions of either kind.  Sound; items
    that nobody got do not count as inside.  O(questions x n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BARE):
        occupancy = Occupancy(book)
        for op in book.on("empty"):
            if not op.ok or op.returned_ns is None or book.closed_before(op) is not None:
                continue
            inside = [p for p in book.passages if p.put.op.precedes(op) and op.precedes(p.get.op)]
            surely_empty = occupancy.at_most(op.invoked_ns, op.returned_ns) <= 0
            judged += bool(inside) or surely_empty
            if inside and op.result:
                violations.append(_not_empty(teller, book, op, inside[0]))
            elif surely_empty and not op.result:
                violations.append(_empty(teller, book, op))
    return Finding(judged=judged, violations=tuple(violations))


def _not_empty(teller: Teller, book: Book, op: Operation, passage: Passage) -> Violation:
    put, get = passage.put.op, passage.get.op
    name = value(passage.get.value)
    return Violation(
        kind="empty-true-with-an-item",
        summary=f"{op.actor}'s {book.name}.empty() returned True while {name} was in it.",
        story=f"{put.actor}'s put of {name} had returned at {teller.at(put.returned_ns)}. {teller.tell(op)}; "
        f"{get.actor} began the get that received {name} only at {teller.at(get.invoked_ns)}.",
        witness=(put, op, get),
    )


def _empty(teller: Teller, book: Book, op: Operation) -> Violation:
    gets = [g.op for g in book.takings if g.op.precedes(op)]
    return Violation(
        kind="empty-false-without-items",
        summary=f"{op.actor}'s {book.name}.empty() returned False although nothing could be in it.",
        story=f"{teller.tell(op)}. By then no more than {len(gets)} puts had begun, and as many items had "
        f"been got.",
        witness=(*gets[-1:], op),
    )
