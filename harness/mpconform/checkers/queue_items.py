"""The items of a queue: each is got once at most, was really put, and arrives whole."""

from mpconform.checkers.queue_book import BARE, BUFFERED, Book, Transfer, books
from mpconform.checkers.telling import Teller, counted, sized, value
from mpconform.payload import code_of, intact
from mpconform.values import Finding, History, Operation, Violation

__all__ = (
    "exactly_once",
    "fidelity",
    "no_invention",
    "simple_exactly_once",
    "simple_fidelity",
    "simple_no_invention",
)


def exactly_once(history: History) -> Finding:
    """Check that no value that was put into a Queue or JoinableQueue is got more often than put.

    The k-th get of a value, by the end of the gets, needs k puts of it that had begun.  Puts that
    never returned count as put; puts that raised Full do not.  Judges every get of a value that
    was put.  Exact.  O(n log n).
    """
    return _once(history, *BUFFERED)


def simple_exactly_once(history: History) -> Finding:
    """Check that no value that was put into a SimpleQueue is got more often than put.

    As `exactly_once`.
    """
    return _once(history, *BARE)


def no_invention(history: History) -> Finding:
    """Check that nothing is got from a Queue or JoinableQueue that was not put before.

    A put that raised Full, or ValueError after a close, has put nothing.  Judges every get that
    returned; where values were put that a tape does not know again, an unknown value is none
    that was invented.  Exact for known values.  O(n).
    """
    return _invented(history, *BUFFERED)


def simple_no_invention(history: History) -> Finding:
    """Check that nothing is got from a SimpleQueue that was not put before.

    As `no_invention`.
    """
    return _invented(history, *BARE)


def fidelity(history: History) -> Finding:
    """Check that an item is got from a Queue or JoinableQueue with all its bytes as they were put.

    Judges every get of an item that is known by its code.  Exact.  O(n + bytes).
    """
    return _whole(history, *BUFFERED)


def simple_fidelity(history: History) -> Finding:
    """Check that an item is got from a SimpleQueue with all its bytes as they were put.

    As `fidelity`.
    """
    return _whole(history, *BARE)


def _once(history: History, *factories: str) -> Finding:
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *factories):
        for key, puts in book.puts_of.items():
            gets = book.gets_of.get(key, ())
            judged += len(gets)
            # Of the first get of a value that nobody had put yet, `no_invention` speaks.
            for count, get in enumerate(gets[1:], start=2):
                begun = [p for p in puts if p.op.invoked_ns <= _end(get)]
                if begun and len(begun) < count:
                    violations.append(_twice(teller, book, begun, gets[count - 2], get))
                    break
    return Finding(judged=judged, violations=tuple(violations))


def _twice(teller: Teller, book: Book, puts: list[Transfer], first: Transfer, again: Transfer) -> Violation:
    name = value(again.value)
    times = "once" if len(puts) == 1 else f"{counted(len(puts), 'time')}"
    return Violation(
        kind="item-got-twice",
        summary=f"{again.op.actor} got {name} from {book.name} although it was put {times} and got before.",
        story=f"{name} was put {times}, by {puts[0].op.actor} at {teller.at(puts[0].op.invoked_ns)}. "
        f"{first.op.actor} received it at {teller.at(first.op.returned_ns)}, and {again.op.actor} "
        f"received it again at {teller.at(again.op.returned_ns)}.",
        witness=(puts[0].op, first.op, again.op),
    )


def _invented(history: History, *factories: str) -> Finding:
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *factories):
        for get in (g for g in book.gets if g.op.ok):
            puts = book.puts_of.get(get.key, ()) if get.key is not None else ()
            if not puts and book.opaque:
                continue
            judged += 1
            if not any(put.op.invoked_ns <= _end(get) for put in puts):
                violations.append(_invention(teller, book, get, puts))
    return Finding(judged=judged, violations=tuple(violations))


def _invention(teller: Teller, book: Book, get: Transfer, puts: tuple[Transfer, ...]) -> Violation:
    name = value(get.value)
    received = f"{get.op.actor} received {name} from {book.name} at {teller.at(get.op.returned_ns)}"
    refused = [p.op for p in book.puts if p.key is not None and p.key == get.key and not p.maybe]
    witness: tuple[Operation, ...] = (get.op,)
    if puts:
        first = puts[0].op
        kind = "got-before-its-put"
        why = f"{first.actor} began to put it only at {teller.at(first.invoked_ns)}"
        witness = (get.op, first)
    elif refused:
        kind = "got-though-its-put-failed"
        return Violation(
            kind=kind,
            summary=f"{get.op.actor} got {name} from {book.name}, but the only attempts to put it failed.",
            story=f"{teller.tell(refused[0])}. {received}.",
            witness=(refused[0], get.op),
        )
    else:
        kind, why = "got-what-nobody-put", "no put of this history put such a value"
    return Violation(
        kind=kind, summary=f"{get.op.actor} got {name} from {book.name}, but {why}.",
        story=f"{received}, but {why}.", witness=witness,
    )  # fmt: skip


def _whole(history: History, *factories: str) -> Finding:
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *factories):
        for get in (g for g in book.gets if g.op.ok and code_of(g.value) is not None):
            puts = book.puts_of.get(get.key, ()) if get.key is not None else ()
            judged += bool(puts)
            if puts and not any(intact(p.value, get.value) for p in puts):
                violations.append(_spoilt(teller, book, puts[0], get))
    return Finding(judged=judged, violations=tuple(violations))


def _spoilt(teller: Teller, book: Book, put: Transfer, get: Transfer) -> Violation:
    name, sent, length = value(get.value), put.value["$item"][2], get.value["$item"][2]
    what = f"{sized(length)} instead of {sent}" if length != sent else f"{sized(length)} that differ"
    return Violation(
        kind="payload-of-another-length" if length != sent else "payload-changed",
        summary=f"{get.op.actor} got {name} from {book.name} with {what}, not as {put.op.actor} put it.",
        story=f"{put.op.actor} began to put {name} with {sized(sent)} at {teller.at(put.op.invoked_ns)}; "
        f"{get.op.actor} received it with {what} at {teller.at(get.op.returned_ns)}.",
        witness=(put.op, get.op),
    )


def _end(get: Transfer) -> int:
    return get.op.returned_ns if get.op.returned_ns is not None else get.op.invoked_ns
