"""The with statement of locks and semaphores: it takes, and gives back, and does nothing else."""

from collections.abc import Iterable

from mpconform.checkers.lock_book import LOCKS, SEMAPHORES, books
from mpconform.checkers.lock_model import Move, Search
from mpconform.checkers.lock_moves import moves_of
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Violation

__all__ = ("with_statement",)


def with_statement(history: History) -> Finding:
    """Check that a with statement takes the lock, and gives it back however its block ends.

    Judges each ``__enter__`` that returned, and each ``__exit__`` of one that was entered: it must not
    swallow exceptions; and what other calls were told must fit to its having taken, and given back.
    Exact for Lock, RLock, Semaphore and BoundedSemaphore.
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *LOCKS, *SEMAPHORES):
        leaving = [op for op in book.releases if op.method == "__exit__" and op.ok]
        entering = [c.op for c in book.calls if c.op.method == "__enter__" and c.op.ok]
        judged += len(leaving) + len(entering)
        violations += [
            Violation(
                kind="with-swallows-exceptions",
                summary=f"{teller.call(op)} returned {value(op.result)}, which swallows exceptions.",
                story=f"{teller.tell(op)}.",
                witness=(op,),
            )
            for op in leaving
            if op.result not in (None, False)
        ]
        moves = moves_of(book, history)
        if not (leaving or entering) or not moves.sure:
            continue
        asked = (*moves.changed, *moves.refused)
        search = Search()
        bad = search.unexplained(asked, book.first)
        fits = bad is not None and search.unexplained(_loose(asked), book.first) is None
        if fits and not search.undecided:
            some = [*leaving[-2:], *(m.op for m in moves.refused[:2])] or entering[-2:]
            violations.append(
                Violation(
                    kind="with-does-not-hold-or-give-back",
                    summary=f"What was told about {book.name} fits only if a with statement did not "
                    "take it, or did not give it back.",
                    story=" ".join(f"{teller.tell(op)}." for op in (*entering[-2:], *some)),
                    witness=(*entering[-2:], *some),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _loose(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Return the moves, but with statements may have done nothing."""
    return tuple(
        Move(op=m.op, kind=m.kind, begin_ns=m.begin_ns, end_ns=m.end_ns, optional=True)
        if m.op.method in {"__enter__", "__exit__"}
        else m
        for m in moves
    )
