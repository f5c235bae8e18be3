"""Calls that need the lock of a condition, by a process that has it not."""

from mpconform.checkers.condition_model import GRAIN_NS, groups, timeout_ns
from mpconform.checkers.condition_proof import hangs
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("notify_without_lock", "wait_without_lock")

#: What the standard library raises, and what its documentation says.
_ERRORS = ("AssertionError", "RuntimeError")


def wait_without_lock(history: History) -> Finding:
    """Check that wait, and a wait_for that has to wait, raise an error if the lock is not owned.

    Judges each of them by a process that surely has not the lock: it must raise AssertionError or
    RuntimeError, and neither return nor block.  Exact.
    """
    return _judge(history, frozenset({"wait", "wait_for"}))


def notify_without_lock(history: History) -> Finding:
    """Check that notify and notify_all raise an error if the lock is not owned.

    Judges each of them by a process that surely has not the lock, as `wait_without_lock` does.  Exact.
    """
    return _judge(history, frozenset({"notify", "notify_all"}))


def _judge(history: History, methods: frozenset[str]) -> Finding:
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        for op in group.unowned:
            if op.method not in methods or (op.open and not hangs(history, op)):
                continue
            if op.method == "wait_for" and op.ok and (op.result or _over(op)):
                continue  # It had no reason to wait, or had no time left when it was to begin.
            judged += 1
            if not op.raised(*_ERRORS):
                how = "never returned" if op.open else "was accepted"
                if op.outcome == "raised":
                    how = f"raised {op.result['type']}"
                violations.append(
                    Violation(
                        kind=f"{op.method}-without-lock",
                        summary=f"{op.actor}'s {op.target}.{op.method}() without the lock {how}.",
                        story=f"{op.actor} had not acquired {group.lock}. {teller.tell(op)}; it should have "
                        "raised AssertionError or RuntimeError.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _over(op: Operation) -> bool:
    """Return whether the time of a wait_for was over when it returned."""
    limit = timeout_ns(op)
    return limit is not None and op.elapsed_s * 1e9 >= limit - GRAIN_NS
