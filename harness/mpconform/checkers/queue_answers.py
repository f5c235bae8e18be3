"""The answers of a queue: Empty is said only when it is true, and calls that must not wait do not."""

from collections.abc import Callable, Iterator

from mpconform.checkers.queue_book import BARE, BUFFERED, Book, Passage, Transfer, books, distinct
from mpconform.checkers.queue_occupancy import Filled
from mpconform.checkers.queue_proof import Flush, blocked
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("blocking_get", "empty_honest", "join_thread_then_found", "nowait")

Proof = Callable[[Transfer], Operation | None]

_IMMEDIATE = ("qsize", "empty", "full", "close", "cancel_join_thread", "task_done")


def empty_honest(history: History) -> Finding:
    """Check that a get raises Empty only if no item was available: at once, or within its timeout.

    Strict only where nothing excuses the answer: an item that was got later was surely flushed
    (its process had ended, or called ``close`` and ``join_thread``) before the get began, or
    before half of its timeout; and no other get overlaps, for the real one holds a lock.  Judges
    the gets that do not wait for ever and begin in such a situation.  An Empty while items
    were inside that may not have been flushed is allowed; it is noted as ``spurious-empty``, with the time
    for which the queue had surely held something when the get began.  Sound.  O(gets x items).
    """
    judged = 0
    surprises = Surprises(history)
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED):
        flush = Flush(history, book)
        for get, passage, shown in _decisive(book, flush.by_end):
            judged += 1
            if get.op.raised("Empty"):
                violations.append(_not_empty(teller, book, get, passage, shown))
        strict = {id(v.witness[-1]) for v in violations}
        filled = Filled(book)
        for get in book.gets:
            if get.mode not in ("now", "timed") or not (get.op.ok or get.op.raised("Empty")):
                continue
            surprises.chance("spurious-empty", filled.just_before(get.op.invoked_ns))
            since_ns = filled.since(get.op.invoked_ns, get.op.returned_ns or 0)
            if get.op.raised("Empty") and since_ns is not None and id(get.op) not in strict:
                surprises.note("spurious-empty", get.op.invoked_ns - since_ns)
    return surprises.finding(judged, violations)


def join_thread_then_found(history: History) -> Finding:
    """Check that ``join_thread`` returns only when all is flushed: another process finds it.

    As `empty_honest`, for the items of processes that called ``join_thread``, and for gets of
    other processes.  Sound.  O(gets x items).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED):
        flush = Flush(history, book)
        for get, passage, shown in _decisive(book, flush.by_thread):
            if shown.actor == get.op.actor:
                continue
            judged += 1
            if get.op.raised("Empty"):
                violations.append(_not_empty(teller, book, get, passage, shown))
    return Finding(judged=judged, violations=tuple(violations))


def _decisive(book: Book, proof: Proof) -> Iterator[tuple[Transfer, Passage, Operation]]:
    """Yield the gets that had to find something, with the item and the proof that it was there."""
    sure = [(p, shown) for p in book.passages if (shown := proof(p.put)) is not None]
    for get in book.gets:
        if get.mode not in ("now", "timed") or not (get.op.ok or get.op.raised("Empty")):
            continue
        if not book.alone(get):
            continue
        # An item that comes in the first half of the timeout is in time, whatever the machine does.
        limit = get.op.invoked_ns + (get.timeout_ns // 2 if get.mode == "timed" else 0)
        for passage, shown in sure:
            there = (shown.returned_ns or 0) < min(limit, get.op.returned_ns or 0)
            if there and (passage.get is get or get.op.precedes(passage.get.op)):
                yield get, passage, shown
                break


def _not_empty(teller: Teller, book: Book, get: Transfer, passage: Passage, shown: Operation) -> Violation:
    put, later = passage.put.op, passage.get.op
    name = value(passage.get.value)
    return Violation(
        kind="empty-though-flushed",
        summary=f"{get.op.actor} was told that {book.name} is empty while {name} was in it, surely flushed.",
        story=f"{put.actor}'s put of {name} returned at {teller.at(put.returned_ns)}, and "
        f"{teller.tell(shown)}, so that the item could be got from then on. {teller.tell(get.op)}, with no "
        f"other get under way; "
        f"{later.actor} began the get that received {name} at {teller.at(later.invoked_ns)}.",
        witness=distinct(put, shown, later, get.op),
    )


def blocking_get(history: History) -> Finding:
    """Check that a get without timeout waits for an item, and never raises Empty.

    Judges the gets without timeout that were begun before the put of what they returned, and
    those that raised Empty.  Exact.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED):
        judged += sum(
            p.get.mode == "ever" and p.get.op.invoked_ns < p.put.op.invoked_ns for p in book.passages
        )
        for get in book.gets:
            if get.mode == "ever" and get.op.raised("Empty"):
                judged += 1
                violations.append(
                    Violation(
                        kind="blocking-get-raised-empty",
                        summary=f"{get.op.actor}'s get from {book.name} raised Empty although it had no "
                        f"timeout.",
                        story=f"{teller.tell(get.op)}: a get without timeout waits until there is an item.",
                        witness=(get.op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def nowait(history: History) -> Finding:
    """Check that a call which does not wait ends, although nothing ever comes.

    These are put_nowait, get_nowait, put and get with block=False, qsize, empty, full, close,
    cancel_join_thread and task_done.  Judges each that ended, and each in which a live process
    of a run that hung is for ever.  Sound.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED, *BARE, cancelled=True):
        calls = [t.op for t in (*book.puts, *book.gets) if t.mode == "now"]
        for op in (*calls, *book.on(*_IMMEDIATE)):
            hangs = blocked(history, op)
            judged += hangs or not op.open
            if hangs:
                violations.append(
                    Violation(
                        kind=f"hang-in-{op.method}",
                        summary=f"{op.actor}'s {book.name}.{op.method} never returned, though it is not "
                        f"to wait.",
                        story=f"{teller.tell(op)}, and the run hung.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
