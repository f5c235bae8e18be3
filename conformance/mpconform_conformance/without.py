"""What is left of a scenario without an actor, a meeting, or some steps, and what goes with them."""

import msgspec

from mpconform.mentions import mentioned
from mpconform.values import Actor, Fault, Json, Scenario, Step

__all__ = ("TASKS", "Gone", "meets", "without_actor", "without_party", "without_point", "without_steps")

#: Verbs that name actors in a list, which is their last argument.
_MEETINGS = frozenset({"rendezvous", "await_done", "await_exit"})

#: Verbs whose first argument is an actor.
_OF_ONE = frozenset({"await_invoked", "launch", "reap"})

#: What stands for the arguments of tasks, and ends with what they do.
TASKS = frozenset({"$task", "$tasks"})

#: Steps that are cut: actors, and places among their steps.
Gone = frozenset[tuple[str, int]]


def meets(step: Step) -> bool:
    """Return whether *step* is a rendezvous."""
    return not step.target and step.method == "rendezvous"


def without_point(scenario: Scenario, point: Json) -> Scenario:
    """Return *scenario* without the meeting at *point*; tasks that wait for it do not."""
    scenario = _without_wait(scenario, point)
    gone = frozenset(
        (name, at)
        for name, actor in scenario.actors.items()
        for at, step in enumerate(actor.steps)
        if meets(step) and step.arguments[0] == point
    )
    return without_steps(scenario, gone)


def without_party(scenario: Scenario, point: Json, name: str) -> Scenario:
    """Return *scenario* in which actor *name* does not come to the meeting at *point*, nor is waited for."""
    actors = {
        who: msgspec.structs.replace(
            actor,
            steps=tuple(
                _unmet(step, name) if meets(step) and step.arguments[0] == point and who != name else step
                for step in actor.steps
            ),
        )
        for who, actor in scenario.actors.items()
    }
    gone = frozenset(
        (name, at) for at, step in enumerate(actors[name].steps) if meets(step) and step.arguments[0] == point
    )
    return without_steps(msgspec.structs.replace(scenario, actors=actors), gone)


def _without_wait(scenario: Scenario, point: Json) -> Scenario:
    """Return *scenario* with tasks that square in the place of those that wait for *point*."""
    actors = {}
    for name, actor in scenario.actors.items():
        steps = (
            msgspec.structs.replace(step, arguments=tuple(_squaring(one, point) for one in step.arguments))
            for step in actor.steps
        )
        actors[name] = msgspec.structs.replace(actor, steps=tuple(steps))
    return msgspec.structs.replace(scenario, actors=actors)


def _squaring(value: Json, point: Json) -> Json:
    if isinstance(value, list):
        return [_squaring(one, point) for one in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for tag, content in value.items():
        if tag in TASKS and content[-2:] == ["wait_point", point]:
            changed[tag] = [*content[:-2], "square"]
        else:
            changed[tag] = _squaring(content, point)
    return changed


def without_actor(scenario: Scenario, name: str) -> Scenario:
    """Return *scenario* without actor *name*, and without everything that is done to it."""
    actors = {}
    gone = set()
    for other, actor in scenario.actors.items():
        if other == name:
            continue
        steps = [_unmet(step, name) for step in actor.steps]
        actors[other] = msgspec.structs.replace(actor, steps=tuple(steps))
        for at, (before, step) in enumerate(zip(actor.steps, steps, strict=True)):
            alone = before != step and len(step.arguments[-1]) < (2 if meets(step) else 1)
            if step.target == name or name in mentioned(step) or alone:
                gone.add((other, at))
            place = 1 if step.method == "await_told" else 0 if step.method in _OF_ONE else None
            if not step.target and place is not None and step.arguments[place] == name:
                gone.add((other, at))
    faults = tuple(fault for fault in scenario.faults if fault.actor != name) or ()
    left = msgspec.structs.replace(scenario, actors=actors, faults=faults)
    return without_steps(left, frozenset(gone))


def _unmet(step: Step, name: str) -> Step:
    """Return *step* without *name* among those whom it waits for."""
    if step.target or step.method not in _MEETINGS or name not in step.arguments[-1]:
        return step
    others = [one for one in step.arguments[-1] if one != name]
    return msgspec.structs.replace(step, arguments=(*step.arguments[:-1], others))


def without_steps(scenario: Scenario, gone: Gone) -> Scenario:
    """Return *scenario* without the steps in *gone*, those that need what they bound, and idle objects."""
    all_gone = {name: _with_dependents(actor, name, gone) for name, actor in scenario.actors.items()}
    actors = {
        name: msgspec.structs.replace(
            actor,
            steps=tuple(
                _renumbered(step, all_gone) for at, step in enumerate(actor.steps) if at not in all_gone[name]
            ),
        )
        for name, actor in scenario.actors.items()
    }
    faults = tuple(
        _struck_later(fault, all_gone) for fault in scenario.faults if not _misses(fault, all_gone)
    )
    return _without_idle_objects(msgspec.structs.replace(scenario, actors=actors, faults=faults or ()))


def _misses(fault: Fault, gone: dict[str, set[int]]) -> bool:
    """Return whether the step at which *fault* strikes is gone."""
    return fault.step is not None and fault.step in gone.get(fault.actor, ())


def _struck_later(fault: Fault, gone: dict[str, set[int]]) -> Fault:
    """Return *fault*; if it strikes at a step, at the place that the step has now."""
    if fault.step is None:
        return fault
    before = sum(at < fault.step for at in gone.get(fault.actor, ()))
    return msgspec.structs.replace(fault, step=fault.step - before) if before else fault


def _with_dependents(actor: Actor, name: str, gone: Gone) -> set[int]:
    found = set()
    unbound: set[str] = set()
    for at, step in enumerate(actor.steps):
        if (name, at) in gone or step.target in unbound or unbound & mentioned(step):
            found.add(at)
            if step.bind:
                unbound.add(step.bind)
        elif step.bind:
            unbound.discard(step.bind)
    return found


def _renumbered(step: Step, gone: dict[str, set[int]]) -> Step:
    """Return *step*; if it waits for a step of an actor, for the one that is at its place now."""
    if step.target or step.method != "await_invoked":
        return step
    name, awaited = step.arguments
    before = sum(at < awaited for at in gone.get(name, ()))
    return msgspec.structs.replace(step, arguments=(name, awaited - before))


def _without_idle_objects(scenario: Scenario) -> Scenario:
    used = {name for actor in scenario.actors.values() for step in actor.steps for name in mentioned(step)}
    used |= {step.target for actor in scenario.actors.values() for step in actor.steps}
    objects = dict(scenario.objects)
    for name, spec in reversed(scenario.objects.items()):
        if used.isdisjoint(spec.unpack or (name,)):
            del objects[name]
        else:
            used |= mentioned(spec)
    return msgspec.structs.replace(scenario, objects=objects)
