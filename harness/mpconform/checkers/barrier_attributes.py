"""The attributes of a barrier: parties, n_waiting, broken."""

import itertools

from mpconform.checkers.barrier_model import Barrier, barriers
from mpconform.checkers.condition_proof import shown
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("broken", "n_waiting", "parties")


def parties(history: History) -> Finding:
    """Check that `parties` is the number that the barrier was made with.

    Judges each time that it was read.  Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for op in barrier.on(".parties"):
            if op.open:
                continue
            judged += 1
            if not (op.ok and type(op.result) is int and op.result == barrier.parties):
                violations.append(_wrong(teller, op, f"{barrier.name} was made for {barrier.parties}", ()))
    return Finding(judged=judged, violations=tuple(violations))


def n_waiting(history: History) -> Finding:
    """Check that `n_waiting` counts those who wait: nobody who is not there, and no more than the parties.

    Judges each time that it was read: not more than the waits that were under way then, hence nobody while
    there were none.  Two readings with no end of a wait in between must not go down.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        readings = [op for op in barrier.on(".n_waiting") if not op.open]
        for op in readings:
            judged += 1
            there = [one for one in barrier.on("wait") if not one.precedes(op) and not op.precedes(one)]
            most = min(len(there), barrier.parties)
            if op.ok and type(op.result) is int and 0 <= op.result <= most:
                continue
            violations.append(_wrong(teller, op, f"under way: {counted(len(there), 'wait')}", there))
        for earlier, later in itertools.pairwise(readings):
            if not earlier.precedes(later) or not earlier.ok or not later.ok:
                continue
            judged += 1
            if later.result < earlier.result and _undisturbed(barrier, earlier, later):
                violations.append(
                    _wrong(teller, later, f"it had been {earlier.result}, and nobody left since", (earlier,))
                )
    return Finding(judged=judged, violations=tuple(violations))


def _undisturbed(barrier: Barrier, earlier: Operation, later: Operation) -> bool:
    """Whether nobody can have left, nor the barrier been passed or broken, since before *earlier*."""
    begun = [op for op in barrier.on("wait", "reset", "abort") if not later.precedes(op)]
    begun = [op for op in begun if not op.precedes(earlier)]
    inside = all(op.method == "wait" and _is_inside(barrier, op, later) for op in begun)
    return inside and len(begun) < barrier.parties


def _is_inside(barrier: Barrier, wait: Operation, later: Operation) -> bool:
    """Whether *wait* cannot have ended, nor its time been over, before *later* had."""
    end = later.returned_ns or 0
    return (wait.returned_ns is None or wait.returned_ns > end) and barrier.deadline_ns(wait) > end


def broken(history: History) -> Finding:
    """Check that `broken` is True if the barrier is broken, and False if it is whole.

    Judges each time that it was read while either is certain.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for op in barrier.on(".broken"):
            if op.open:
                continue
            breaker = barrier.surely_broken(op, "abort", "wait")
            whole = breaker is None and barrier.surely_whole(op)
            if breaker is None and not whole:
                continue
            judged += 1
            if op.ok and op.result is (breaker is not None):
                continue
            why = "it had been broken, and not reset" if breaker else "nothing had broken it"
            violations.append(_wrong(teller, op, why, (breaker,) if breaker else ()))
    return Finding(judged=judged, violations=tuple(violations))


def _wrong(
    teller: Teller, op: Operation, why: str, others: tuple[Operation, ...] | list[Operation]
) -> Violation:
    told = f"raised {op.result['type']}" if op.outcome == "raised" else f"was {op.result!r}"
    return Violation(
        kind=f"wrong-{op.method.lstrip('.')}",
        summary=f"{teller.call(op)} {told}; {why}.",
        story=" ".join(f"{teller.tell(one)}." for one in (*others, op)),
        witness=shown((op, *others)),
    )
