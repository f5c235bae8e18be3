"""What conditions, events and barriers raise: nothing but what is documented."""

from mpconform.checkers.condition_proof import peaceful, shown
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("errors",)

#: What a call without the lock raises: as the standard library does it, and as its documentation says.
_UNOWNED = frozenset({"AssertionError", "RuntimeError", "ValueError"})
_BROKEN = frozenset({"BrokenBarrierError", "ActionFailed"})
#: What may be raised, by the factory of the object and the method; of others, nothing.
_MAY = {
    "Condition": dict.fromkeys(("release", "__exit__", "wait", "wait_for", "notify", "notify_all"), _UNOWNED),
    "Event": {},
    "Barrier": {"wait": _BROKEN, "action": _BROKEN},
}


def errors(history: History) -> Finding:
    """Check that conditions, events and barriers raise only what is documented, or nothing.

    Judges each operation on one of them that ended, and each making of one, in scenarios in which nobody is
    killed.  Whether an error that is documented is the right one there, is judged elsewhere.  Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for op in history.operations if peaceful(history) else ():
        spec = history.scenario.objects.get(op.target)
        if spec is None or spec.factory not in _MAY or op.open:
            continue
        judged += 1
        if op.outcome == "raised" and not _is_allowed(op, spec.factory):
            violations.append(
                Violation(
                    kind=f"unexpected-{op.result['type']}",
                    summary=f"{teller.call(op)} raised {op.result['type']}, which is not documented.",
                    story=f"{teller.tell(op)}.",
                    witness=shown((op,)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _is_allowed(op: Operation, factory: str) -> bool:
    allowed = _MAY[factory].get(op.method, frozenset())
    # By its own name: BrokenBarrierError is a RuntimeError, and a RuntimeError is no BrokenBarrierError.
    return op.step >= 0 and op.raised(*allowed)
