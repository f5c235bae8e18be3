"""Serial: a scenario in which main alone does what several actors did, in the order that was recorded.

Where nothing has to happen at one time, there is then no process to start, to wait for, and to read about.
"""

import contextlib
import math
from collections.abc import Iterator, Sequence

import msgspec

from mpconform.values import History, Json, Operation, Scenario, Step
from mpconform_conformance.strategies import undressed
from mpconform_conformance.unite import can_be_main, strikes_at_step, taken_over
from mpconform_conformance.ways import COMING, TAKING, Place
from mpconform_conformance.without import without_steps

__all__ = ("serial",)

#: Calls that may wait for others.
_WAITING = TAKING | {
    *("accept", "poll", "wait", "connection.wait", "wait_for", "acquire", "__enter__", "join", "drain"),
    *("rendezvous", "await_done", "await_exit", "await_invoked", "await_told"),
}
_KEYED = frozenset({"connection.Listener", "connection.Client"})
#: After everything that returned, and before what was never done.
_AT_ONCE = 2.0**80
#: In arguments, what names something that the actor has; and what begins with such a name.
_NAMES, _BEGINS_WITH_NAME = frozenset({"$object"}), frozenset({"$attribute", "$predicate"})


def serial(history: History) -> Iterator[Scenario]:
    """Yield the scenario of *history* in which main does what all others did, and then what one other did.

    What may wait for others is done when it had returned there, everything else when it was invoked: whoever
    took something, took it after it was given.  Of a hang, what never returned comes next: alone, before what
    was never done, and after it.
    """
    scenario = undressed(history.scenario)
    if "main" not in scenario.actors or strikes_at_step(scenario):
        return
    at_once, last = (_times(history, open_ns=open_ns) for open_ns in (_AT_ONCE, math.inf))
    orders = [(scenario, at_once), (scenario, last)]
    if history.ended == "hung":
        orders.insert(0, (_done(scenario, at_once), at_once))
    others = [name for name in scenario.actors if name != "main" and can_be_main(scenario, name)]
    found: list[Scenario] = []
    for names in ([others] if len(others) > 1 else []) + [[name] for name in others]:
        for whole, times in orders:
            with contextlib.suppress(KeyError):  # Somebody may wait for what is no step any more.
                left = _taken_over(whole, times, names)
                for one in (_without_keys(left), left):
                    if one not in found:
                        found.append(one)
                        yield one


def _times(history: History, *, open_ns: float) -> dict[Place, float]:
    """Return when main is to take each step that was taken, in ns; at *open_ns* what never returned."""

    def end(op: Operation) -> float:
        return open_ns if op.returned_ns is None else op.returned_ns

    times: dict[Place, float] = {}
    for op in history.operations:
        times[op.actor, op.step] = end(op) if op.method in _WAITING else op.invoked_ns
    # Who connects early may wait for room in the backlog: it does so when it came in, or is about to be met.
    accepts = sorted(end(op) for op in history.operations if op.target and op.method == "accept" and op.ok)
    comes = [op for op in history.operations if (op.target, op.method) in COMING]
    for op in sorted(comes, key=end):
        meets = next((time for time in accepts if op.invoked_ns < time < end(op)), None)
        times[op.actor, op.step] = end(op) if meets is None else meets - 1
        if meets is not None:
            accepts.remove(meets)
    return times


def _done(scenario: Scenario, times: dict[Place, float]) -> Scenario:
    """Return *scenario* without the steps that nobody came to; starts and joins stay.

    Those before them are where they were.
    """
    gone = frozenset(
        (name, at)
        for name, actor in scenario.actors.items()
        for at, step in enumerate(actor.steps)
        if (name, at) not in times and step.target not in scenario.actors
    )
    return without_steps(scenario, gone)


def _taken_over(scenario: Scenario, times: dict[Place, float], names: Sequence[str]) -> Scenario:
    """Return *scenario* in which main takes the steps of all *names*."""
    for name in names:
        scenario = _with_own_names(scenario, name)
        scenario, places = taken_over(scenario, name, _in_order(scenario, times, name))
        mains = {("main", at): times.get(place, math.inf) for at, place in enumerate(places)}
        times = {place: time for place, time in times.items() if place[0] not in {"main", name}} | mains
    return _told_once(scenario)


def _without_keys(scenario: Scenario) -> Scenario:
    """Return *scenario* in which nobody has a key: the two who show that they know one do so at one time."""
    actors = {
        name: msgspec.structs.replace(
            actor,
            steps=tuple(
                msgspec.structs.replace(
                    step, keywords={key: value for key, value in step.keywords.items() if key != "authkey"}
                )
                if step.method in _KEYED
                else step
                for step in actor.steps
            ),
        )
        for name, actor in scenario.actors.items()
    }
    return msgspec.structs.replace(scenario, actors=actors)


def _told_once(scenario: Scenario) -> Scenario:
    """Return *scenario* in which what main is told again keeps the name that it has: that can be cut."""
    main = scenario.actors["main"]
    told: set[tuple[str, Json]] = set()
    steps = []
    for step in main.steps:
        again = _is_told(step) and (step.bind, step.arguments[0]) in told
        told |= {(step.bind, step.arguments[0])} if _is_told(step) else set()
        steps.append(msgspec.structs.replace(step, bind="") if again else step)
    actors = {**scenario.actors, "main": msgspec.structs.replace(main, steps=tuple(steps))}
    return msgspec.structs.replace(scenario, actors=actors)


def _is_told(step: Step) -> bool:
    return not step.target and step.method == "await_told"


def _in_order(scenario: Scenario, times: dict[Place, float], name: str) -> list[Place]:
    """Return the steps of main and of actor *name* in the order of *times*, each one's in its own."""

    def due(place: Place) -> tuple[float, bool, bool]:
        # Of what was never done, first what does not wait, and then what waits for actors, who are main now.
        step = scenario.actors[place[0]].steps[place[1]]
        waits = step.method in _WAITING
        return times.get(place, math.inf), waits, waits and bool(step.target)

    main = [("main", n) for n, step in enumerate(scenario.actors["main"].steps) if step.target != name]
    own = [(name, n) for n in range(len(scenario.actors[name].steps))]
    order: list[Place] = []
    while main and own:
        first = main if due(main[0]) <= due(own[0]) else own
        order.append(first.pop(0))
    return order + main + own


def _with_own_names(scenario: Scenario, name: str) -> Scenario:
    """Return *scenario* in which actor *name* binds nothing under a name that main has bound.

    What is told is the same in both.
    """
    own = scenario.actors[name]
    bound = {step.bind for step in own.steps if not _is_told(step)}
    taken = {step.bind for actor in scenario.actors.values() for step in actor.steps} | {*scenario.objects}
    renamed: dict[str, str] = {}
    for old in sorted(bound & {step.bind for step in scenario.actors["main"].steps} - {""}):
        renamed[old] = next(new for n in range(1, len(taken) + 2) if (new := f"{old}{n}") not in taken)
        taken.add(renamed[old])
    steps = tuple(_with_names(step, renamed) for step in own.steps)
    actors = {**scenario.actors, name: msgspec.structs.replace(own, steps=steps)}
    return msgspec.structs.replace(scenario, actors=actors)


def _with_names(step: Step, renamed: dict[str, str]) -> Step:
    def of(value: Json) -> Json:
        if isinstance(value, dict):
            return {tag: named(tag, content) for tag, content in value.items()}
        return [of(one) for one in value] if isinstance(value, list | tuple) else value

    def named(tag: str, content: Json) -> Json:
        if tag in _NAMES:
            return renamed.get(content, content)
        if tag in _BEGINS_WITH_NAME:
            return [renamed.get(content[0], content[0]), *content[1:]]
        return of(content)

    return msgspec.structs.replace(
        step,
        target=renamed.get(step.target, step.target),
        bind=renamed.get(step.bind, step.bind),
        arguments=tuple(of(one) for one in step.arguments),
        keywords={key: of(one) for key, one in step.keywords.items()},
    )
