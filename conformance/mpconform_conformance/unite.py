"""Unite: a scenario in which one actor does what two did, one after the other."""

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec

from mpconform.mentions import mentioned
from mpconform.values import Actor, Json, Scenario, Step
from mpconform_conformance.tagged import with_changed
from mpconform_conformance.ways import Place
from mpconform_conformance.without import meets, without_steps

__all__ = ("can_be_main", "stood_in", "strikes_at_step", "taken_over", "united")

#: Verbs that mean the same whoever takes them.
_ANYBODYS = frozenset({"hold", "increment", "increment_index", "fill", "scan", "drain"})


#: What main can do in the place of another actor, though others wait for it by name.
_MAINS = _ANYBODYS | {
    *("rendezvous", "await_done", "await_exit", "await_invoked", "await_told", "tell", "wire", "wire_listen"),
    *("pid", "echo", "output", "emit", "publish", "collect"),
}
#: Verbs that name the actors they wait for, and where.
_NAMING = {"rendezvous": 1, "await_invoked": 0, "await_told": 1, "await_done": 0, "await_exit": 0}


def stood_in(scenario: Scenario) -> Iterator[Scenario]:
    """Yield *scenario* with one actor less: main stands in for it, between its own steps.

    What that actor does up to a meeting with main, main does before its own step there; the rest, before
    it joins anybody.  Whoever waited for that actor, waits for main: at a meeting, for a step, for what it
    tells; but not for its end, which main's is not.
    """
    if strikes_at_step(scenario) or "main" not in scenario.actors:
        return
    for name in scenario.actors:
        if name != "main" and can_be_main(scenario, name):
            order, left = _in_turn(scenario, name), None
            with contextlib.suppress(KeyError):  # Somebody may wait for what is no step any more.
                left = taken_over(scenario, name, order)[0] if order is not None else None
            if left is not None:
                yield left


def _in_turn(scenario: Scenario, name: str) -> list[Place] | None:
    """Return the steps of main and of actor *name* in the order in which main can take them all.

    None if there is no such order: they meet in another one, or use one name for two things.
    """
    main, own = scenario.actors["main"].steps, scenario.actors[name].steps
    met = [at for at, step in enumerate(own) if meets(step) and "main" in step.arguments[1]]
    theirs = [step for step in main if meets(step) and name in step.arguments[1]]
    if [own[at].arguments[0] for at in met] != [step.arguments[0] for step in theirs]:
        return None
    if {step.bind for step in main if step.bind} & {step.bind for step in own if step.bind}:
        return None
    order: list[Place] = []
    at = 0
    begun = False
    for n, step in enumerate(main):
        if step.target == name:
            begun = begun or step.method == "start"
            continue
        if step in theirs:
            order += ((name, k) for k in range(at, met[0]))
            at = met.pop(0) + 1
        elif begun and not met and step.target in scenario.actors and step.method == "join":
            order += ((name, k) for k in range(at, len(own)))
            at = len(own)
        order.append(("main", n))
    return [*order, *((name, k) for k in range(at, len(own)))]


def taken_over(scenario: Scenario, name: str, order: list[Place]) -> tuple[Scenario, list[Place]]:
    """Return *scenario* in which main takes the steps in *order*, its own and those of actor *name*.

    And where each step that main now takes came from: it does not meet itself.  Raises KeyError if somebody
    waits for a step that is none of them.
    """
    place = {step: at for at, step in enumerate(order)}
    main = scenario.actors["main"]
    first = 1 + max((n for step in main.steps for who, n in _items(step) if who == "main"), default=-1)
    steps = [
        _renamed(step, name, "main", first) if who == name else step
        for who, step in ((who, scenario.actors[who].steps[at]) for who, at in order)
    ]
    actors = {who: spec.steps for who, spec in scenario.actors.items() if who != name} | {"main": steps}
    left = {
        who: msgspec.structs.replace(
            scenario.actors[who], steps=tuple(_met(step, name, place) for step in taken)
        )
        for who, taken in actors.items()
    }
    alone = frozenset(
        ("main", at)
        for at, step in enumerate(left["main"].steps)
        if meets(step) and step.arguments[1] == ["main"] and step != steps[at]
    )
    kept = [place for at, place in enumerate(order) if ("main", at) not in alone]
    return without_steps(msgspec.structs.replace(scenario, actors=left), alone), kept


def strikes_at_step(scenario: Scenario) -> bool:
    """Return whether a fault strikes at a step, which would have another place when actors are united."""
    return any(fault.step is not None for fault in scenario.faults)


def can_be_main(scenario: Scenario, name: str) -> bool:
    """Return whether what actor *name* does means the same in main, and is not waited for by its end."""
    own = scenario.actors[name]
    if own.name is not None or own.daemon is not None or any(f.actor == name for f in scenario.faults):
        return False
    if any(step.target in scenario.actors for step in own.steps):
        return False
    if any(not step.target and step.method not in _MAINS for step in own.steps):
        return False
    for actor, spec in scenario.actors.items():
        for step in spec.steps:
            begun = actor == "main" and step.method in {"start", "join"} and not step.arguments
            awaited = not step.target and name in _awaited(step)
            ended = awaited and step.method not in {"rendezvous", "await_invoked", "await_told"}
            if (step.target == name and not begun) or name in mentioned(step) or ended:
                return False
    return True


def _met(step: Step, name: str, places: dict[Place, int]) -> Step:
    """Return *step*; if it waits for *name*, for main, whose steps are now at *places*."""
    place = _NAMING.get(step.method) if not step.target else None
    if place is None:
        return step
    arguments = list(step.arguments)
    named = arguments[place]
    if isinstance(named, list):
        arguments[place] = list(dict.fromkeys("main" if one == name else one for one in named))
    elif named in {name, "main"}:
        arguments[place] = "main"
        if step.method == "await_invoked":
            arguments[1] = places[named, arguments[1]]
    return msgspec.structs.replace(step, arguments=tuple(arguments))


def united(scenario: Scenario) -> Iterator[Scenario]:
    """Yield *scenario* with one actor less: main, or another actor, takes its steps as well.

    Main takes them where it would have started that actor, or where it would have joined it; another
    actor after its own.  Only what nobody waits for, but by its join, and what meets nobody, is united.
    """
    if strikes_at_step(scenario):
        return
    names = [name for name in scenario.actors if name != "main" and _is_free(scenario, name)]
    main = scenario.actors.get("main", Actor()).steps
    numbered = any(
        step.method == "await_invoked" for actor in scenario.actors.values() for step in actor.steps
    )
    if len(names) > 1:
        yield from _all_united(scenario, names, into_main=not numbered)
    for name in () if numbered else names:
        for place in ("join", "start"):
            yield _with(scenario, name, "main", _place(main, name, place))
    for index, name in enumerate(names):
        for other in names[:index]:
            yield _with(scenario, name, other, len(scenario.actors[other].steps))


def _all_united(scenario: Scenario, names: list[str], *, into_main: bool) -> Iterator[Scenario]:
    """Yield *scenario* with all free actors in main, and with one of each kind only."""
    for place in ("join", "start") if into_main else ():
        left = scenario
        for name in names:
            left = _with(left, name, "main", _place(left.actors["main"].steps, name, place))
        yield left
    kinds: dict[frozenset[tuple[str, str]], str] = {}
    left = scenario
    for name in names:
        kind = frozenset((step.target, step.method) for step in scenario.actors[name].steps)
        if (first := kinds.setdefault(kind, name)) != name:
            left = _with(left, name, first, len(left.actors[first].steps))
    if left != scenario:
        yield left


def _place(main: tuple[Step, ...], name: str, method: str) -> int:
    """Return where *main* starts or joins actor *name*; the end if it never does."""
    return max((at for at, s in enumerate(main) if (s.target, s.method) == (name, method)), default=len(main))


def _is_free(scenario: Scenario, name: str) -> bool:
    """Return whether the steps of actor *name* would mean the same in another one."""
    own = scenario.actors[name]
    if own.name is not None or own.daemon is not None or any(f.actor == name for f in scenario.faults):
        return False
    if any(step.bind or step.target in {"@", *scenario.actors} for step in own.steps):
        return False
    if any(not step.target and step.method not in _ANYBODYS for step in own.steps):
        return False
    for actor, spec in scenario.actors.items():
        for step in spec.steps:
            begun = actor == "main" and step.method in {"start", "join"} and not step.arguments
            if (step.target == name and not begun) or name in mentioned(step):
                return False
            if not step.target and name in _awaited(step):
                return False
    return True


def _awaited(step: Step) -> set[str]:
    """Return the names that stand as they are in the arguments of a verb."""
    listed = [one for argument in step.arguments if isinstance(argument, list) for one in argument]
    return {one for one in (*step.arguments, *listed) if isinstance(one, str)}


def _with(scenario: Scenario, name: str, into: str, at: int) -> Scenario:
    """Return *scenario* in which actor *into* takes the steps of actor *name* before its step *at*."""
    others = scenario.actors[into].steps
    first = 1 + max((n for step in others for who, n in _items(step) if who == into), default=-1)
    moved = [_renamed(step, name, into, first) for step in scenario.actors[name].steps]
    taken = (*others[:at], *moved, *others[at:])
    actors = {one: spec for one, spec in scenario.actors.items() if one != name}
    actors[into] = msgspec.structs.replace(actors[into], steps=taken)
    main = actors["main"]
    left = tuple(step for step in main.steps if step.target != name)
    actors["main"] = msgspec.structs.replace(main, steps=left)
    return msgspec.structs.replace(scenario, actors=actors)


def _items(value: Any) -> Iterator[tuple[str, int]]:
    """Yield the producers and numbers of the items in *value*."""
    if isinstance(value, Step):
        yield from _items([*value.arguments, *value.keywords.values()])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _items(one)
    elif isinstance(value, dict):
        if "$item" in value:
            yield value["$item"][0], value["$item"][1]
        else:
            yield from _items(list(value.values()))


def _renamed(step: Step, name: str, into: str, first: int) -> Step:
    """Return *step* with the items of *name* as items of *into*, numbered from *first*."""

    def of(value: dict[str, Any]) -> Json:
        if "$item" in value and value["$item"][0] == name:
            _, n, size = value["$item"]
            return {"$item": [into, first + n, size]}
        return value

    return with_changed(step, of)
