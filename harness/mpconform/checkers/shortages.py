"""Shortages: what a call does for want of descriptors or room, and whether all is well afterwards."""

from collections.abc import Iterator

from mpconform.checkers.faults import lacking
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("shortages",)

_LACKED = {"EMFILE": "descriptors", "EFBIG": "room in files", "ENOSPC": "room in /dev/shm"}


def shortages(history: History) -> Finding:
    """Check that a call in a shortage works or raises OSError, and that the same call works afterwards.

    Judges calls of which another one of the same method had worked before, so that everything is
    imported; the uses of what was made then, none of which may raise if the same use of something else did
    not; and after one that raised OSError, the first call with the same arguments on the same target, or,
    after a start, that of another process.  A process that could not be started must never run.
    Sound.  O(operations).
    """
    teller, surprises = Teller(history), Surprises(history)
    judged, violations = 0, []
    for op in lacking(history):
        if op.open or not any(_alike(one, op) and one.ok and one.precedes(op) for one in history.operations):
            continue
        judged += 1
        lacked = _lacked(history, op)
        surprises.took(f"{op.method} without {lacked} {_outcome(op)}", op)
        if op.ok:
            for use in _uses(history, op):
                judged += 1
                if use.outcome == "raised":
                    what = f"raised {value(use.result)}: what was made then is not whole"
                    violations.append(_violation(teller, op, use, lacked, "half-made", what))
            continue
        if not op.raised("OSError"):
            what = f"raised {value(op.result)}, which is no OSError"
            violations.append(_violation(teller, op, op, lacked, "no-os-error", what))
            continue
        record = history.actors.get(op.target)
        if op.method == "start" and record is not None and record.pids:
            what = f"raised {value(op.result)}, but the process ran"
            violations.append(_violation(teller, op, op, lacked, "ran-all-the-same", what))
        for again in _again(history, op):
            judged += 1
            if again.outcome == "raised":
                what = f"raised {value(again.result)} although nothing was lacking any more"
                violations.append(_violation(teller, op, again, lacked, "lasting", what))
    return surprises.finding(judged, violations)


def _alike(one: Operation, op: Operation) -> bool:
    """Return whether *one* is a call of the same thing as *op*, a start that of any process."""
    same = one.target == op.target or op.method == "start"
    return one.actor == op.actor and one.method == op.method and same


def _uses(history: History, made: Operation) -> Iterator[Operation]:
    """Yield the ended calls on what *made* bound, and on its parts, that worked on something else too."""
    actor = history.scenario.actors[made.actor]
    names = {actor.steps[made.step].bind} - {""}
    for step in actor.steps[made.step + 1 :]:
        names |= {step.bind} - {""} if step.target in names else set()
    mine = history.by(made.actor)
    fine = {_call(op) for op in mine if op.ok and op.target not in {*names, "", "@"}}
    yield from (op for op in mine if op.target in names and not op.open and _call(op) in fine)


def _call(op: Operation) -> tuple[str, str]:
    return op.method, repr((op.arguments, op.keywords, op.timeout_s))


def _again(history: History, op: Operation) -> Iterator[Operation]:
    """Yield the first call that asks again, without a shortage, for what *op* could not do."""
    short = {id(one) for one in lacking(history)}
    for one in history.by(op.actor):
        if op.precedes(one) and id(one) not in short and not one.open and _alike(one, op):
            other = one.target != op.target
            equal = (one.arguments, one.keywords, one.target) == (op.arguments, op.keywords, op.target)
            if (op.method == "start" and other and _first(history, one)) or (op.method != "start" and equal):
                yield one
                return


def _first(history: History, start: Operation) -> bool:
    return not any(one.precedes(start) for one in history.on(start.target, "start"))


def _lacked(history: History, op: Operation) -> str:
    faults = (f for f in history.scenario.faults if (f.actor, f.step) == (op.actor, op.step) and f.shortage)
    return next((_LACKED[fault.signal] for fault in faults), "something")


def _outcome(op: Operation) -> str:
    return f"raised {op.result['type']}" if op.outcome == "raised" else "worked"


def _violation(
    teller: Teller, op: Operation, wrong: Operation, lacked: str, kind: str, what: str
) -> Violation:
    told = "" if wrong is op else f"{teller.tell(op)}. "
    when = "In want of" if wrong is op else "After a want of"
    return Violation(
        kind=f"shortage-{kind}",
        summary=f"{when} {lacked}, {teller.call(wrong)} {what}.",
        story=f"{told}{teller.tell(wrong)}.",
        witness=(op,) if wrong is op else (op, wrong),
    )
