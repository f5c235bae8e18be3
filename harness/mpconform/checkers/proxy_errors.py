"""Exceptions that come through a proxy: those of the call, RemoteError, and no others."""

from mpconform.checkers.manager_ends import may_be_over, violation
from mpconform.checkers.manager_reading import read
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation

__all__ = ("no_other_errors", "remote", "same_exception")

#: What calls on objects of each kind may raise by themselves.
_EXPLAINED = {
    "list": {"IndexError", "ValueError", "TypeError"},
    "dict": {"KeyError", "TypeError"},
    "Namespace": {"AttributeError"},
    "Value": set(),
    "Array": {"IndexError", "TypeError", "OverflowError"},
    "Queue": {"Empty", "Full"},
    "JoinableQueue": {"Empty", "Full", "ValueError"},
    "Lock": {"RuntimeError"},
    "RLock": {"RuntimeError"},
    "Semaphore": set(),
    "BoundedSemaphore": {"ValueError"},
    "Condition": {"RuntimeError"},
    "Event": set(),
    "Barrier": {"BrokenBarrierError"},
    "Entry": set(),
    "Ledger": set(),
}


def same_exception(history: History) -> Finding:
    """Check that a proxy raises what the call raised in the server: the same type and arguments.

    Judges calls that are told what to raise, and keys that a dictionary lacks.  Exact.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        for use in referent.uses:
            op = use.op
            if op.open or may_be_over(history, op):
                continue
            if referent.kind == "Failing" and op.method == "fail" and op.arguments:
                judged += 1
                kind, *arguments = op.arguments
                if op.ok or op.result["type"] != kind or op.result["args"] != arguments:
                    due = f"{kind}({', '.join(map(repr, arguments))})"
                    broken.append(violation(teller, "other-exception", op, due))
            elif (
                referent.kind == "dict"
                and op.raised("KeyError")
                and op.method in {"__getitem__", "__delitem__"}
            ):
                judged += 1
                if op.result["args"] != list(op.arguments):
                    broken.append(violation(teller, "other-arguments", op, "the key that is missing"))
    return Finding(judged=judged, violations=tuple(broken))


def remote(history: History) -> Finding:
    """Check that what fails in the server, but not in the call, raises RemoteError.

    Judges `_callmethod` with names that no type exposes, or that this one does not; and unpicklable results.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        for use in referent.uses:
            op = use.op
            if op.open or may_be_over(history, op):
                continue
            unpicklable = referent.kind == "Failing" and op.method == "unpicklable"
            if unpicklable or (op.method == "_callmethod" and _is_not_exposed(referent.kind, op)):
                judged += 1
                if not op.raised("RemoteError"):
                    broken.append(violation(teller, "no-remote-error", op, "RemoteError"))
    return Finding(judged=judged, violations=tuple(broken))


def _is_not_exposed(kind: str, op: Operation) -> bool:
    name = op.arguments[0] if op.arguments else ""
    unknown = name in {"nothing", "__class__"}
    return unknown or (kind, name) in {
        ("Tally", "_hidden"),
        ("Meek", "read"),
        ("Meek", "_hidden"),
        ("Bold", "read"),
    }


def no_other_errors(history: History) -> Finding:
    """No call on a proxy raises what its situation does not explain, while the server lives.

    Judges every completed call on objects of the documented types, but by `_callmethod`.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        for use in referent.uses:
            op = use.op
            idle = op.method in {"_callmethod", "__iter__", "__eq__"} or op.method.startswith("._")
            if op.open or idle or referent.kind not in _EXPLAINED or may_be_over(history, op):
                continue
            judged += 1
            if not op.ok and op.result["type"] not in _EXPLAINED[referent.kind]:
                kind = f"{referent.kind}-raised-{op.result['type']}".lower()
                broken.append(violation(teller, kind, op, "a result, or an exception of its own"))
    return Finding(judged=judged, violations=tuple(broken))
