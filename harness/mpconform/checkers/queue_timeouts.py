"""The timeouts of a queue: a wait ends not before its time, and then does."""

from mpconform.checkers.queue_book import BUFFERED, Book, Transfer, books
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Violation

__all__ = ("get_timeout", "put_timeout")

#: What a clock and a scheduler may be wrong by.
_GRAIN_NS = 2_000_000

#: A run hangs when nothing happened for seconds.  A longer wait may just not be over.
_SHORT_S = 0.5


def get_timeout(history: History) -> Finding:
    """Check that a get with a timeout raises Empty not before it has waited that long, and then.

    Judges each get with a timeout beyond the grain that raised Empty, and each in which a live
    process of a run that hung waits for ever instead of half a second at most.  "Too early" has
    a grain of 2 ms; nothing is too late but a hang.  Exact within the grain.  O(n).
    """
    found = [(book, get) for book in books(history, *BUFFERED) for get in book.gets if get.mode == "timed"]
    return _judge(history, found, "Empty")


def put_timeout(history: History) -> Finding:
    """Check that a put with a timeout raises Full not before it has waited that long, and then.

    Judges each put with a timeout beyond the grain that raised Full, and each in which a live
    process of a run that hung waits for ever, as `get_timeout` does.  Exact within the grain.  O(n).
    """
    found = [(book, put) for book in books(history, *BUFFERED) for put in book.puts if put.mode == "timed"]
    return _judge(history, found, "Full")


def _judge(history: History, timed: list[tuple[Book, Transfer]], answer: str) -> Finding:
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book, transfer in timed:
        op = transfer.op
        hangs = blocked(history, op) and transfer.timeout_s <= _SHORT_S
        answered = op.raised(answer) and transfer.timeout_ns > _GRAIN_NS
        judged += hangs or answered
        if hangs:
            kind, what = f"timed-{op.method}-hangs", "never returned"
        elif answered and op.elapsed_s * 1e9 < transfer.timeout_ns - _GRAIN_NS:
            kind = f"{answer.lower()}-too-early"
            what = f"raised {answer} after {op.elapsed_s * 1e3:.2f} ms"
        else:
            continue
        violations.append(
            Violation(
                kind=kind,
                summary=f"{op.actor}'s {book.name}.{op.method} with a timeout of "
                f"{transfer.timeout_s * 1e3:g} ms {what}.",
                story=f"{teller.tell(op)}: its timeout was {transfer.timeout_s * 1e3:g} ms.",
                witness=(op,),
            )
        )
    return Finding(judged=judged, violations=tuple(violations))
