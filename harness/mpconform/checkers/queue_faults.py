"""What a killed process does to queues: to those that it did not use, nothing."""

from collections.abc import Iterator

from mpconform.checkers.faults import strikes, struck
from mpconform.checkers.queue_book import BARE, BUFFERED, Book, books
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.shortages import shortages
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Hold, Operation, Violation

__all__ = ("made_in_need", "others_survive")


def others_survive(history: History) -> Finding:
    """Check that a process which is killed inside of one queue's code leaves the other queues usable.

    Judges the operations that others invoked, after the kill, on queues that the dead process never
    used: none of them may block for ever.  Notes what happened on the queues that it did use, of which the
    documentation says that they may become unusable.  Sound.  O(operations).
    """
    judged = 0
    violations: list[Violation] = []
    surprises = Surprises(history)
    for strike in strikes(history):
        for book in books(history, *BUFFERED, *BARE):
            if any(op.actor == strike.actor for op in book.operations):
                continue
            later = [op for op in book.operations if op.invoked_ns > strike.began_ns]
            judged += sum(op.returned_ns is not None for op in later)
            stuck = next((op for op in book.operations if blocked(history, op)), None)
            if stuck:
                judged += 1
                violations.append(_violation(Teller(history), book, strike, stuck))
        for op in _aftermath(history, strike):
            surprises.took(f"{op.method} after a kill {_outcome(op)}", op)
    return surprises.finding(judged, violations)


def made_in_need(history: History) -> Finding:
    """Check that a queue for which descriptors or room are lacking is made or refused; see ``shortages``."""
    return shortages(history)


def _aftermath(history: History, strike: Hold) -> Iterator[Operation]:
    """Yield each operation of others on a queue that the dead process used."""
    used = {op.target for op in history.by(strike.actor)} & history.scenario.objects.keys()
    for op in history.operations:
        if op.target in used and op.actor != strike.actor and op.invoked_ns > strike.began_ns:
            yield op


def _outcome(op: Operation) -> str:
    if op.open:
        return "blocked"
    return f"raised {op.result['type']}" if op.outcome == "raised" else "worked"


def _violation(teller: Teller, book: Book, strike: Hold, stuck: Operation) -> Violation:
    return Violation(
        kind="other-queue-blocked",
        summary=f"After {strike.actor}, which never used {book.name}, was killed, "
        f"{stuck.actor}'s {stuck.method} of {book.name} blocked for ever.",
        story=f"{struck(strike)} at {teller.at(strike.began_ns)}. {teller.tell(stuck)}.",
        witness=(stuck,),
        observed=(struck(strike),),
    )
