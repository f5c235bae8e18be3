"""The losses of a queue: what was put and surely flushed can be got.

That nobody got an item proves nothing by itself: it may still lie in the queue.  It is lost if
it was surely there when a drain, on its own, waited for seconds, or until nothing moved any more,
and was told Empty, or when a live process waits in a get for ever.  A get that never returned, or
failed in an unknown way, may have taken an item with it: so many may be missing without a loss.
"""

from collections.abc import Callable, Iterator

from mpconform.checkers.queue_book import BARE, BUFFERED, Book, Transfer, books, distinct
from mpconform.checkers.queue_proof import Flush, blocked, ends_drain
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("exit_flush", "lost", "no_loss", "simple_no_loss")

Proof = Callable[[Transfer], Operation | None]


def no_loss(history: History) -> Finding:
    """Check that what was put into a Queue or JoinableQueue is not lost.

    An item is surely in the queue after its process ended as it should, after its process's
    ``close`` and ``join_thread``, and after a later item of that process was got.  Judges the
    items that were got, and those surely flushed that a drain or a blocked get did not find.
    Sound; a loss at which nobody looks is not seen.  O(n log n) for each decisive get.
    """
    return _judge(history, "item-lost", lambda flush: flush.by_any)


def exit_flush(history: History) -> Finding:
    """Check that a process which put items and ends normally ends only when they are flushed.

    As `no_loss`, but judges only items of processes of which the end was seen and that did not
    call ``join_thread``.
    """

    def only_by_exit(flush: Flush) -> Proof:
        return lambda put: None if flush.by_thread(put) else flush.by_exit(put)

    return _judge(history, "item-lost-at-exit", only_by_exit)


def simple_no_loss(history: History) -> Finding:
    """Check that what was put into a SimpleQueue is not lost: a put writes before it returns.

    Judges the items that were got, and those put that a drain, or a get which blocks for ever,
    did not find.  Sound.  O(n log n).
    """
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *BARE):
        judged += len(book.passages)
        if violation := lost(history, book):
            violations.append(violation)
            judged += 1
    return Finding(judged=judged, violations=tuple(violations))


def lost(history: History, book: Book) -> Violation | None:
    """Return a violation if something that was put into the queue of *book* is lost."""
    proof: Proof = (
        (lambda put: put.op if put.op.ok else None) if book.factory in BARE else Flush(history, book).by_any
    )
    return _lost(history, book, proof, "item-lost")


def _judge(history: History, kind: str, proof_of: Callable[[Flush], Proof]) -> Finding:
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *BUFFERED):
        flush = Flush(history, book)
        proof = proof_of(flush)
        # A received item is evidence of the rule whatever it is that would have proved its loss;
        # for a rule about an end of a process, only if that end was seen.
        judged += sum(kind == "item-lost" or proof(p.put) is not None for p in book.passages)
        if violation := _lost(history, book, proof, kind):
            violations.append(violation)
            judged += 1
    return Finding(judged=judged, violations=tuple(violations))


def _lost(history: History, book: Book, proof: Proof, kind: str) -> Violation | None:
    """Return a violation if items are not there of which *proof* shows that they must be."""
    there = [(put, shown) for put in book.missing if (shown := proof(put)) is not None]
    looks = _looks(history, book) if there else ()
    for look, excuses in looks:
        gone = [(put, shown) for put, shown in there if look.open or shown.precedes(look)]
        if len(gone) > excuses:
            return _violation(Teller(history), book, kind, gone, look)
    return None


def _looks(history: History, book: Book) -> Iterator[tuple[Operation, int]]:
    """Yield the operations that found nothing, and how many items may be missing all the same."""
    excuses = len(book.swallowers)
    for get in book.gets:
        if get.mode != "now" and blocked(history, get.op):
            yield get.op, excuses - 1
        elif get.op.raised("Empty") and ends_drain(history, get.op) and book.alone(get):
            yield get.op, excuses
    for drain in history.on("", "drain"):
        # Of a SimpleQueue it takes only what it sees, and returns how many items did not come.
        ours = book.factory in BARE and drain.arguments == ({"$object": book.name},)
        alone = not any(o.op.actor != drain.actor and o.overlaps(drain) for o in book.gets)
        if ours and alone and isinstance(drain.result, int) and drain.result > 0:
            yield drain, excuses


def _violation(
    teller: Teller, book: Book, kind: str, gone: list[tuple[Transfer, Operation]], get: Operation
) -> Violation:
    put, shown = gone[0]
    name = value(put.value)
    looked = "waited for ever" if get.open else f"found nothing more by {teller.at(get.returned_ns)}"
    others = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
    proof = (
        f"It was surely in the queue after {teller.tell(shown)}."
        if shown is not put.op
        else "A put into this queue returns only when the item is in it."
    )
    return Violation(
        kind=kind,
        summary=f"{name}{others} was put into {book.name} by {put.op.actor}, "
        f"and nobody ever got it: {get.actor} {looked}.",
        story=f"{put.op.actor}'s put of {name} returned at {teller.at(put.op.returned_ns)}. {proof} "
        f"{teller.tell(get)}; no get of the whole history returned the item.",
        witness=distinct(put.op, shown, get),
    )
