"""The flag of an event: clear at first, then what the latest set or clear made of it."""

from collections import Counter

from mpconform.checkers.condition_proof import hangs, peaceful, shown
from mpconform.checkers.event_model import Event, events, inexplicable
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("calls_return", "clear_at_first", "flag")


def clear_at_first(history: History) -> Finding:
    """Check that an event is clear until it is set.

    Judges each is_set that returned, and each wait that returned True or gave up, before any set began.
    Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for event in events(history):
        sets = event.on("set")
        for op in event.on("is_set", "wait"):
            if op.returned_ns is None or any(one.invoked_ns <= op.returned_ns for one in sets):
                continue
            judged += op.ok
            if op.ok and op.result:
                violations.append(
                    Violation(
                        kind="set-at-first",
                        summary=f"{op.actor}'s {event.name}.{op.method}() returned {op.result!r}, and "
                        "nobody had "
                        "set it.",
                        story=f"{teller.tell(op)}. Until then, no set of {event.name} had begun.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def flag(history: History) -> Finding:
    """Check that is_set tells what the sets and clears made of the flag, in one order that real time allows.

    Judges each is_set that returned.  Exact; with more than ten operations at one time only sound, and
    counted as ``judged_soundly``.
    """
    judged = 0
    violations = []
    measures = Counter[str]()
    teller = Teller(history)
    for event in events(history):
        operations = event.on("set", "clear", "is_set")
        judged += sum(op.ok for op in event.on("is_set"))
        found = inexplicable(operations, lambda op: bool(op.result) if op.method == "is_set" else None)
        measures.update(found.measures)
        wrong = found.wrong
        odd = [op for op in event.on("is_set") if op.ok and type(op.result) is not bool]
        if wrong is None and not odd:
            continue
        op = wrong or odd[0]
        before = [one for one in event.on("set", "clear") if one.ok and one.precedes(op)]
        latest = sorted(before, key=lambda one: one.returned_ns or 0)[-2:]
        violations.append(
            Violation(
                kind="wrong-flag",
                summary=f"{op.actor}'s {event.name}.{op.method}() {teller.outcome(op)}, which no order of "
                "sets and "
                "clears explains.",
                story=" ".join(f"{teller.tell(one)}." for one in (*latest, op)),
                witness=shown((*latest, op)),
            )
        )
    return Finding(judged=judged, violations=tuple(violations), measures=dict(measures))


def calls_return(history: History) -> Finding:
    """Check that set, clear and is_set return, and raise nothing, however many wait.

    Judges each, but in scenarios in which somebody is killed: of what happens beside a dead waiter it is
    only noted whether the call blocked.  Exact.
    """
    judged = 0
    violations = []
    surprises = Surprises(history)
    teller = Teller(history)
    for event in events(history):
        for op in event.on("set", "clear", "is_set"):
            if not peaceful(history):
                surprises.took(f"{op.method} beside a kill {'blocked' if op.open else 'worked'}", op)
                continue
            hung = hangs(history, op)
            judged += hung or not op.open
            if hung or op.outcome == "raised":
                violations.append(_stuck(teller, event, op))
    return surprises.finding(judged, violations)


def _stuck(teller: Teller, event: Event, op: Operation) -> Violation:
    how = "never returned" if op.open else f"raised {op.result['type']}"
    waits = [one for one in event.on("wait") if one.actor != op.actor and one.invoked_ns < op.invoked_ns]
    told = " ".join(f"{teller.tell(one)}." for one in waits[-2:])
    return Violation(
        kind=f"{op.method}-{'hangs' if op.open else 'raises'}",
        summary=f"{op.actor}'s {event.name}.{op.method}() {how}.",
        story=f"{told} {teller.tell(op)}; nobody was killed.".strip(),
        witness=shown((*waits[-2:], op)),
    )
