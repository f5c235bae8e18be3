"""Waits for an event: until it is set, no longer, and not shorter than their time either."""

from collections import Counter

from mpconform.checkers.condition_model import GRAIN_NS
from mpconform.checkers.condition_proof import hangs, shown
from mpconform.checkers.event_model import Event, events, inexplicable
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("answers", "gives_up_rightly", "only_if_set", "woken")

_SHORT_NS = 500_000_000


def answers(history: History) -> Finding:
    """Check that a wait returns True, but False if it has a timeout and that is over.

    Judges each wait that returned.  "Not over" has a grain of 2 ms.  Exact within the grain.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for event in events(history):
        for op in event.on("wait"):
            limit = event.limit_ns(op)
            hung = limit is not None and limit <= _SHORT_NS and hangs(history, op)
            judged += op.ok or hung
            early = op.ok and op.result is False and (limit is None or op.elapsed_s * 1e9 < limit - GRAIN_NS)
            odd = op.ok and type(op.result) is not bool
            if not (early or odd or hung):
                continue
            allowed = "it has no timeout" if limit is None else f"its timeout was {limit / 1e6:g} ms"
            how = "never returned" if hung else f"returned {op.result!r}"
            after = "" if hung else f" after {op.elapsed_s * 1e3:.2f} ms"
            sets = [one for one in event.on("set", "clear") if one.ok and not op.precedes(one)]
            sets = [one for one in sets if not one.precedes(op)][:2]
            violations.append(
                Violation(
                    kind="timed-wait-hangs" if hung else "wait-gives-up-early" if early else "wrong-answer",
                    summary=f"{op.actor}'s {event.name}.wait() {how}{after}; {allowed}.",
                    story=" ".join(f"{teller.tell(one)}." for one in (op, *sets))
                    + f" {allowed.capitalize()}.",
                    witness=shown((op, *sets)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def only_if_set(history: History) -> Finding:
    """Check that a wait returns True only if the flag was set at an instant of it.

    Judges each wait that returned True.  Some order of all sets, clears, is_sets and these waits, that real
    time allows, must explain them.  Exact; with more than ten operations at one time only sound, and counted
    as ``judged_soundly``.
    """
    judged = 0
    violations = []
    measures = Counter[str]()
    teller = Teller(history)
    for event in events(history):
        waits = [op for op in event.on("wait") if op.ok and op.result is True]
        judged += len(waits)
        # What is_set answers is judged elsewhere: here it must not be taken for a fault of the waits.
        changes = event.on("set", "clear")
        found = inexplicable((*changes, *waits), lambda op: True if op.method == "wait" else None)
        measures.update(found.measures)
        wrong = found.wrong
        if wrong is None:
            continue
        before = [one for one in changes if one.ok and one.precedes(wrong)]
        latest = sorted(before, key=lambda one: one.returned_ns or 0)[-2:]
        violations.append(
            Violation(
                kind="woken-while-clear",
                summary=f"{wrong.actor}'s {event.name}.wait() returned True, and {event.name} was not set "
                "while it "
                "waited.",
                story=" ".join(f"{teller.tell(one)}." for one in (*latest, wrong)),
                witness=shown((*latest, wrong)),
            )
        )
    return Finding(judged=judged, violations=tuple(violations), measures=dict(measures))


def gives_up_rightly(history: History) -> Finding:
    """Check that a wait does not return False though the flag was set in time, or before, and stayed so.

    Judges each wait with a timeout during which the flag surely was set at least 2 ms before its time was
    over, and surely stayed set until it returned.  Sound.  O(waits x sets x clears).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for event in events(history):
        for op in event.on("wait"):
            limit = event.limit_ns(op)
            if not op.ok or limit is None or op.returned_ns is None:
                continue
            over_ns = op.invoked_ns + limit - GRAIN_NS
            if op.result is False and op.returned_ns < over_ns:
                over_ns = 0  # That it gave up too early is judged by `answers`.
            setting = [
                one
                for one in event.stays_set_from(op.returned_ns)
                if one.precedes(op) or (one.returned_ns or 0) < min(over_ns, op.returned_ns)
            ]
            judged += bool(setting)
            if setting and op.result is False:
                violations.append(
                    Violation(
                        kind="set-not-seen",
                        summary=f"{op.actor}'s {event.name}.wait() gave up although {event.name} was set in "
                        "time.",
                        story=f"{teller.tell(setting[0])}. {teller.tell(op)}. {event.name} was not cleared.",
                        witness=shown((setting[0], op)),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def woken(history: History) -> Finding:
    """Check that a set ends every wait.

    Judges each wait that began before a set that ended it, or that blocks, in a run that hung, although the
    flag was set and surely stayed so.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for event in events(history):
        sets = event.on("set")
        for op in event.on("wait"):
            judged += op.ok and op.result is True and any(_ends(one, op) for one in sets)
            setting = _set_for_good(event)
            if setting and hangs(history, op):
                judged += 1
                violations.append(
                    Violation(
                        kind="wait-not-woken",
                        summary=f"{op.actor}'s {event.name}.wait() waits for ever although {event.name} is "
                        "set.",
                        story=f"{teller.tell(op)}. {teller.tell(setting[-1])}, and no clear came after it.",
                        witness=shown((op, setting[-1])),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _ends(setting: Operation, wait: Operation) -> bool:
    end = wait.returned_ns
    return wait.invoked_ns < setting.invoked_ns and end is not None and setting.invoked_ns < end


def _set_for_good(event: Event) -> tuple[Operation, ...]:
    """Return the sets that nothing can have undone."""
    return event.stays_set_from(1 << 62)
