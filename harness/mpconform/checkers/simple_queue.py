"""The answers of a SimpleQueue: empty tells the truth, for a put writes before it returns."""

from itertools import pairwise

from mpconform.checkers.queue_book import BARE, Book, Passage, books, distinct
from mpconform.checkers.queue_occupancy import Filled, Occupancy
from mpconform.checkers.telling import Teller, counted, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("empty_exact",)


def empty_exact(history: History) -> Finding:
    """Check that ``empty`` of a SimpleQueue is True if the queue is empty, and False otherwise.

    True is wrong if items were inside all the time, one or one after the other: put before the question,
    or before the get of the one before it began, and the last one's get begun after it.  False is wrong if
    nothing could be inside: as many items had been got before the question as puts had begun by its end.
    Judges the questions of either kind.  Sound; items that nobody got do not count as inside.
    O(questions x n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BARE):
        occupancy, filled = Occupancy(book), Filled(book)
        for op in book.on("empty"):
            if not op.ok or op.returned_ns is None or book.closed_before(op) is not None:
                continue
            inside = filled.proof(op.invoked_ns, op.returned_ns)
            surely_empty = occupancy.at_most(op.invoked_ns, op.returned_ns) <= 0
            judged += bool(inside) or surely_empty
            if inside and op.result:
                violations.append(_not_empty(teller, book, op, inside))
            elif surely_empty and not op.result:
                violations.append(_empty(teller, book, op))
    return Finding(judged=judged, violations=tuple(violations))


def _not_empty(teller: Teller, book: Book, op: Operation, inside: tuple[Passage, ...]) -> Violation:
    first, last = inside[0], inside[-1]
    names = " and then ".join(value(passage.get.value) for passage in inside[:3])
    more = "".join(
        f" {one.put.op.actor}'s put of {value(one.get.value)} returned at "
        f"{teller.at(one.put.op.returned_ns)}, before the get of {value(before.get.value)} began at "
        f"{teller.at(before.get.op.invoked_ns)}."
        for before, one in pairwise(inside[:3])
    )
    return Violation(
        kind="empty-true-with-an-item",
        summary=f"{op.actor}'s {book.name}.empty() returned True while {names} was in it.",
        story=f"{first.put.op.actor}'s put of {value(first.get.value)} had returned at "
        f"{teller.at(first.put.op.returned_ns)}.{more} {teller.tell(op)}; {last.get.op.actor} began the get "
        f"that received {value(last.get.value)} only at {teller.at(last.get.op.invoked_ns)}.",
        witness=distinct(first.put.op, *(passage.put.op for passage in inside[1:2]), op, last.get.op),
    )


def _empty(teller: Teller, book: Book, op: Operation) -> Violation:
    gets = [g.op for g in book.takings if g.op.precedes(op)]
    return Violation(
        kind="empty-false-without-items",
        summary=f"{op.actor}'s {book.name}.empty() returned False although nothing could be in it.",
        story=f"{teller.tell(op)}. By then {counted(len(gets), 'put')} at most had begun, and as many items "
        "had been got.",
        witness=(*gets[-1:], op),
    )
