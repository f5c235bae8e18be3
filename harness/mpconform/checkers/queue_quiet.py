"""A queue at rest: while nobody uses it and all is flushed, its counts are exact."""

from mpconform.checkers.queue_book import BUFFERED, Book, Passage, books
from mpconform.checkers.queue_proof import Flush
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("quiescent",)


def quiescent(history: History) -> Finding:
    """Check that with no put or get under way and all items flushed, the counts are exact.

    Judges each qsize, empty and full of a process that has not closed the queue, if every value put
    before it was got once, before or after it, and those inside were surely flushed.  A qsize
    that raises NotImplementedError is allowed.  Exact.  O(questions x n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED):
        flush = Flush(history, book)
        for op in book.on("qsize", "empty", "full"):
            inside = _inside(book, flush, op) if op.ok else None
            if inside is None or (op.method == "full" and book.maxsize is None):
                continue
            judged += 1
            expected = _expected(book, op.method, len(inside))
            if op.result != expected:
                violations.append(_wrong(teller, book, op, inside, expected))
    return Finding(judged=judged, violations=tuple(violations))


def _expected(book: Book, method: str, count: int) -> Json:
    if method == "qsize":
        return count
    return count == 0 if method == "empty" else bool(book.maxsize) and count >= (book.maxsize or 0)


def _inside(book: Book, flush: Flush, op: Operation) -> tuple[Passage, ...] | None:
    """Return what surely was in the queue during *op*, or None if that is not certain."""
    if book.closed_before(op) is not None:
        return None
    known = {id(t) for p in book.passages for t in (p.put, p.get)}
    for transfer in (*book.puts, *book.gets):
        if transfer.overlaps(op):
            return None
        if transfer.op.precedes(op) and transfer.maybe and id(transfer) not in known:
            return None
    inside = tuple(p for p in book.passages if p.put.op.precedes(op) and op.precedes(p.get.op))
    proofs = [flush.by_end(p.put) for p in inside]
    return inside if all(proof is not None and proof.precedes(op) for proof in proofs) else None


def _wrong(
    teller: Teller, book: Book, op: Operation, inside: tuple[Passage, ...], expected: Json
) -> Violation:
    nearest = tuple(p.put.op for p in inside[:2]) + tuple(p.get.op for p in inside[:1])
    before = [g.op for g in book.gets if g.surely and g.op.precedes(op)]
    return Violation(
        kind=f"{op.method}-wrong-at-rest",
        summary=f"{op.actor}'s {book.name}.{op.method}() returned {op.result}, not {expected}, "
        f"although nobody used the queue.",
        story=f"{teller.tell(op)}. No put or get was under way then, all items were flushed, and "
        f"{len(inside)} of them were in {book.name}, for their gets began later: the right answer "
        f"is {expected}.",
        witness=(op, *(nearest or before[-1:])),
    )
