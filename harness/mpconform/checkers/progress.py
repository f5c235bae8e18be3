"""Progress: whatever must end, ends."""

from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Violation

__all__ = ("every_operation_ends",)

#: Verbs that wait for other actors: blocked because something else is, hence no cause.
_WAITING = frozenset({
    "rendezvous", "await_done", "await_invoked", "await_exit", "await_told", "join", "linger",
})  # fmt: skip


def every_operation_ends(history: History) -> Finding:
    """Nothing hangs or crashes: a scenario that must end, ends.

    Scenarios are valid by construction, so an operation that never returns while nothing in
    the whole process tree makes progress is a violation, and so is the end of the main
    process before its last step.  The witness are the operations that block, those on the
    backend's objects first.  O(n).
    """
    judged = sum(1 for op in history.operations if op.target or op.method == "program")
    if history.ended == "normally":
        return Finding(judged=judged)
    teller = Teller(history)
    blocked = sorted(
        (op for op in history.operations if op.open),
        key=lambda op: (not op.target or op.method in _WAITING, op.invoked_ns),
    )
    story = " ".join(f"{teller.tell(op)}." for op in blocked[:6])
    if history.ended == "hung":
        where = f"in {teller.call(blocked[0])}" if blocked else "outside of any recorded operation"
        acting = {op.method for op in blocked if op.target or op.method == "program"}
        methods = "+".join(sorted(acting - _WAITING)[:3])
        kind = f"hang-in-{methods or (blocked[0].method if blocked else 'nothing')}"
        summary = f"No process made progress any more; the run hung {where}."
    else:
        kind = "main-process-crashed"
        summary = f"The main process ended before its last step: {history.detail}."
    observed = tuple(line for line in (history.detail,) if line) or (history.ended,)
    violation = Violation(
        kind=kind, summary=summary, story=story, witness=tuple(blocked[:4]), observed=observed
    )
    return Finding(judged=max(judged, 1), violations=(violation,))
