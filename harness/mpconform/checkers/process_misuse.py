"""Misuse: what the documentation forbids is refused, with the exception that says so."""

from collections.abc import Iterable, Iterator

from mpconform.checkers.process_liveness import proof_of_life
from mpconform.checkers.process_lives import MAIN, bound_by, lives
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("close_running", "closed", "join_early", "join_self", "start_twice")

#: What raises ValueError after close().  Not ``name``, ``daemon``, ``authkey`` or a second
#: close: the documentation says "most", and these need nothing that close() gave up.
_GUARDED = frozenset(
    {"start", "join", "is_alive", "terminate", "kill", ".pid", ".ident", ".exitcode", ".sentinel"}
)

#: A call that must be refused, the sentence that says why, and the operations that prove it.
_Case = tuple[Operation, str, tuple[Operation, ...]]


def _refusals(history: History, kind: str, error: str, cases: Iterable[_Case]) -> Finding:
    teller = Teller(history)
    judged, violations = 0, []
    for call, why, proof in cases:
        judged += 1
        if call.raised(error):
            continue
        if call.open:
            slug, told = f"{kind}-hangs", f"never returned instead of raising {error}"
        else:
            slug = f"{kind}-allowed" if call.ok else f"{kind}-error"
            told = f"{'was allowed' if call.ok else teller.outcome(call)}; it must raise {error}"
        violations.append(
            Violation(
                kind=slug,
                summary=f"{teller.call(call)} {told}.",
                story=f"{why} {teller.tell(call)}.",
                witness=(*proof, call),
            )
        )
    return Finding(judged=judged, violations=tuple(violations))


def join_early(history: History) -> Finding:
    """Check that joining a process that was not started raises AssertionError, in main.  O(n)."""
    return _refusals(history, "join-before-start", "AssertionError", _early(history))


def _early(history: History) -> Iterator[_Case]:
    for life in lives(history):
        for join in life.asked("join"):
            if life.phase(join) == "new" and life.lone and not _cut_short(history, join):
                yield join, f"Nobody had started {life.name}.", ()


def join_self(history: History) -> Finding:
    """Check that a process that joins itself gets AssertionError, and no deadlock.

    Judges joins of what ``current_process()`` gave, in main and in children; one that is
    blocked in a hung run breaks the rule.  O(n).
    """
    return _refusals(history, "self-join", "AssertionError", _own(history))


def _own(history: History) -> Iterator[_Case]:
    for actor in (MAIN, *(life.name for life in lives(history) if life.clear)):
        for bound, made in bound_by(history, actor, "current_process").items():
            for join in history.on(bound, "join"):
                if join.actor == actor and not _cut_short(history, join):
                    yield join, f"{actor} asked for its own process.", (made,)


def start_twice(history: History) -> Finding:
    """Check that starting a process a second time raises AssertionError, running or not.

    Judges main's starts between the first and a close.  O(n).
    """
    return _refusals(history, "second-start", "AssertionError", _again(history))


def _again(history: History) -> Iterator[_Case]:
    teller = Teller(history)
    for life in lives(history):
        for start in life.asked("start"):
            if life.started is not None and life.phase(start) == "started" and not start.open:
                yield start, f"{teller.tell(life.started)}.", (life.started,)


def close_running(history: History) -> Finding:
    """Check that closing the Process object of a process that runs raises ValueError.

    Judges main's calls during which the child surely ran.  Sound.  O(n).
    """
    return _refusals(history, "close-running", "ValueError", _running(history))


def _running(history: History) -> Iterator[_Case]:
    teller = Teller(history)
    for life in lives(history):
        for close in life.asked("close"):
            if life.running(close):
                told, proof = proof_of_life(teller, life, close)
                yield close, told, proof


def closed(history: History) -> Finding:
    """After ``close()`` returned, the methods and attributes of a Process that need it raise ValueError.

    Judges start, join, is_alive, terminate, kill, pid, ident, exitcode and sentinel.  O(n).
    """
    return _refusals(history, "closed-used", "ValueError", _after(history))


def _after(history: History) -> Iterator[_Case]:
    teller = Teller(history)
    for life in lives(history):
        for call in life.calls:
            if call.method not in _GUARDED or life.closed is None or life.phase(call) != "closed":
                continue
            if not _cut_short(history, call):
                yield call, f"{teller.tell(life.closed)}.", (life.closed,)


def _cut_short(history: History, call: Operation) -> bool:
    """Return whether *call* is open for another reason than that it blocks for ever."""
    return call.open and history.ended != "hung"
