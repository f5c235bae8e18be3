"""Untold: a scenario in which who connects knows where, and need not be told."""

from collections.abc import Iterator

import msgspec

from mpconform.values import Json, Scenario, Step
from mpconform_conformance.tagged import with_changed
from mpconform_conformance.ways import Place
from mpconform_conformance.without import without_steps

__all__ = ("untold",)


def untold(scenario: Scenario) -> Iterator[Scenario]:
    """Yield *scenario* without telling where one listener is.

    Its own actor asks it; the others go to the path at which it was made, when it stands there.
    """
    for name, actor in scenario.actors.items():
        for at, step in enumerate(actor.steps):
            if not step.target and step.method == "tell":
                left = _without(scenario, (name, at), step)
                if left is not None:
                    yield left


def _without(scenario: Scenario, tell: Place, told: Step) -> Scenario | None:
    """Return *scenario* without *told*, which stands at *tell*; None if there is no other way to know it."""
    teller, at = tell
    label, value = told.arguments
    waits = [
        (name, n, step)
        for name, actor in scenario.actors.items()
        for n, step in enumerate(actor.steps)
        if not step.target and step.method == "await_told" and step.arguments[0] == label
    ]
    made = _listener(scenario.actors[teller].steps[:at], value)
    if made is None or not waits or any(not step.bind or step.arguments[1] != teller for *_, step in waits):
        return None
    place, listener = made
    path = listener.arguments[0] if listener.arguments else None
    alone = all(name == teller and n > at for name, n, _ in waits)
    if not (alone or (isinstance(path, dict) and "$socket" in path)):
        return None
    actors = {name: [*actor.steps] for name, actor in scenario.actors.items()}
    for name, n, wait in waits:
        known = value if name == teller else path
        actors[name] = [_with(step, wait.bind, known) for step in actors[name]]
        actors[name][n] = Step(method="await_invoked", arguments=(teller, place + 1))
    changed = {
        name: msgspec.structs.replace(scenario.actors[name], steps=tuple(steps))
        for name, steps in actors.items()
    }
    gone = {tell, *((name, n) for name, n, _ in waits if name == teller)}
    return without_steps(msgspec.structs.replace(scenario, actors=changed), frozenset(gone))


def _listener(steps: tuple[Step, ...], value: Json) -> tuple[int, Step] | None:
    """Return the step of *steps* that made the listener whose address is *value*, and its place."""
    match value:
        case {"$attribute": [str(name), "address"]}:
            made = [(at, step) for at, step in enumerate(steps) if step.bind == name]
            if len(made) == 1 and made[0][1].method == "connection.Listener":
                return made[0]
    return None


def _with(step: Step, name: str, known: Json) -> Step:
    """Return *step* with what is *known* in the place of *name*."""
    named = {"$object": name}
    return with_changed(step, lambda value: known if value == named else value)
