"""Faults: whom they struck, and what of a history they leave undefined.

What becomes of the objects that a killed process used, nobody promises; a call that fails for want of
descriptors or room has no effect.  The checkers of a family see a history without all of that, so that
they judge only what is promised; what remains true is the matter of checkers of their own.
"""

from collections.abc import Iterable, Iterator

import msgspec

from mpconform.checkers.once import once
from mpconform.values import History, Hold, Json, ObjectSpec, Operation, Scenario, Step

__all__ = (
    "crowded",
    "deadly_tasks",
    "interrupted",
    "lacking",
    "mortal",
    "spared",
    "strikes",
    "struck",
    "tasks_in",
    "used_by_mortals",
)

#: What a task does to its worker so that it ends.
_DEADLY = frozenset({"die"})


def mortal(scenario: Scenario) -> frozenset[str]:
    """Return the actors that a fault may end; main is only ever interrupted, in a call that raises then."""
    return frozenset(fault.actor for fault in scenario.faults if fault.lethal and fault.actor != "main")


def strikes(history: History) -> Iterator[Hold]:
    """Yield each time that a fault which may end a process struck one."""
    doomed = mortal(history.scenario)
    yield from (hold for hold in history.holds if hold.fault not in {"", "SIGSTOP"} and hold.actor in doomed)


def struck(strike: Hold) -> str:
    """Return where *strike* struck whom, in words."""
    where = (
        f"inside {strike.function} (line {strike.line})" if strike.function else f"at its step {strike.line}"
    )
    return f"{strike.actor} (process {strike.pid}) was struck by {strike.fault} {where}"


def lacking(history: History) -> tuple[Operation, ...]:
    """Return the operations in which a process lacked descriptors or room, if the shortage surely was there.

    A shortage begins before the call, and is over when it has returned.
    """
    steps = {(fault.actor, fault.step) for fault in history.scenario.faults if fault.shortage}
    told = {(hold.actor, hold.line) for hold in history.holds if not hold.function and hold.fault}
    if history.round:
        return ()
    return tuple(op for op in history.operations if (op.actor, op.step) in steps & told and op.step >= 0)


def crowded(history: History) -> tuple[Operation, ...]:
    """Return the operations of others that began while one process, which waited, kept /dev/shm full."""
    full = {(f.actor, f.step) for f in history.scenario.faults if f.signal == "ENOSPC"}
    waits = [op for op in lacking(history) if (op.actor, op.step) in full and op.method == "join"]
    return tuple(
        op
        for op in history.operations
        for wait in waits
        if op.actor != wait.actor and not op.precedes(wait) and not wait.precedes(op)
    )


def interrupted(history: History) -> tuple[Operation, ...]:
    """Return the operations of main during which it was sent SIGINT."""
    steps = {fault.step for fault in history.scenario.faults if fault.signal == "SIGINT"}
    told = {hold.line for hold in history.holds if hold.actor == "main" and hold.fault == "SIGINT"}
    if history.round:
        return ()
    return tuple(op for op in history.by("main") if op.step in steps & told)


def deadly_tasks(value: Json) -> bool:
    """Return whether *value*, an argument, holds a task that ends its worker."""
    if isinstance(value, dict):
        for tag, place in (("$task", 1), ("$tasks", 2)):
            if tag in value and len(value[tag]) > place:
                return bool(value[tag][place] in _DEADLY)
        return any(map(deadly_tasks, value.values()))
    return isinstance(value, list | tuple) and any(map(deadly_tasks, value))


def tasks_in(value: Json) -> Iterator[int]:
    """Yield the numbers of the tasks in *value*, an argument."""
    if isinstance(value, dict):
        for tag, content in value.items():
            if tag == "$task":
                yield content[0]
            elif tag == "$tasks":
                yield from range(content[0], content[0] + content[1])
            else:
                yield from tasks_in(content)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from tasks_in(inner)


def used_by_mortals(scenario: Scenario, doomed: Iterable[str]) -> frozenset[str]:
    """Return the names of all objects, and of their parts, that an actor of *doomed* uses.

    An object that is known by a name of ``$unique`` is used by all who mention that name.
    """
    names = _named(scenario.actors[name].steps for name in doomed if name in scenario.actors)
    found: set[str] = set()
    for name, spec in scenario.objects.items():
        own = {name, *spec.unpack}
        if own & names or _labels(spec) & names:
            found |= own | _labels(spec)
    return frozenset(found | {name for name in names if name.startswith("$unique ")})


def _named(taken: Iterable[Iterable[Step]]) -> set[str]:
    found: set[str] = set()
    for steps in taken:
        for step in steps:
            found |= {step.target, *_mentioned(step), *_labels(step)}
    return found


def _mentioned(written: Step | Operation) -> set[str]:
    """Return the names of objects and actors in the arguments of *written*."""
    return set(_names((*written.arguments, *written.keywords.values())))


def _names(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if "$object" in value:
            yield str(value["$object"])
        if "$attribute" in value:
            yield str(value["$attribute"][0])
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)


def _labels(written: Step | ObjectSpec | Operation) -> set[str]:
    """Return the labels of ``$unique`` in the arguments of *written*."""
    return {f"$unique {label}" for label in _uniques((*written.arguments, *written.keywords.values()))}


def _uniques(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if "$unique" in value:
            yield str(value["$unique"])
        for inner in value.values():
            yield from _uniques(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _uniques(inner)


@once
def spared(history: History) -> History:
    """Return *history* without what faults leave undefined; without faults, itself.

    It lacks actors that a fault may have ended, that were started in a shortage, or that did anything
    while somebody else kept /dev/shm full, the objects that they used, pools with a task that ended its
    worker, whatever came of any of these, and calls that failed in a shortage or were interrupted.
    O(operations).
    """
    scenario = history.scenario
    short = lacking(history)
    doomed = mortal(scenario) | {
        op.target for op in short if op.method == "start" and not op.raised("OSError")
    }
    doomed |= {op.actor for op in crowded(history)}
    lost = {id(op) for op in short if op.raised("OSError")}
    lost |= {id(op) for op in history.operations if any(_asks_again(op, one) for one in short)}
    lost |= {id(op) for op in interrupted(history) if op.raised("KeyboardInterrupt")}
    if not doomed and not lost and not any(deadly_tasks(op.arguments) for op in history.operations):
        return history
    undefined = {*doomed, *used_by_mortals(scenario, doomed)}
    kept = tuple(op for op in _defined(history, undefined) if id(op) not in lost)
    objects = {name: spec for name, spec in scenario.objects.items() if name not in undefined}
    actors = {name: actor for name, actor in scenario.actors.items() if name not in doomed}
    tasks = _tasks_of(history.operations) - _tasks_of(kept)
    return msgspec.structs.replace(
        history,
        scenario=msgspec.structs.replace(scenario, objects=objects, actors=actors),
        operations=kept,
        executions=tuple(e for e in history.executions if e.task not in tasks),
        actors={name: record for name, record in history.actors.items() if name not in doomed},
    )


def _tasks_of(operations: Iterable[Operation]) -> set[int]:
    return {n for op in operations for n in tasks_in((op.arguments, tuple(op.keywords.values())))}


def _asks_again(op: Operation, failed: Operation) -> bool:
    """Return whether *op* failed as *failed* had in a shortage, which is the matter of ``shortages``."""
    again = op.actor == failed.actor and op.method == failed.method and failed.precedes(op)
    lasting = again and failed.outcome == op.outcome == "raised"
    return (
        lasting and op.raised("OSError", "EOFError") and (op.method == "start" or op.target == failed.target)
    )


def _defined(history: History, undefined: set[str]) -> Iterator[Operation]:
    """Yield the operations that have nothing to do with what is *undefined*, or was made of it."""
    bound: dict[str, set[str]] = {name: _fatal_pools(history, name) for name in history.scenario.actors}
    for op in history.operations:
        step = _step_of(history, op)
        known = bound.setdefault(op.actor, set())
        about = {op.target, *_labels(op), *_mentioned(op)} - {"", "@"}
        gone = op.actor in undefined or bool(about & (undefined | known))
        gone = gone or (op.target == "@" and step is not None and step.bind in known)
        if step is not None and step.bind and gone:
            known.add(step.bind)
        if not gone:
            yield op


def _step_of(history: History, op: Operation) -> Step | None:
    actor = history.scenario.actors.get(op.actor)
    return actor.steps[op.step] if actor and 0 <= op.step < len(actor.steps) else None


def _fatal_pools(history: History, actor: str) -> set[str]:
    """Return the names under which *actor* gave tasks that end their worker to a pool."""
    steps = history.scenario.actors[actor].steps
    return {step.target for step in steps if deadly_tasks((step.arguments, tuple(step.keywords.values())))}
