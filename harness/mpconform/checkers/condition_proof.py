"""What is certain about a condition although no call says it: a lock that is free, and who may hold it."""

from collections.abc import Iterable

from mpconform.checkers.condition_model import Group, Section, Waiting
from mpconform.checkers.queue_proof import blocked
from mpconform.values import History, Operation

__all__ = ("at_rest", "free_during", "hangs", "keepers", "peaceful", "shown")

_ENDING = frozenset({"kill", "terminate", "exit", "sys_exit", "raise", "signal"})


def peaceful(history: History) -> bool:
    """Return whether nobody ends before its last step, so that everybody who was woken goes on."""
    steps = (step for actor in history.scenario.actors.values() for step in actor.steps)
    return not any(fault.lethal for fault in history.scenario.faults) and not any(
        step.method in _ENDING for step in steps
    )


def keepers(group: Group) -> list[Section]:
    """Return the sections that nothing ended, or something that never returned and is no wait."""
    return [
        one
        for one in group.sections
        if one.given is None or (one.given.open and one.given.method not in {"wait", "wait_for"})
    ]


def at_rest(history: History, group: Group) -> bool:
    """Return whether, in a run that hung, nobody had or wanted the lock of *group*.

    Whoever was woken has then come back from its wait.
    """
    return (
        history.ended == "hung"
        and peaceful(history)
        and group.sound
        and not group.pending
        and not keepers(group)
    )


def free_during(group: Group, op: Operation) -> bool:
    """Return whether nobody can have had the lock at any instant of *op*, which did not get it either.

    Not even for a moment: a wait may take it again when it was notified or its time is over.
    """
    if op.returned_ns is None or any(one.invoked_ns <= op.returned_ns for one, _ in group.pending):
        return False
    return all(
        _latest_end(group, one) < op.invoked_ns or op.returned_ns < _earliest_begin(group, one)
        for one in group.sections
        if one.taken is not op
    ) and not any(
        wait.after is None and _earliest_return(group, wait) <= op.returned_ns for wait in group.waits
    )


def _latest_end(group: Group, section: Section) -> int:
    """Return the instant by which *section* had surely ended: somebody else had the lock by then."""
    own = section.given.returned_ns if section.given is not None else None
    later = (one.since_ns for one in group.sections if section.before(one) and one.actor != section.actor)
    return min(later, default=1 << 62) if own is None else min((*later, own))


def _earliest_begin(group: Group, section: Section) -> int:
    for wait in group.waits:
        if wait.after is section:
            return _earliest_return(group, wait)
    return section.taken.invoked_ns


def _earliest_return(group: Group, wait: Waiting) -> int:
    """Return the earliest instant at which *wait* may have taken the lock again."""
    if wait.stretch:
        return wait.op.invoked_ns
    notified = (one.op.invoked_ns for one in group.heard_by(wait))
    return min((*notified, wait.deadline_ns))


def shown(operations: Iterable[Operation | None]) -> tuple[Operation, ...]:
    """Return at most four operations for a witness, each once."""
    found = {id(op): op for op in operations if op is not None}
    return tuple(found.values())[:4]


def hangs(history: History, op: Operation) -> bool:
    """Return whether the run hung while a live process was inside of *op*, and nobody was to be killed."""
    return peaceful(history) and blocked(history, op)
