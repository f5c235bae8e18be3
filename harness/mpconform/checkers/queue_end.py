"""The end of a queue in a process: close, join_thread, cancel_join_thread."""

from mpconform.checkers.queue_book import BUFFERED, Book, Transfer, books, distinct
from mpconform.checkers.queue_proof import awaited_by
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("cancelled_exit", "closed_get", "closed_put", "join_thread_order")


def closed_put(history: History) -> Finding:
    """Check that a put into a queue that the same process has closed raises ValueError.

    Judges each put that was begun after a ``close`` of the same process had returned, and that
    ended.  Exact.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *BUFFERED):
        found = _closed(history, book, book.puts)
        judged += found[0]
        violations += found[1]
    return Finding(judged=judged, violations=tuple(violations))


def closed_get(history: History) -> Finding:
    """Check that a get from a queue that the same process has closed raises ValueError.

    Judges each get that was begun after a ``close`` of the same process had returned, and that
    ended.  Exact.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *BUFFERED):
        found = _closed(history, book, book.gets)
        judged += found[0]
        violations += found[1]
    return Finding(judged=judged, violations=tuple(violations))


def _once(history: History, actor: str) -> bool:
    """Return whether the steps of *actor* were taken by one process, so that its past is its own."""
    record = history.actors.get(actor)
    return record is None or len(record.pids) <= 1


def _closed(history: History, book: Book, transfers: tuple[Transfer, ...]) -> tuple[int, list[Violation]]:
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for op in (t.op for t in transfers):
        close = book.closed_before(op)
        if op.open or close is None or not close.ok or not close.precedes(op) or not _once(history, op.actor):
            continue
        judged += 1
        if not op.raised("ValueError"):
            verb = op.method.partition("_")[0]
            ending = f"raised {op.result['type']}" if op.outcome == "raised" else "was accepted"
            violations.append(
                Violation(
                    kind=f"{verb}-after-close-{'raised-another' if op.outcome == 'raised' else 'accepted'}",
                    summary=f"{op.actor} had closed {book.name}, and its {op.method} after that {ending}.",
                    story=f"{teller.tell(close)}. After that, {teller.tell(op)}; it should have raised "
                    f"ValueError.",
                    witness=(close, op),
                )
            )
    return judged, violations


def join_thread_order(history: History) -> Finding:
    """Check that ``join_thread`` may be used only after ``close``: before it, it is an error.

    Judges each ``join_thread`` of a process that had not begun a ``close`` of the queue; any
    exception will do, for the documentation names none.  Exact.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED):
        for op in book.on("join_thread"):
            if op.open or book.closed_before(op) is not None or not _once(history, op.actor):
                continue
            judged += 1
            if op.ok:
                violations.append(
                    Violation(
                        kind="join-thread-before-close-accepted",
                        summary=f"{op.actor}'s {book.name}.join_thread() returned although {op.actor} had "
                        f"not closed it.",
                        story=f"{teller.tell(op)}; {op.actor} had not called {book.name}.close() before.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def cancelled_exit(history: History) -> Finding:
    """Check that a process which called ``cancel_join_thread`` ends without flushing its items.

    Judges the processes that called it, put into no other queue, came to the end of their steps,
    and were awaited by main: seen to end, or, in a run that hung, still awaited.  Sound.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, *BUFFERED, cancelled=True):
        for cancel in (op for op in book.on("cancel_join_thread") if op.ok and op.actor != "main"):
            wait = _end_of(history, cancel.actor)
            into = {op.target for op in history.by(cancel.actor) if op.method in ("put", "put_nowait")}
            if wait is None or into != {book.name}:
                continue
            judged += 1
            if wait.open:
                puts = [p.op for p in book.puts if p.op.actor == cancel.actor and p.op.ok]
                violations.append(
                    Violation(
                        kind="cancelled-process-does-not-end",
                        summary=f"{cancel.actor} called {book.name}.cancel_join_thread(), took all its "
                        f"steps, and never ended.",
                        story=f"{teller.tell(cancel)}. Its {counted(len(puts), 'put')} had returned and "
                        f"its steps were "
                        f"done; {teller.tell(wait)}.",
                        witness=distinct(cancel, *puts[-1:], wait),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _end_of(history: History, actor: str) -> Operation | None:
    """Return the operation in which main saw *actor*, all steps taken, end; or waits for it for ever."""
    record = history.actors.get(actor)
    if record is None or not record.finished or len(record.pids) != 1:
        return None
    for wait in history.by("main"):
        if awaited_by(wait) == {actor} and (wait.ok or (wait.open and history.ended == "hung")):
            return wait
    return None
