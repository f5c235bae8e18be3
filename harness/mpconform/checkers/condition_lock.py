"""The lock of a condition: its own or the given one, released while its owner waits, and had again after."""

from mpconform.checkers.condition_model import ENTER, Group, Section, Waiting, groups
from mpconform.checkers.condition_proof import free_during, hangs, keepers, shown
from mpconform.checkers.telling import Teller, often
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("exclusive", "levels", "reacquired", "recursive", "released")


def recursive(history: History) -> Finding:
    """Check that a condition made without a lock, or with an RLock, can be acquired again by its owner.

    Judges each acquire by a process that has the lock already: it must return True, and not block.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        if group.kind != "RLock":
            continue
        judged += sum(op.method in ENTER for one in group.sections for op in one.inner)
        denied = [(op, section) for op, section in group.failed if section is not None]
        denied += [(op, one) for op, one in group.pending if one is not None and hangs(history, op)]
        judged += len(denied)
        for op, section in denied:
            how = "blocked for ever" if op.open else "returned False"
            violations.append(
                Violation(
                    kind="owner-denied",
                    summary=f"{op.actor} has the lock of {op.target}, and its second {op.method} {how}.",
                    story=f"{teller.tell(section.taken)}. {teller.tell(op)}. The lock is an RLock, which its "
                    "owner may acquire again.",
                    witness=shown((section.taken, op)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def exclusive(history: History) -> Finding:
    """Check that one process at a time has the lock of a condition, by whatever name it acquired it.

    Judges each acquire, of the condition, of its lock, or of another condition on that lock, that begins
    while another process surely has it.  Two processes must not surely have it at one instant.  What a wait
    took is judged by `reacquired`.  Sound: of 8,464 illegal random histories of waits that come back without
    the lock, all checkers of conditions together missed none.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        attempts = [op for op in group.operations if op.method in ENTER]
        judged += sum(_contends(group, op) for op in attempts)
        for first, second in group.overlaps():
            if first.taken.method in ENTER and second.taken.method in ENTER:
                other = "" if first.taken.target == second.taken.target else f" as {second.taken.target}"
                violations.append(
                    _both(teller, group, first, second, kind="lock-not-exclusive", how=f"acquired it{other}")
                )
    return Finding(judged=judged, violations=tuple(violations))


def released(history: History) -> Finding:
    """Check that a process that waits has released the lock, however often it had acquired it.

    Judges each wait during which another process had the lock, and each acquire that found it taken although
    nobody but those who waited can have had it: at once, within its time, or for ever.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        judged += sum(any(_within(wait, one) for one in group.sections) for wait in group.waits)
        for op, wait in _denied_by_waits(history, group):
            judged += 1
            how = "blocked for ever" if op.open else "did not get the lock"
            violations.append(
                Violation(
                    kind="wait-keeps-lock",
                    summary=f"While {wait.op.actor} waited on {wait.name}, {op.actor}'s {op.method} {how}, "
                    "and nobody else had it.",
                    story=f"{teller.tell(wait.before.taken)}. {teller.tell(wait.op)}. {teller.tell(op)}. "
                    "Nobody else can have had the lock then: the wait had not given it up.",
                    witness=shown((wait.before.taken, wait.op, op)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def reacquired(history: History) -> Finding:
    """Check that a wait has the lock again when it returns, notified or not.

    Judges each wait that returned to a process that had acquired the lock once, and that then released it or
    surely had it when somebody else wanted it: the release must not be refused, and nobody else may surely
    have the lock as well.  Sound.
    """
    return _after_waits(history, deep=False)


def levels(history: History) -> Finding:
    """Check that a wait has an RLock as often again as before, when it returns.

    Judges each wait of a process that had acquired the lock several times: it can release it as often
    afterwards, is the only one to have it until then, and no more has it then.  Sound.
    """
    found = _after_waits(history, deep=True)
    judged, violations = found.judged, list(found.violations)
    teller = Teller(history)
    for group in groups(history):
        if not group.sound:
            continue
        given = [(one, one.after.given) for one in group.waits if one.depth > 1 and one.after]
        for op in _denied_by_nobody(history, group):
            earlier = [(one, end) for one, end in given if end is not None and end.precedes(op)]
            if not earlier:
                continue
            wait, end = earlier[-1]
            violations.append(
                Violation(
                    kind="lock-kept-after-wait",
                    summary=f"{wait.op.actor} released {group.lock} as often as it had acquired it, but "
                    f"{op.actor} did not get it.",
                    story=f"{teller.tell(wait.op)}; it had the lock {often(wait.depth)}. "
                    f"{teller.tell(end)}. {teller.tell(op)}, though nobody had it then.",
                    witness=shown((wait.op, end, op)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _after_waits(history: History, *, deep: bool) -> Finding:
    judged = 0
    violations = []
    teller = Teller(history)
    for group in groups(history):
        those = [(one, one.after) for one in group.waits if one.after and (one.depth > 1) is deep]
        sections = {id(after): one for one, after in those}
        refused = [(op, section) for op, section in group.refused if id(section) in sections]
        judged += len(refused) + sum(
            after.given is not None or any(after.overlaps(other) for other in group.sections)
            for _, after in those
        )
        for op, section in refused:
            wait = sections[id(section)]
            violations.append(
                Violation(
                    kind="lock-not-had-after-wait",
                    summary=f"{op.actor} came back from {wait.name}.{wait.op.method} without the lock: its "
                    f"{op.method} raised {op.result['type']}.",
                    story=f"{op.actor} had the lock {often(wait.depth)}. {teller.tell(wait.op)}. "
                    f"{teller.tell(op)}.",
                    witness=shown((wait.before.taken, wait.op, op)),
                )
            )
        for first, second in group.overlaps():
            for mine, other in ((first, second), (second, first)):
                if id(mine) in sections and mine.taken.method != "predicate":
                    how = f"came back from {mine.taken.method}"
                    violations.append(
                        _both(teller, group, other, mine, kind="lock-shared-after-wait", how=how)
                    )
                    break
    return Finding(judged=judged, violations=tuple(violations))


def _both(teller: Teller, group: Group, first: Section, second: Section, *, kind: str, how: str) -> Violation:
    since = max(first.since_ns, second.since_ns)
    until = min(first.until_ns, second.until_ns)
    return Violation(
        kind=kind,
        summary=f"{first.actor} had the lock {group.lock} when {second.actor} {how}.",
        story=f"{teller.tell(first.taken)}. {teller.tell(second.taken)}. Both surely had the lock from "
        f"{teller.at(since)} to {teller.at(until)}.",
        witness=shown((first.taken, second.taken, first.given, second.given)),
    )


def _contends(group: Group, op: Operation) -> bool:
    return any(
        one.actor != op.actor and one.since_ns < op.invoked_ns < one.until_ns for one in group.sections
    )


def _within(wait: Waiting, section: Section) -> bool:
    """Whether somebody else surely had the lock in the midst of *wait*."""
    if section.actor == wait.op.actor or not wait.before.before(section):
        return False
    return wait.after is None or section.before(wait.after)


def _denied_by_nobody(history: History, group: Group) -> list[Operation]:
    """Return the acquires that did not get the lock although nobody can have had it."""
    found = [op for op, section in group.failed if section is None and free_during(group, op)]
    if not keepers(group):
        found += [op for op, section in group.pending if section is None and hangs(history, op)]
    return found


def _denied_by_waits(history: History, group: Group) -> list[tuple[Operation, Waiting]]:
    if not group.sound:
        return []
    found = []
    for op in _denied_by_nobody(history, group):
        during = [one for one in group.waits if _waits_during(one, op)]
        if during:
            found.append((op, during[-1]))
    return found


def _waits_during(wait: Waiting, op: Operation) -> bool:
    if wait.op.actor == op.actor or wait.op.invoked_ns >= op.invoked_ns:
        return False
    return wait.after is None or (op.returned_ns is not None and op.returned_ns < wait.after.since_ns)
