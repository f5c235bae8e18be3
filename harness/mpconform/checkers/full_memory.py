"""What comes of shared memory that is asked for while /dev/shm is full."""

import signal
from collections import Counter

from mpconform.checkers.faults import crowded
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("made_when_full",)


def made_when_full(history: History) -> Finding:
    """Check that what is asked for while /dev/shm is full is made or refused, and made when there is room.

    Judges calls of processes that had made the same before: one that raises must raise OSError; one that
    works binds what can be used; and the first like it of anybody, once there is room again, must work.
    That the kernel ends who touches memory that it has no room for (SIGBUS) is allowed, and would surprise:
    it is noted.  Any other end of the process in such a call is a violation.
    Sound.  O(operations squared) in those few.
    """
    teller = Teller(history)
    judged, violations, notes = 0, [], Counter[str]()
    asked = crowded(history)
    for op in asked:
        mine = history.by(op.actor)
        if op.target != "@" or not any(_alike(one, op) and one.ok and one.precedes(op) for one in mine):
            continue
        judged += 1
        told = _wrong(history, op)
        if told:
            kind, what = told
            violations.append(_violation(teller, op, op, kind, what))
        notes[f"{op.method} while /dev/shm was full {_outcome(op)}"] += 1
        again = next(
            (one for one in history.on("@", op.method) if one not in asked and one.actor != op.actor), None
        )
        if again is not None and not again.open:
            judged += 1
            if again.outcome == "raised":
                what = f"raised {value(again.result)} although there was room again"
                violations.append(_violation(teller, op, again, "lasting", what))
    return Finding(judged=judged, violations=tuple(violations), notes=dict(notes))


def _alike(one: Operation, op: Operation) -> bool:
    return one.target == op.target and one.method == op.method


def _wrong(history: History, op: Operation) -> tuple[str, str] | None:
    """Return what is wrong with *op* itself, as a kind and in words."""
    if op.outcome == "raised" and not op.raised("OSError"):
        return "no-os-error", f"raised {value(op.result)}, which is no OSError"
    codes = [one.result for one in history.on(op.actor, ".exitcode") if one.ok]
    if op.open and codes and codes[-1] != -signal.SIGBUS:
        return "crash", f"ended its process with exit code {codes[-1]}"
    return None


def _outcome(op: Operation) -> str:
    if op.open:
        return "was ended by SIGBUS"
    return f"raised {op.result['type']}" if op.outcome == "raised" else "worked"


def _violation(teller: Teller, op: Operation, wrong: Operation, kind: str, what: str) -> Violation:
    told = "" if wrong is op else f"{teller.tell(op)}. "
    when = "While" if wrong is op else "After"
    return Violation(
        kind=f"full-{kind}",
        summary=f"{when} /dev/shm was full, {teller.call(wrong)} {what}.",
        story=f"{told}{teller.tell(wrong)}.",
        witness=(op,) if wrong is op else (op, wrong),
    )
