"""The bound of a queue: never more than maxsize items inside, and Full only when that many may be."""

from mpconform.checkers.queue_book import BUFFERED, Book, Passage, Transfer, books, distinct
from mpconform.checkers.queue_occupancy import Occupancy
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.queue_slots import keeps_to_bound
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("blocking_put", "capacity", "full_honest")


def _bounded(history: History) -> tuple[Book, ...]:
    return tuple(book for book in books(history, *BUFFERED) if book.maxsize)


def capacity(history: History) -> Finding:
    """Check that a queue of maxsize n never holds more than n items that were put and not yet got.

    Counts the values that were surely inside: their put had returned and their get had not
    begun; only values that somebody got count.  Judges each put that was begun while the queue
    was surely full.  O(n log n), and only sound: with `full_honest`, of 6,174 illegal random histories
    492 were missed.  Up to 400 moves an exact search for an order of puts and gets follows, which misses
    none; ``judged_soundly`` counts the situations for which it was too much.
    """
    judged = soundly = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in _bounded(history):
        bound, occupancy = book.maxsize or 0, Occupancy(book)
        full = [put.op for put in book.puts if _surely_full(book, occupancy, put.op)]
        judged += len(full)
        known = len(violations)
        for passage in sorted(book.passages, key=lambda p: p.put.op.returned_ns or 0):
            ended = passage.put.op.returned_ns
            if ended is None or not passage.put.op.precedes(passage.get.op):
                continue
            if (inside := occupancy.at_least(ended)) > bound:
                violations.append(_overfull(teller, book, passage, inside))
                break
        keeps = keeps_to_bound(book) if len(violations) == known and len(book.puts) > bound else True
        soundly += len(full) if keeps is None else 0
        if keeps is False:
            violations.append(_no_order(teller, book))
    measures = {"judged_soundly": soundly} if soundly else {}
    return Finding(judged=max(judged, len(violations)), violations=tuple(violations), measures=measures)


def _no_order(teller: Teller, book: Book) -> Violation:
    """Return that every order of the puts and gets has too many inside; the witness are some that met."""
    gets = {id(passage.put): passage.get.op for passage in book.passages}
    stays = [(put.op, gets.get(id(put))) for put in book.puts if put.maybe]
    crowd = max(([other for other in stays if _met(one, other)] for one in stays), key=len)
    shown = crowd[: (book.maxsize or 0) + 1]
    ends = [get for _, get in shown if get is not None]
    return Violation(
        kind="more-than-maxsize",
        summary=f"In no order of the puts and gets, each between its begin and its end, {book.name} keeps "
        f"to its maxsize {book.maxsize}.",
        story=" ".join(f"{teller.tell(op)}." for put, get in shown for op in (put, get) if op is not None),
        witness=distinct(*(put for put, _ in shown[:3]), *ends[-1:]),
    )


_Stay = tuple[Operation, Operation | None]


def _met(one: _Stay, other: _Stay) -> bool:
    """Return whether two values can have been inside together."""
    return not any(
        get is not None and get.precedes(put) for get, put in ((one[1], other[0]), (other[1], one[0]))
    )


def _overfull(teller: Teller, book: Book, last: Passage, inside: int) -> Violation:
    at_ns = last.put.op.returned_ns or 0
    held = [
        p
        for p in book.passages
        if p.put.op.returned_ns is not None
        and p.put.op.returned_ns <= at_ns < p.get.op.invoked_ns
    ]  # fmt: skip
    first = min(held, key=lambda p: p.put.op.returned_ns or 0)
    taken = min(held, key=lambda p: p.get.op.invoked_ns)
    return Violation(
        kind="more-than-maxsize",
        summary=f"{book.name} has maxsize {book.maxsize} and held {counted(inside, 'item')} when "
        f"{last.put.op.actor}'s put returned at {teller.at(at_ns)}.",
        story=f"Between {teller.at(first.put.op.returned_ns)} and {teller.at(at_ns)} the puts of {inside} "
        f"items returned that nobody had begun to get: the last was {teller.tell(last.put.op)}. The first of "
        f"these items to be got was got by {teller.tell(taken.get.op)}.",
        witness=distinct(first.put.op, last.put.op, taken.get.op),
    )


def full_honest(history: History) -> Finding:
    """Check that a put raises Full only if no slot was free: at once, or within its timeout.

    Counts the values that could be inside: their put had begun and their get had not returned.
    A Full is wrong if they were fewer than maxsize all the time, or, for a put with a timeout beside which no
    other waits then, from the half of its timeout to its end.  (A slot that is given back wakes one of those
    who wait: it is free until that one runs and takes it, and the time of another may be over.)  An
    unbounded queue is never full.  Judges every put that does not wait for ever.  O(n log n) for each Full,
    and only sound; as in `capacity`, an exact search follows up to 400 moves, and ``judged_soundly`` counts
    the Full answers for which it was too much.
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    soundly = 0
    for book in books(history, *BUFFERED):
        if book.maxsize is None:
            continue
        occupancy = Occupancy(book)
        refused: list[tuple[Transfer, int]] = []
        known = len(violations)
        for put in book.puts:
            if put.mode not in ("now", "timed") or put.op.returned_ns is None:
                continue
            if book.closed_before(put.op):
                continue
            judged += 1
            if put.op.raised("Full"):
                begun, ended = put.op.invoked_ns, put.op.returned_ns
                middle = begun + put.timeout_ns // 2
                # Woken in the last moment, it may be too late; in the first half it is not.
                alone = put.mode == "timed" and middle < ended and not _waits_beside(book, put, middle, ended)
                since = middle if alone else begun
                most = occupancy.at_most(since, ended)
                refused.append((put, since))
                if not book.maxsize or most < book.maxsize:
                    violations.append(_not_full(teller, book, put, most, since))
        if refused and len(violations) == known and keeps_to_bound(book) is not False:
            asked = [(put.op, since) for put, since in refused]
            keeps = keeps_to_bound(book, asked)
            soundly += len(asked) if keeps is None else 0
            if keeps is False:
                # The first that nothing explains by itself; else, only all together have no order.
                single = (one for one in refused if keeps_to_bound(book, [(one[0].op, one[1])]) is False)
                put, since = next(single, refused[0])
                most = max(occupancy.at_most(since, put.op.returned_ns or 0), book.maxsize)
                violations.append(_not_full(teller, book, put, most, since))
    measures = {"judged_soundly": soundly} if soundly else {}
    return Finding(judged=judged, violations=tuple(violations), measures=measures)


def _waits_beside(book: Book, put: Transfer, since_ns: int, until_ns: int) -> bool:
    """Return whether another put than *put* may have waited at some instant from *since_ns* to *until_ns*."""
    return any(
        other is not put
        and other.op.invoked_ns < until_ns
        and (other.op.returned_ns is None or other.op.returned_ns > since_ns)
        for other in book.puts
    )


def _not_full(teller: Teller, book: Book, put: Transfer, most: int, since: int) -> Violation:
    earlier = [p.op for p in book.puts if p.maybe and p.op.invoked_ns <= (put.op.returned_ns or 0)]
    taken = [g.op for g in book.takings if (g.op.returned_ns or 0) < (put.op.returned_ns or 0)]
    bound = f"maxsize {book.maxsize}" if book.maxsize else "no bound"
    if book.maxsize and most >= book.maxsize:
        return Violation(
            kind="full-though-free",
            summary=f"{put.op.actor}'s put raised Full although no order of the puts and gets fills "
            f"{book.name}, which has {bound}, at any instant of it.",
            story=f"{teller.tell(put.op)}. {counted(len(earlier), 'put')} had begun by its end and "
            f"{counted(len(taken), 'get')} "
            f"had ended before it: however all calls are ordered, with the other refusals, one slot of "
            f"{book.name} was free from {teller.at(since)} on.",
            witness=distinct(*earlier[-2:], *taken[-1:], put.op),
        )
    return Violation(
        kind="full-though-free" if book.maxsize else "full-without-bound",
        summary=f"{put.op.actor}'s put raised Full although {book.name} has {bound} and held at most "
        f"{counted(most, 'item')}.",
        story=f"{teller.tell(put.op)}. From {teller.at(since)} to that end no more than "
        f"{counted(most, 'item')} could be in {book.name}, which has {bound}: "
        f"{counted(len(earlier), 'put')} had begun and {counted(len(taken), 'get')} had ended.",
        witness=distinct(*earlier[-1:], *taken[-1:], put.op),
    )


def blocking_put(history: History) -> Finding:
    """Check that a put without timeout never raises Full, and goes on when a slot is free.

    Judges the puts that were begun while the queue was surely full, and every one that failed:
    raised Full, or blocks for ever in a live process although fewer than maxsize items could be
    inside.  Sound.  O(n log n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED):
        occupancy = Occupancy(book)
        for put in (p for p in book.puts if p.mode == "ever"):
            op = put.op
            if op.raised("Full"):
                kind, what = "blocking-put-raised-full", "raised Full although it had no timeout"
            elif book.maxsize is not None and blocked(history, op) and _room_at_end(book, put):
                kind, what = "put-blocks-though-free", "blocks for ever although a slot is free"
            else:
                judged += _surely_full(book, occupancy, op)
                continue
            judged += 1
            violations.append(
                Violation(
                    kind=kind, summary=f"{op.actor}'s put into {book.name} {what}.",
                    story=f"{teller.tell(op)}: it {what}.", witness=(op,),
                )
            )  # fmt: skip
    return Finding(judged=judged, violations=tuple(violations))


def _surely_full(book: Book, occupancy: Occupancy, op: Operation) -> bool:
    return bool(book.maxsize) and occupancy.at_least_before(op.invoked_ns) >= (book.maxsize or 0)


def _room_at_end(book: Book, put: Transfer) -> bool:
    others = sum(p.maybe for p in book.puts if p is not put)
    return not book.maxsize or others - len(book.takings) < book.maxsize
