"""The errors of a queue: no call raises what the documentation does not name for it."""

from mpconform.checkers.queue_book import BARE, BUFFERED, Book, Transfer, books
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("only_documented", "simple_only_documented")

#: Whatever is raised: the documentation does not say what happens here.
_ANY = frozenset({"BaseException"})

#: What a call may raise in a process that has not closed the queue, besides Empty and Full.
_OPEN: dict[str, frozenset[str]] = {
    "qsize": frozenset({"NotImplementedError"}),
    "empty": frozenset(),
    "full": frozenset(),
    "close": frozenset(),
    "join_thread": _ANY,
    "cancel_join_thread": frozenset(),
    "task_done": frozenset({"ValueError"}),
    "join": frozenset(),
}

#: And in one that has.
_CLOSED: dict[str, frozenset[str]] = {
    **_OPEN,
    "qsize": _ANY,
    "empty": _ANY,
    "full": _ANY,
    "join_thread": frozenset(),
}

_SIMPLE: dict[str, frozenset[str]] = {"empty": frozenset(), "close": frozenset()}


def only_documented(history: History) -> Finding:
    """Check that no call of a Queue or JoinableQueue raises what is not documented for it.

    A put or get raises ValueError after the same process's ``close``; otherwise Full or Empty,
    and these only if it does not wait for ever.  ``join_thread`` raises only before ``close``,
    ``task_done`` ValueError, ``qsize`` NotImplementedError, and the rest nothing; nor does
    making a queue.  Calls without a documented meaning are not looked at.  Judges every call
    that ended.  Exact.  O(n).
    """
    return _judge(history, *BUFFERED)


def simple_only_documented(history: History) -> Finding:
    """Check that no call of a SimpleQueue raises anything while the queue is open.

    Judges every call that ended, of a process that has not closed the queue.  Exact.  O(n).
    """
    return _judge(history, *BARE)


def _judge(history: History, *factories: str) -> Finding:
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for op in _makings(history, factories):
        judged += not op.open
        if op.outcome == "raised":
            violations.append(_violation(teller, op.method, op, frozenset()))
    for book in books(history, *factories, cancelled=True):
        transfers = {id(t.op): t for t in (*book.puts, *book.gets)}
        for op in book.operations:
            allowed = _allowed(book, op, transfers.get(id(op)))
            if op.open or allowed is None:
                continue
            judged += 1
            if op.outcome == "raised" and not op.raised(*allowed):
                violations.append(_violation(teller, book.factory, op, allowed))
    return Finding(judged=judged, violations=tuple(violations))


def _makings(history: History, factories: tuple[str, ...]) -> tuple[Operation, ...]:
    """Return the makings of queues with sensible arguments."""
    made = {n for n, spec in history.scenario.objects.items() if spec.factory in factories}
    return tuple(
        op
        for op in history.operations
        if op.method in factories
        and (op.target == "@" or (op.target in made and op.step == -1))
        and all(isinstance(a, int) for a in op.arguments)
        and len(op.arguments) <= (0 if op.method in BARE else 1)
        and not op.keywords
    )


def _allowed(book: Book, op: Operation, transfer: Transfer | None) -> frozenset[str] | None:
    """Return the names of the exceptions that *op* may raise; None if nothing is documented about it."""
    closed = book.closed_before(op) is not None
    if transfer is not None:
        puts = op.method.startswith("put")
        if transfer.mode == "odd" or (puts and transfer.key is None):
            return None
        if book.factory in BARE:
            return _ANY if closed else frozenset()
        answer = frozenset() if transfer.mode == "ever" else frozenset({"Full" if puts else "Empty"})
        return frozenset({"ValueError"}) if closed else answer
    if op.arguments or op.keywords or op.timeout_s is not None:
        return None
    if book.factory in BARE:
        return _ANY if closed else _SIMPLE.get(op.method)
    return (_CLOSED if closed else _OPEN).get(op.method)


def _violation(teller: Teller, factory: str, op: Operation, allowed: frozenset[str]) -> Violation:
    name = op.result["type"]
    named = f"only {', '.join(sorted(allowed))}" if allowed else "no exception"
    call = "make" if op.method == factory else op.method
    return Violation(
        kind=f"{factory}-{call}-raised-{name}".lower(),
        summary=f"{teller.call(op)} raised {value(op.result)}; the documentation names {named} for it there.",
        story=f"{teller.tell(op)}. The documentation names {named} for this call in this situation.",
        witness=(op,),
    )
