"""The order of a queue: what one process puts is got in the order in which it put it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from mpconform.checkers.queue_book import BARE, BUFFERED, Book, Passage, books
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Violation

__all__ = ("per_producer_fifo", "simple_per_producer_fifo")

_ACROSS = "overtaken-across-producers"


def per_producer_fifo(history: History) -> Finding:
    """Check that items which one process puts into a Queue are got in the order of its puts.

    A JoinableQueue is a Queue too.  Judges each pair of neighbours among the values that were
    put once and got once.  Gets of overlapping intervals have no order, so they break nothing;
    neither does a value that nobody
    got (that is a loss).  Exact for complete histories in which nothing is invented.  Values of
    different processes may overtake each other: that is noted as ``overtaken-across-producers``, with the
    time that lay between the two gets.  O(n producers + n log n).
    """
    return _judge(history, *BUFFERED)


def simple_per_producer_fifo(history: History) -> Finding:
    """Check that items which one process puts into a SimpleQueue are got in the order of its puts.

    As `per_producer_fifo`.
    """
    return _judge(history, *BARE)


def _judge(history: History, *factories: str) -> Finding:
    judged, items = 0, 0
    surprises = Surprises(history)
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *factories):
        items += len(book.passages)
        for passages in _by_producer(book).values():
            judged += len(passages) - 1
            violations += [_violation(teller, book, x, y) for x, y in _overtaken(passages)]
        for later, slowest in _across(book.passages):
            surprises.chance(_ACROSS)
            apart_ns = slowest.get.op.invoked_ns - (later.get.op.returned_ns or 0)
            if apart_ns > 0:
                surprises.note(_ACROSS, apart_ns)
    return surprises.finding(judged, violations, {"items": items})


def _across(passages: Iterable[Passage]) -> Iterator[tuple[Passage, Passage]]:
    """Yield (later, earlier) for each value that was put after one of another producer.

    The earlier is, of those whose put had returned by then, the one whose get began last: if any is
    overtaken, that one is.
    """
    by_return = sorted(
        (p for p in passages if p.put.op.returned_ns is not None), key=lambda p: p.put.op.returned_ns or 0
    )
    slowest: dict[str, Passage] = {}
    position = 0
    for later in sorted(passages, key=lambda p: p.put.op.invoked_ns):
        while position < len(by_return) and by_return[position].put.op.precedes(later.put.op):
            candidate = by_return[position]
            known = slowest.get(candidate.put.op.actor)
            if known is None or candidate.get.op.invoked_ns > known.get.op.invoked_ns:
                slowest[candidate.put.op.actor] = candidate
            position += 1
        others = [one for actor, one in slowest.items() if actor != later.put.op.actor]
        if others:
            yield later, max(others, key=lambda one: one.get.op.invoked_ns)


def _by_producer(book: Book) -> dict[str, list[Passage]]:
    """Return the passages of each producing process: the actor that put, whatever the item says."""
    found = defaultdict[str, list[Passage]](list)
    for passage in book.passages:
        found[passage.put.op.actor].append(passage)
    return found


def _overtaken(passages: Iterable[Passage]) -> list[tuple[Passage, Passage]]:
    """Return (earlier, later) for each later-put value of which the get ended before the other's began.

    Sweeps the values by the beginning of their puts, and keeps, of those whose put had returned
    by then, the one whose get began last: if any is overtaken, that one is.
    """
    by_return = sorted(
        (p for p in passages if p.put.op.returned_ns is not None), key=lambda p: p.put.op.returned_ns or 0
    )
    found = []
    slowest: Passage | None = None
    position = 0
    for later in sorted(passages, key=lambda p: p.put.op.invoked_ns):
        while position < len(by_return) and by_return[position].put.op.precedes(later.put.op):
            candidate = by_return[position]
            if slowest is None or candidate.get.op.invoked_ns > slowest.get.op.invoked_ns:
                slowest = candidate
            position += 1
        if slowest is not None and later.get.op.precedes(slowest.get.op):
            found.append((slowest, later))
    return found


def _violation(teller: Teller, book: Book, earlier: Passage, later: Passage) -> Violation:
    first, second = value(earlier.get.value), value(later.get.value)
    put_x, put_y, get_x, get_y = earlier.put.op, later.put.op, earlier.get.op, later.get.op
    return Violation(
        kind="later-item-got-first",
        summary=f"{get_y.actor} got {second} from {book.name} before {get_x.actor} began to get {first}, "
        f"which {put_x.actor} had put earlier.",
        story=f"{put_x.actor}'s put of {first} had returned at {teller.at(put_x.returned_ns)}; after that, "
        f"at {teller.at(put_y.invoked_ns)}, {put_y.actor} began to put {second}. "
        f"{get_y.actor} had received {second} at {teller.at(get_y.returned_ns)}; only after that, at "
        f"{teller.at(get_x.invoked_ns)}, did {get_x.actor} begin the get that received {first}.",
        witness=(put_x, put_y, get_y, get_x),
    )
