"""What a killed process does to shared memory, and what a shortage does."""

from collections.abc import Iterator

from mpconform.checkers.faults import crowded, strikes, struck
from mpconform.checkers.full_memory import made_when_full
from mpconform.checkers.pipe_model import references
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.shortages import shortages
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.payload import digest_of
from mpconform.values import Finding, History, Hold, Json, ObjectSpec, Operation, Step, Violation

__all__ = ("block_stays", "lock_answers", "made_in_need", "others_survive", "whole")

_VALUES = frozenset({"Value", "RawValue"})
_MEMORY = "shared_memory.SharedMemory"


def whole(history: History) -> Finding:
    """Check that a read of a Value, after a process was killed that wrote to it, returns what somebody wrote.

    Judges reads by others, begun after the kill, of Values that the dead process used and that are only read
    and assigned to: each returns the first contents, or what an assignment begun before wrote.
    Sound.  O(operations).
    """
    teller = Teller(history)
    judged, violations, surprises = 0, [], Surprises(history)
    for strike, name, spec in _used(history):
        writes = history.on(name, ".value=")
        if spec.factory not in _VALUES or len(spec.arguments) != 2 or _otherwise_used(history, name):
            continue
        for read in history.on(name, ".value"):
            if read.invoked_ns < strike.began_ns or read.actor == strike.actor or read.open:
                continue
            if not read.ok:
                surprises.took(f"read after a kill raised {read.result['type']}", read)
                continue
            judged += 1
            legal = [spec.arguments[1], *(op.arguments[0] for op in writes if not read.precedes(op))]
            if read.result not in legal:
                what = f"returned {value(read.result)}, which nobody wrote"
                violations.append(_violation(teller, strike, read, "torn-value", what))
    return surprises.finding(judged, violations)


def lock_answers(history: History) -> Finding:
    """Check that acquire with a timeout, of the lock of a Value whose user was killed, answers.

    Judges such calls by others, begun after the kill, that ended: True or False, and no exception.
    Notes which.  Sound.  O(operations).
    """
    teller = Teller(history)
    judged, violations, surprises = 0, [], Surprises(history)
    for strike, name, _ in _used(history):
        for actor in history.scenario.actors:
            for bound in _bound(history, actor, name, "get_lock") if actor != strike.actor else ():
                for op in history.on(bound, "acquire"):
                    late = op.actor == actor and op.invoked_ns > strike.began_ns and not op.open
                    if not late or op.timeout_s is None:
                        continue
                    judged += 1
                    told = (
                        f"raised {op.result['type']}" if op.outcome == "raised" else f"returned {op.result}"
                    )
                    surprises.took(f"acquire after a kill {told}", op)
                    if not op.ok or not isinstance(op.result, bool):
                        violations.append(_violation(teller, strike, op, "lock-without-answer", told))
    return surprises.finding(judged, violations)


def others_survive(history: History) -> Finding:
    """Check that a process that is killed while it uses one Value leaves the others usable.

    Judges operations on Values that the dead process never used: of those begun after the kill none
    raises, and none blocks a live process in a run that hung.  Sound.  O(operations).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for strike in strikes(history):
        used = {name for one, name, _ in _used(history) if one is strike}
        for name, spec in history.scenario.objects.items():
            if spec.factory not in _VALUES or name in used:
                continue
            for op in history.on(name):
                blocks = blocked(history, op)
                if op.step < 0 or (op.invoked_ns < strike.began_ns and not blocks):
                    continue
                judged += blocks or not op.open
                if blocks or op.outcome == "raised":
                    what = "blocked for ever" if blocks else f"raised {value(op.result)}"
                    violations.append(_violation(teller, strike, op, "other-value", what))
    return Finding(judged=judged, violations=tuple(violations))


def block_stays(history: History) -> Finding:
    """Check that a block stays, with its bytes, when a process that was attached to it is killed.

    Judges main's attachments, and its reads of the slice that it alone had written before, that began
    after the kill of a process attached by name, and before any unlink.  Sound.  O(operations).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for strike, name, spec in _used(history):
        label = spec.keywords.get("name")
        if spec.factory != _MEMORY or not _attached(history, strike.actor, label):
            continue
        unlinks = [op.invoked_ns for op in history.operations if op.method == "unlink"]
        end_ns = min(unlinks, default=1 << 62)
        for op, written in _looks(history, name, label):
            if op.invoked_ns <= strike.began_ns or op.open or (op.returned_ns or 0) >= end_ns:
                continue
            judged += 1
            due = None if written is None else {"$digest": list(digest_of(*written))}
            if op.outcome == "raised":
                what = f"raised {value(op.result)}, although nobody had unlinked the block"
                violations.append(_violation(teller, strike, op, "block-gone", what))
            elif due is not None and op.result != due:
                what = f"returned {value(op.result)}, not the {value(due)} that stood there"
                violations.append(_violation(teller, strike, op, "bytes-changed", what))
    return Finding(judged=judged, violations=tuple(violations))


def made_in_need(history: History) -> Finding:
    """Check that what lacks descriptors or room is made, or refused and leaves nothing; see ``shortages``.

    What is made while somebody else keeps /dev/shm full, is the matter of ``full_memory``.
    """
    return made_when_full(history) if crowded(history) else shortages(history)


def _used(history: History) -> Iterator[tuple[Hold, str, ObjectSpec]]:
    """Yield each strike with an object that its victim used: by a name, or by that of a block."""
    for strike in strikes(history):
        steps = history.scenario.actors[strike.actor].steps
        for name, spec in history.scenario.objects.items():
            label = spec.keywords.get("name")
            if any(_mentions(step, name) for step in steps) or _attached(history, strike.actor, label):
                yield strike, name, spec


def _mentions(step: Step, name: str) -> bool:
    return step.target == name or name in references([*step.arguments, *step.keywords.values()])


def _attached(history: History, actor: str, label: Json) -> bool:
    """Return whether *actor* surely attached to the block that is called *label*."""
    made = (op for op in history.on("@", _MEMORY) if op.actor == actor and op.ok)
    return label is not None and any(label in (*op.arguments, op.keywords.get("name")) for op in made)


def _otherwise_used(history: History, name: str) -> bool:
    """Return whether something else than reads and assignments may write to Value *name*."""
    for actor in history.scenario.actors.values():
        for step in actor.steps:
            if name in references([*step.arguments, *step.keywords.values()]):
                return True
            if step.target == name and step.method not in {".value", ".value=", "get_lock"}:
                return True
    return False


def _bound(history: History, actor: str, target: str, *methods: str) -> list[str]:
    """Return the names to which *actor* bound, once, what *methods* of *target* returned."""
    steps = history.scenario.actors[actor].steps
    binds = [step.bind for step in steps if step.bind]
    found = [step.bind for step in steps if step.target == target and step.method in methods and step.bind]
    return [name for name in found if binds.count(name) == 1 and name not in history.scenario.objects]


def _looks(history: History, name: str, label: Json) -> Iterator[tuple[Operation, tuple[int, int] | None]]:
    """Yield main's attachments, and its reads of what it had written, with seed and size of that."""
    objects = {name}
    for step in history.scenario.actors["main"].steps:
        if step.target == "@" and step.bind and label in (*step.arguments, step.keywords.get("name")):
            objects.add(step.bind)
    views = {view for one in objects for view in _bound(history, "main", one, ".buf")}
    writes = [op for view in views for op in history.on(view, "__setitem__")]
    plain = len(writes) == 1 and writes[0].ok and _seeded(writes[0].arguments[1])
    others = [op for op in history.operations if op.target in objects | views and op.actor != "main"]
    for op in history.by("main"):
        if op.target == "@" and op.method == _MEMORY and label in (*op.arguments, op.keywords.get("name")):
            if not op.keywords.get("create"):
                yield op, None
        elif op.target in views and op.method == "__getitem__" and plain and not others:
            write = writes[0]
            if write.precedes(op) and op.arguments == write.arguments[:1]:
                yield op, tuple(write.arguments[1]["$bytes"])


def _seeded(argument: Json) -> bool:
    return isinstance(argument, dict) and "$bytes" in argument


def _violation(teller: Teller, strike: Hold, op: Operation, kind: str, what: str) -> Violation:
    return Violation(
        kind=f"kill-{kind}",
        summary=f"After {strike.actor} was killed, {teller.call(op)} {what}.",
        story=f"{struck(strike)} at {teller.at(strike.began_ns)}. {teller.tell(op)}.",
        witness=(op,),
        observed=(struck(strike),),
    )
