"""How often a new lock or semaphore can be taken."""

from collections.abc import Sequence

from mpconform.checkers.lock_book import LOCKS, SEMAPHORES, books
from mpconform.checkers.lock_moves import moves_of
from mpconform.checkers.telling import Teller, often
from mpconform.values import Finding, History, Violation

__all__ = ("lock_initial", "semaphore_initial")


def lock_initial(history: History) -> Finding:
    """Check that a new Lock, or RLock, is free.

    Judges the first calls on each: what is refused before anybody has begun to take it.  Exact.
    """
    return _initial(history, LOCKS)


def semaphore_initial(history: History) -> Finding:
    """Check that a semaphore can be taken as often as its initial value says, 1 without one, and no more.

    Judges, before the first release was begun: what is taken, of which there must not be more; and what
    is refused, before which so many must have begun to take.  Exact.  O(n log n).
    """
    return _initial(history, SEMAPHORES)


def _initial(history: History, factories: Sequence[str]) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *factories):
        moves = moves_of(book, history)
        taking = [move for move in moves.changed if move.kind in {"take", "use"}]
        back = min((m.begin_ns for m in moves.changed if m.kind != "take"), default=1 << 63)
        takes = [m for m in moves.takes if (m.end_ns or 0) < back]
        early = [m for m in moves.refused if (m.end_ns or 0) < back]
        judged += len(takes) + len(early)
        too_few = next(
            (r for r in early if sum(m.begin_ns <= (r.end_ns or 0) for m in taking) < book.first), None
        )
        bad = takes[book.first] if len(takes) > book.first else too_few
        if bad is not None:
            many = bad is not too_few
            violations.append(
                Violation(
                    kind="initial-value-too-high" if many else "initial-value-too-low",
                    summary=f"{book.name}, a new {book.factory} of {book.first}, was taken "
                    f"{often(len(takes))} before any release."
                    if many
                    else f"{book.name}, a new {book.factory} of {book.first}, refused {teller.call(bad.op)}.",
                    story=" ".join(f"{teller.tell(m.op)}." for m in (*takes[: book.first], bad)),
                    witness=(*(m.op for m in takes[: book.first]), bad.op),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))
