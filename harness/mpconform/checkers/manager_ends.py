"""When a manager's server may be gone: it was shut down or dropped, or its process was ended."""

from mpconform.values import History, Operation

__all__ = ("ENDING", "ended_before", "may_be_over", "violation")

from mpconform.checkers.telling import Teller
from mpconform.values import Violation

#: What ends a server, by a manager or by the process that serves.
ENDING = frozenset({"shutdown", "__exit__", "terminate", "kill", "collect"})


def enders(history: History) -> list[Operation]:
    """Return the operations that may end some server of *history*."""
    managers = {name for name, spec in history.scenario.objects.items() if "Manager" in spec.factory}
    return [
        op
        for op in history.operations
        if op.method in ENDING
        and (op.method != "collect" or "m" in op.arguments or managers & {*op.arguments})
    ]


def may_be_over(history: History, op: Operation) -> bool:
    """Return whether some server may have ended before *op* did."""
    faults = any(fault.lethal for fault in history.scenario.faults)
    if not faults and any(_may_not_serve(history, one, op) for one in history.operations):
        return True
    return faults or any(
        op.returned_ns is None or end.invoked_ns <= op.returned_ns for end in enders(history)
    )


def _may_not_serve(history: History, made: Operation, op: Operation) -> bool:
    """Return whether *made* is a server that its actor did not serve, or not until *op* had ended."""
    if made.method != "get_server" or not made.ok:
        return False
    serving = [one for one in history.by(made.actor) if one.method == "serve_forever"]
    return not serving or any(
        one.returned_ns is not None and (op.returned_ns is None or one.returned_ns <= op.returned_ns)
        for one in serving
    )


def ended_before(history: History, op: Operation, *methods: str) -> Operation | None:
    """Return the operation of one of *methods* that had ended the only server when *op* began; or None."""
    return next(
        (end for end in enders(history) if end.method in methods and end.ok and end.precedes(op)), None
    )


def violation(teller: Teller, kind: str, op: Operation, due: str, *before: Operation) -> Violation:
    """Return the violation that *op* did not end as was *due*, after what happened *before*."""
    shown = (*(one for one in before if one is not op), op)
    told = " ".join(f"{teller.tell(one)}." for one in shown)
    return Violation(
        kind=kind,
        summary=f"{teller.call(op)} {teller.outcome(op)}, where {due} was due.",
        story=told,
        witness=shown,
    )
