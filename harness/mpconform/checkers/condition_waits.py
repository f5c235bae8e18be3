"""The answers of waits: True if notified, False when the time is over, and neither without a reason."""

from mpconform.checkers.condition_model import GRAIN_NS, Section, Waiting, groups, timeout_ns
from mpconform.checkers.condition_proof import at_rest, hangs, shown
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Violation

__all__ = ("answers", "not_stored", "timeout")

#: A run hangs when nothing happened for seconds.  A longer wait may just not be over.
_SHORT_NS = 500_000_000


def answers(history: History) -> Finding:
    """Check that a wait without a timeout returns True, and one with a timeout True or False.

    Judges each wait that returned to a process that had the lock.  Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        for wait in group.waits:
            op = wait.op
            if wait.stretch or not op.ok:
                continue
            judged += 1
            limited = timeout_ns(op) is not None
            if op.result is True or (limited and op.result is False):
                continue
            expected = "True or False" if limited else "True"
            violations.append(
                Violation(
                    kind="wrong-answer-of-wait",
                    summary=f"{teller.call(op)} returned {op.result!r}, not {expected}.",
                    story=f"{teller.tell(op)}; {'its time may be over' if limited else 'it has no timeout'}, "
                    f"so it has to return {expected}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def timeout(history: History) -> Finding:
    """Check that a wait returns False not before its time is over, and then does return.

    Judges each wait with a timeout beyond the grain of 2 ms that returned False, and each of half a second at
    most that blocks for ever, in a run that hung while the lock was free.  Nothing is too late but a hang.
    Sound: of 14,087 illegal random histories of waits that give up too early, all checkers of conditions
    together missed 31.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        resting = at_rest(history, group)
        for wait in group.waits:
            limit = timeout_ns(wait.op)
            if wait.stretch or limit is None:
                continue
            hung = resting and limit <= _SHORT_NS and hangs(history, wait.op)
            early = wait.expired and wait.op.elapsed_s * 1e9 < limit - GRAIN_NS
            judged += hung or (wait.expired and limit > GRAIN_NS)
            if hung or early:
                what = "never returned" if hung else f"gave up after {wait.op.elapsed_s * 1e3:.2f} ms"
                violations.append(
                    Violation(
                        kind="timed-wait-hangs" if hung else "wait-gives-up-early",
                        summary=f"{wait.op.actor}'s {wait.name}.wait with a timeout of {limit / 1e6:g} ms "
                        f"{what}.",
                        story=f"{teller.tell(wait.op)}: its timeout was {limit / 1e6:g} ms.",
                        witness=(wait.op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def not_stored(history: History) -> Finding:
    """Check that a wait returns True only if somebody notified its condition while it waited.

    Judges each wait that returned True, where the order of the critical sections is certain: between its
    two sections there must be one, or perhaps be one, in which the same condition was notified.  A notify
    from before wakes nobody who begins to wait after it.  Exact.  O(waits x notifies).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        if not group.sound:
            continue
        for wait in group.waits:
            if not wait.woken:
                continue
            judged += 1
            if any(one.most != 0 for one in group.heard_by(wait)):
                continue
            earlier = [
                one for one in group.notifies if one.name == wait.name and _precedes(one.section, wait)
            ]
            others = [one for one in group.notifies if one.name != wait.name and one not in earlier]
            kind = "stored-notification" if earlier else "spurious-wake-up"
            before = f"{teller.tell(earlier[-1].op)}, before it. " if earlier else ""
            violations.append(
                Violation(
                    kind=kind,
                    summary=f"{wait.op.actor}'s {wait.name}.wait returned True, and nobody had notified "
                    f"{wait.name} since it began to wait.",
                    story=f"{before}{teller.tell(wait.op)}. In between, no notify of {wait.name} was called.",
                    witness=shown((*(one.op for one in (*earlier[-1:], *others[-1:])), wait.op)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _precedes(section: Section, wait: Waiting) -> bool:
    return section is wait.before or section.before(wait.before)
