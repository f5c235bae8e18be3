"""What a killed process does to conditions, events and barriers: to those that it did not use, nothing."""

from collections.abc import Iterator

from mpconform.checkers.barrier_model import BROKEN
from mpconform.checkers.condition_proof import shown
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("others_survive",)

_FACTORIES = frozenset({"Condition", "Event", "Barrier"})
_KILLS = frozenset({"kill", "terminate"})


def others_survive(history: History) -> Finding:
    """Check that a process which is killed leaves the objects that it never used as they were.

    Judges the operations of others, after the kill, on conditions, events and barriers that share no lock
    with those the dead process used: none may block for ever, or raise anything but
    BrokenBarrierError.  Notes what happened on those that it used:
    the documentation does not say, and the standard library blocks.  Sound.  O(kills x operations).
    """
    judged = 0
    violations: list[Violation] = []
    surprises = Surprises(history)
    teller = Teller(history)
    objects = {name for name, spec in history.scenario.objects.items() if spec.factory in _FACTORIES}
    for victim, since_ns, how in _strikes(history):
        used = {op.target for op in history.by(victim)}
        for op in history.operations:
            if op.target not in objects or op.actor == victim or op.invoked_ns <= since_ns:
                continue
            if op.target in used:
                surprises.took(f"{op.method} after a kill {_outcome(op)}", op)
                continue
            stuck = blocked(history, op)
            judged += stuck or not op.open
            if stuck or (op.outcome == "raised" and not op.raised(BROKEN)):
                how_it_went = "blocked for ever" if stuck else f"raised {op.result['type']}"
                violations.append(
                    Violation(
                        kind="other-object-blocked" if stuck else "other-object-raises",
                        summary=f"After {victim}, which never used {op.target}, was killed, {op.actor}'s "
                        f"{op.method} of "
                        f"{op.target} {how_it_went}.",
                        story=f"{how} {teller.tell(op)}.",
                        witness=shown((op,)),
                        observed=(f"{victim} was killed",),
                    )
                )
    return surprises.finding(judged, violations)


def _strikes(history: History) -> Iterator[tuple[str, int, str]]:
    """Yield who was killed, since when it surely was dead, and how."""
    lethal = {fault.actor for fault in history.scenario.faults if fault.lethal}
    for hold in history.holds:
        if hold.fault and hold.actor in lethal:
            yield (
                hold.actor,
                hold.began_ns,
                f"{hold.actor} was struck by {hold.fault} inside {hold.function}.",
            )
    for op in history.operations:
        if op.method in _KILLS and op.target in history.scenario.actors and op.ok:
            yield op.target, op.returned_ns or 0, f"{op.actor} killed {op.target}."


def _outcome(op: Operation) -> str:
    if op.open:
        return "blocked"
    return f"raised {op.result['type']}" if op.outcome == "raised" else "worked"
