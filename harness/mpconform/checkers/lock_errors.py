"""Errors: which exceptions locks and semaphores may raise, and in which situation."""

from collections.abc import Iterator
from typing import Final

from mpconform.checkers.lock_book import GIVING, LOCKS, SEMAPHORES, TAKING, books
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("documented",)

_NOTHING: Final[frozenset[str]] = frozenset()
#: What a release of something may raise; whether it is right to do so, other requirements judge.
_RELEASE: Final = {
    "Lock": frozenset({"ValueError"}),
    "RLock": frozenset({"AssertionError"}),
    "Semaphore": _NOTHING,
    "BoundedSemaphore": frozenset({"ValueError"}),
}


def documented(history: History) -> Finding:
    """Check that no call of a lock or semaphore raises anything that the documentation does not name for it.

    Judges each making, acquire, with statement, release, get_value, and what verbs do under a lock, that
    ended.  A with statement leaves as a release does.  Exact.  O(n).
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for op, allowed in _calls(history):
        if op.open:
            continue
        judged += 1
        if op.outcome == "raised" and not op.raised(*allowed):
            named = " or ".join(sorted(allowed)) or "nothing"
            violations.append(
                Violation(
                    kind=f"{op.method.strip('_')}-raised-{op.result['type']}",
                    summary=f"{teller.call(op)} raised {value(op.result)}; it may raise {named}.",
                    story=f"{teller.tell(op)}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _calls(history: History) -> Iterator[tuple[Operation, frozenset[str]]]:
    specs = history.scenario.objects
    for op in history.operations:
        if op.step < 0 and op.target in specs and specs[op.target].factory in LOCKS + SEMAPHORES:
            given = [*op.arguments, *op.keywords.values()]
            if all(type(one) is int and one >= 0 for one in given):
                yield op, _NOTHING
    for book in books(history, *LOCKS, *SEMAPHORES, clear=False):
        yield from ((call.op, _NOTHING) for call in book.calls if call.op.method in TAKING)
        yield from ((op, _RELEASE[book.factory]) for op in book.releases if op.method in GIVING)
        yield from ((op, frozenset({"NotImplementedError"})) for op in book.values)
        yield from ((op, _NOTHING) for op in book.uses)
