"""Prune: a scenario with actors, meetings and steps cut out, whatever its theme would draw.

Shrinking by the theme's strategy keeps what every scenario of the theme has, and much of that has
nothing to do with the violation at hand.  What is cut may leave a scenario that no right
implementation would finish; so a cut counts only if the run still ends by itself, and the
violation is one of what happened, never of what did not go on.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

import msgspec

from mpconform.mentions import mentioned
from mpconform.values import Actor, Json, Scenario, Step

__all__ = ("cuts", "pruned", "without_actor", "without_point", "without_steps")

#: Verbs that name actors in a list, which is their last argument.
_MEETINGS = frozenset({"rendezvous", "await_done", "await_exit"})

#: Verbs whose first argument is an actor.
_OF_ONE = frozenset({"await_invoked", "launch", "reap"})

#: What gives something to whoever takes it at the other end.
_GIVING = frozenset({"put", "put_nowait", "send", "send_bytes"})
_TAKING = frozenset({"get", "get_nowait", "recv", "recv_bytes", "recv_bytes_into"})

Gone = frozenset[tuple[str, int]]


def pruned(scenario: Scenario, fails: Callable[[Scenario], bool], over: Callable[[], bool]) -> Scenario:
    """Return *scenario* with everything cut out without which it still *fails*, until it is *over*.

    Greedy: each cut that holds is the ground for the next; ends when none holds any more.
    """
    best = scenario
    again = True
    while again and not over():
        again = False
        tried: set[bytes] = set()
        place = 0
        while not over():
            candidates = list(cuts(best))
            if place >= len(candidates):
                break
            candidate = candidates[place]
            key = msgspec.json.encode(candidate)
            if key not in tried and fails(candidate):
                best = candidate
                again = True
            else:
                place += 1
            tried.add(key)
    return best


def cuts(scenario: Scenario) -> Iterator[Scenario]:
    """Yield what is left of *scenario* after one cut: of an actor, a meeting, half of the steps, a step."""
    for name in scenario.actors:
        if name != "main":
            yield _balanced(without_actor(scenario, name), scenario)
    points = {step.arguments[0] for actor in scenario.actors.values() for step in actor.steps if _meets(step)}
    for point in sorted(points):
        yield without_point(scenario, point)
    for gone in _exchanges(scenario):
        yield without_steps(scenario, gone)
    taken, needed = _given(scenario)
    for name, actor in scenario.actors.items():
        steps = [(name, at) for at, step in enumerate(actor.steps) if not _begins_or_ends(scenario, step)]
        free = [step for step in steps if step not in taken]
        if len(free) > 3:
            halves = (free[len(free) // 2 :], free[: len(free) // 2])
            yield from (without_steps(scenario, frozenset(half)) for half in halves)
        yield from (
            without_steps(scenario, frozenset({step})) for step in reversed(steps) if step not in needed
        )


def _given(scenario: Scenario) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """Return the steps that give what others take, and those of them that no taker could do without."""
    taken: set[tuple[str, int]] = set()
    needed: set[tuple[str, int]] = set()
    for name, spec in scenario.objects.items():
        own = spec.unpack or (name,)
        gives, takes = (_flat(_uses_of(scenario, own, methods)) for methods in (_GIVING, _TAKING))
        if takes:
            taken.update(gives)
        if len(takes) >= len(gives):
            needed.update(gives)
    return taken, needed


def _balanced(left: Scenario, before: Scenario) -> Scenario:
    """Return *left*, which lacks an actor of *before*, without the last takes of what that one gave."""
    gone: set[tuple[str, int]] = set()
    for name, spec in before.objects.items():
        own = spec.unpack or (name,)
        gave, gives = (len(_flat(_uses_of(one, own, _GIVING))) for one in (before, left))
        takes = _flat(_uses_of(left, own, _TAKING))
        surplus = max(0, min(gave - gives, len(takes) - gives))
        gone.update(takes[len(takes) - surplus :])
    return without_steps(left, frozenset(gone)) if gone else left


def _flat(uses: dict[str, list[tuple[str, int]]]) -> list[tuple[str, int]]:
    return [step for steps in uses.values() for step in steps]


def _exchanges(scenario: Scenario) -> Iterator[Gone]:
    """Yield what two actors give each other through one object: half of it, then one thing after the other.

    Without its counterpart, either would leave an actor waiting.
    """
    for name, spec in scenario.objects.items():
        own = spec.unpack or (name,)
        gives, takes = _uses_of(scenario, own, _GIVING), _uses_of(scenario, own, _TAKING)
        for given in gives.values():
            for taken in takes.values():
                pairs = list(zip(given, taken, strict=False))
                half = len(pairs) // 2
                for some in (pairs[half:], pairs[:half]):
                    if len(some) > 1:
                        yield frozenset(step for pair in some for step in pair)
                yield from (frozenset(pair) for pair in reversed(pairs))


def _uses_of(
    scenario: Scenario, own: tuple[str, ...], methods: AbstractSet[str]
) -> dict[str, list[tuple[str, int]]]:
    """Return, by actor, its steps on *own* that are of *methods*."""
    found: dict[str, list[tuple[str, int]]] = {}
    for actor, described in scenario.actors.items():
        for at, step in enumerate(described.steps):
            if step.target in own and step.method in methods:
                found.setdefault(actor, []).append((actor, at))
    return found


def _begins_or_ends(scenario: Scenario, step: Step) -> bool:
    """Return whether *step* starts or joins an actor, with which alone it goes."""
    return step.target in scenario.actors and step.method in {"start", "join"}


def _meets(step: Step) -> bool:
    return not step.target and step.method == "rendezvous"


def without_point(scenario: Scenario, point: Json) -> Scenario:
    """Return *scenario* without the meeting at *point*."""
    gone = frozenset(
        (name, at)
        for name, actor in scenario.actors.items()
        for at, step in enumerate(actor.steps)
        if _meets(step) and step.arguments[0] == point
    )
    return without_steps(scenario, gone)


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
            alone = before != step and len(step.arguments[-1]) < (2 if _meets(step) else 1)
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
    return _without_idle_objects(msgspec.structs.replace(scenario, actors=actors))


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
