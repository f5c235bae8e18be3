"""wait_for: it asks its predicate with the lock, when it is woken, and answers with what that said last."""

from mpconform.checkers.condition_model import GRAIN_NS, Group, Section, groups, timeout_ns
from mpconform.checkers.condition_proof import at_rest, hangs, shown
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("answers", "asks_with_lock", "timeout", "woken")

_SHORT_NS = 500_000_000
#: So many vain calls of its predicate a correct wait_for never makes when its time is over.
_VAIN = 2


def answers(history: History) -> Finding:
    """Check that wait_for returns what its predicate returned last; without a timeout, only what is true.

    Judges each that returned, to a process that had the lock.  Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group, op in _owned(history):
        if not op.ok:
            continue
        judged += 1
        calls = _calls(group, op)
        limited = timeout_ns(op) is not None
        if not calls:
            why = "its predicate was never called"
        elif calls[-1].ok and not _same(calls[-1].result, op.result):
            why = f"its predicate had returned {calls[-1].result!r}"
        elif not op.result and not limited:
            why = "it has no timeout"
        else:
            continue
        violations.append(
            Violation(
                kind="wrong-answer-of-wait-for",
                summary=f"{teller.call(op)} returned {op.result!r}, but {why}.",
                story=" ".join(f"{teller.tell(one)}." for one in (*calls[-2:], op)),
                witness=shown((*calls[-2:], op)),
            )
        )
    return Finding(judged=judged, violations=tuple(violations))


def timeout(history: History) -> Finding:
    """Check that wait_for gives up not before its time is over, and then does return.

    Judges each with a timeout beyond the grain of 2 ms that returned something false, and each of half a
    second at most that blocks for ever in a run that hung while the lock was free.  It has looked at the
    clock before it calls its predicate a second time.  When the time from then on is over, the wait that is
    under way may still end, and the predicate be called in vain: if it is called once more, the time was
    begun anew.  Sound, however slow the machine is.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group, op in _owned(history):
        limit = timeout_ns(op)
        if limit is None:
            continue
        gave_up = op.ok and not op.result
        early = gave_up and op.elapsed_s * 1e9 < limit - GRAIN_NS
        hung = limit <= _SHORT_NS and at_rest(history, group) and hangs(history, op)
        late = _vain_calls_after(limit + GRAIN_NS, _calls(group, op))
        anew = len(late) >= _VAIN
        judged += hung or anew or (gave_up and limit > GRAIN_NS)
        if not (early or hung or anew):
            continue
        if hung:
            kind, what = "timed-wait-for-hangs", "never returned"
        elif early:
            kind, what = "wait-for-gives-up-early", f"gave up after {op.elapsed_s * 1e3:.2f} ms"
        else:
            kind = "wait-for-goes-on"
            what = "went on when its time was over"
        violations.append(
            Violation(
                kind=kind,
                summary=f"{op.actor}'s {op.target}.wait_for with a timeout of {limit / 1e6:g} ms {what}.",
                story=" ".join(
                    [
                        f"{teller.tell(op)}: its timeout was {limit / 1e6:g} ms.",
                        *(f"{teller.tell(call)}." for call in late[:_VAIN]),
                    ]
                ),
                witness=(op, *late[:_VAIN]) if anew else (op,),
            )
        )
    return Finding(judged=judged, violations=tuple(violations))


def _vain_calls_after(limit_ns: int, calls: list[Operation]) -> list[Operation]:
    """Return the vain ones of *calls* from so long on after the second of them."""
    over_ns = calls[1].invoked_ns + limit_ns if len(calls) > 1 else 0
    return [call for call in calls[2:] if call.ok and not call.result and call.invoked_ns > over_ns]


def asks_with_lock(history: History) -> Finding:
    """Check that the predicate of wait_for is called with the lock.

    Judges each call of a predicate while another process wants the lock, or has it: nobody else may surely
    have it at an instant of the call.  Sound.  O(calls x sections).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group, op in _owned(history):
        if group.foreign:
            continue
        for call in _calls(group, op):
            other = next((one for one in group.sections if _has_it(one, call)), None)
            judged += other is not None or any(_near(one, call) for one in group.operations)
            if other is not None:
                violations.append(
                    Violation(
                        kind="asked-without-lock",
                        summary=f"{op.actor}'s {op.target}.wait_for called its predicate while {other.actor} "
                        "had the lock.",
                        story=f"{teller.tell(other.taken)}. {teller.tell(call)}. "
                        f"{other.actor} surely had the lock until {teller.at(other.until_ns)}.",
                        witness=shown((other.taken, call, other.given)),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def woken(history: History) -> Finding:
    """Check that wait_for asks its predicate again when it is notified.

    Judges each stretch of a wait_for that surely had begun when notify_all was called, with a deadline that
    was not over when that returned: in a run that hung while the lock was free, it must not still be
    waiting.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        if not group.sound:
            continue
        resting = at_rest(history, group)
        for wait in group.waits:
            if not wait.stretch:
                continue
            heard = [
                one
                for one in group.heard_by(wait)
                if one.most is None and wait.surely_begun(one) and one.op.returned_ns is not None
            ]
            heard = [one for one in heard if (one.op.returned_ns or 0) < wait.deadline_ns]
            judged += bool(heard)
            if heard and wait.after is None and resting and hangs(history, wait.op):
                calls = _calls(group, wait.op)
                violations.append(
                    Violation(
                        kind="wait-for-not-woken",
                        summary=f"{wait.op.actor}'s {wait.name}.wait_for did not call its predicate again "
                        "after "
                        f"{teller.call(heard[-1].op)}.",
                        story=" ".join(
                            f"{teller.tell(one)}." for one in (wait.op, *calls[-1:], heard[-1].op)
                        ),
                        witness=shown((wait.op, *calls[-1:], heard[-1].op)),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _owned(history: History) -> list[tuple[Group, Operation]]:
    """Return the calls of wait_for by processes that had the lock."""
    return [
        (group, op)
        for group in groups(history)
        for op in group.operations
        if op.method == "wait_for" and op not in group.unowned
    ]


def _calls(group: Group, op: Operation) -> list[Operation]:
    """Return the calls of the predicate of *op*."""
    return [
        one
        for one in group.operations
        if one.method == "predicate"
        and one.actor == op.actor
        and one.step == op.step
        and one.invoked_ns >= op.invoked_ns
    ]


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _has_it(section: Section, call: Operation) -> bool:
    end = call.returned_ns if call.returned_ns is not None else call.invoked_ns
    return section.actor != call.actor and max(section.since_ns, call.invoked_ns) < min(section.until_ns, end)


def _near(op: Operation, call: Operation) -> bool:
    """Whether another process used the condition at an instant of *call*."""
    return op.actor != call.actor and not op.precedes(call) and not call.precedes(op)
