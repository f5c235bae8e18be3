"""What a semaphore counts: its value, and where it may begin."""

from mpconform.checkers.lock_book import SEMAPHORES, books
from mpconform.checkers.lock_model import Search, overdrawn
from mpconform.checkers.lock_moves import moves_of
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("counted", "negative")


def negative(history: History) -> Finding:
    """Check that a semaphore cannot be made with a negative value: a ValueError.

    Judges each Semaphore and BoundedSemaphore that was asked for with an integer below 0.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for op in history.on("@", *SEMAPHORES):
        given = [*op.arguments, *op.keywords.values()]
        if op.open or len(given) != 1 or not _below_zero(given[0]):
            continue
        judged += 1
        if not op.raised("ValueError"):
            violations.append(
                Violation(
                    kind="negative-value-accepted" if op.ok else "negative-value-raised-another",
                    summary=f"{teller.call(op)} {teller.outcome(op)}, not ValueError.",
                    story=f"{teller.tell(op)}. As threading's, it raises ValueError for a value below 0.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _below_zero(given: Json) -> bool:
    return type(given) is int and given < 0


def counted(history: History) -> Finding:
    """Check that get_value says how often the semaphore can be taken, at some instant of the call.

    Judges each get_value that returned; one that raises NotImplementedError is allowed.  Exact; what the
    search cannot decide is no evidence, and counted.
    """
    teller = Teller(history)
    search = Search()
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *SEMAPHORES):
        moves = moves_of(book, history)
        odd = [op for op in book.values if op.ok and type(op.result) is not int]
        wrong: list[Operation] = odd[:1]
        before = search.undecided
        if overdrawn(moves.changed, book.first) is None:
            wrong += [m.op for m in moves.values if search.unexplained((*moves.changed, m), book.first)][:1]
            if not wrong and search.unexplained((*moves.changed, *moves.values), book.first):
                wrong = [m.op for m in moves.values[:4]]
        judged += len(odd) + (len(moves.values) if wrong or search.undecided == before else 0)
        if wrong:
            near = [m.op for m in moves.changed if m.op.invoked_ns <= (wrong[0].returned_ns or 0)][-3:]
            violations.append(
                Violation(
                    kind="wrong-value",
                    summary=f"{teller.call(wrong[0])} {teller.outcome(wrong[0])}: it never was so many.",
                    story=" ".join(f"{teller.tell(op)}." for op in (*near, *wrong))
                    + f" {book.name} was made with {book.first}.",
                    witness=(*near, *wrong),
                )
            )
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)
