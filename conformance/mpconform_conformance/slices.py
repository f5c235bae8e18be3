"""Slices: what is left of a scenario if only what a violation shows is kept, and what belongs to it.

A witness names the steps that prove the violation.  A race needs more than these, and a hang something
to end it; so there are larger slices too.  One that fails saves all the small cuts.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from mpconform.mentions import mentioned
from mpconform.values import History, Json, Operation, Scenario, Step, Violation
from mpconform_conformance.cuts import taken_away
from mpconform_conformance.strategies import undressed
from mpconform_conformance.ways import (
    DONE,
    GIVING,
    TAKING,
    Place,
    arrivals,
    messages,
    uses_of_all,
    ways,
)
from mpconform_conformance.without import TASKS, meets, without_actor, without_steps

__all__ = ("asked", "hastened", "past", "slices")

#: A question of a program, as it stands in what was answered.
_QUESTION = re.compile(r'"question": "([^"]+)"')
#: Who gives up in the end, may as well do so after so many seconds.
_SHORT_S = 0.1
#: A slice of more than this part of the steps is no great gain.
_LARGEST = 0.7

_WAITING = frozenset({"rendezvous", "await_done", "await_exit", "await_invoked"})
#: What is refused unless something else was called before.
_BEFORE = {"join_thread": "close", "release": "acquire", "__exit__": "__enter__"}
_POOL_ENDS = frozenset({"close", "join", "terminate", "__exit__"})


def slices(scenario: Scenario, witness: Iterable[Operation]) -> Iterator[Scenario]:
    """Yield slices of *scenario* around the steps of *witness*, the smallest first, none of them whole."""
    shown = {
        (op.actor, op.step)
        for op in witness
        if op.actor in scenario.actors and 0 <= op.step < len(scenario.actors[op.actor].steps)
    }
    if not shown:
        return
    objects = _names(scenario, shown)
    actors = {actor for actor, _ in shown}

    def on_objects(step: Step) -> bool:
        return not objects.isdisjoint({step.target, *mentioned(step)}) and step.target not in scenario.actors

    theirs = {place for place in _places(scenario, lambda *_: True) if place[0] in actors}
    used = {*_places(scenario, lambda _, step: on_objects(step))}
    found: dict[str, Scenario] = {}
    for places in (set(), theirs & used, used, theirs):
        for waits in (False, True):
            left = _kept(scenario, shown | places, waits=waits)
            if left.step_count <= _LARGEST * scenario.step_count:
                found.setdefault(repr(left), left)
    yield from sorted(found.values(), key=lambda left: left.step_count)


def past(history: History, violation: Violation) -> Scenario | None:
    """Return the scenario of *history* without the steps that came after *violation*; None if there are none.

    They cannot have brought it about.  Starts and joins of actors stay.
    """
    scenario = undressed(history.scenario)
    shown = [op for op in violation.witness if op.actor in scenario.actors]
    if not shown or any(op.open for op in shown):
        end_ns = math.inf
    else:
        end_ns = max(op.returned_ns or 0 for op in shown)
    begun: dict[str, int] = {}
    for op in history.operations:
        if op.invoked_ns <= end_ns:
            begun[op.actor] = max(op.step, begun.get(op.actor, -1))
    later = {
        place
        for place in _places(scenario, lambda *_: True)
        if place[1] > begun.get(place[0], -1) and not _ends(scenario, _step(scenario, place))
    }
    # Whoever comes to a meeting waits for all others.
    kept = {
        _step(scenario, place).arguments[0]
        for place in _places(scenario, lambda _, step: meets(step))
        if place not in later
    }
    gone = {
        place
        for place in later
        if not (meets(_step(scenario, place)) and _step(scenario, place).arguments[0] in kept)
    }
    return taken_away(scenario, gone) if gone else None


def asked(history: History, violation: Violation) -> Scenario | None:
    """Return the scenario of *history* with those programs alone, and of their questions, that are shown.

    Where no question is named, as when a program left something behind, the first may do.  None if it has no
    programs, or none to spare.
    """
    scenario = undressed(history.scenario)
    labels = {label for line in violation.observed for label in _QUESTION.findall(line)}
    shown = {(op.actor, op.step) for op in violation.witness}
    programs = {*_places(scenario, lambda _, step: _runs_program(step))}
    if not programs & shown:
        return None
    actors = dict(scenario.actors)
    for name, at in programs & shown:
        step = scenario.actors[name].steps[at]
        questions = step.arguments[0].get("questions", ())
        kept = [one for one in questions if any(f'"{label}"' in one for label in labels)]
        if kept := kept or questions[:1]:
            changed = msgspec.structs.replace(step, arguments=({**step.arguments[0], "questions": kept},))
            steps = actors[name].steps
            actors[name] = msgspec.structs.replace(
                actors[name], steps=(*steps[:at], changed, *steps[at + 1 :])
            )
    left = without_steps(msgspec.structs.replace(scenario, actors=actors), frozenset(programs - shown))
    return left if left != scenario else None


def hastened(history: History, _violation: Violation) -> Scenario | None:
    """Return the scenario of *history* in which those who waited out a timeout have a short one.

    None if nobody did: each run of it takes as long as they wait.
    """
    scenario = undressed(history.scenario)
    waited = {
        (op.actor, op.step)
        for op in history.operations
        if op.timeout_s is not None and not op.open and op.elapsed_s >= op.timeout_s > _SHORT_S
    }
    actors = {
        name: msgspec.structs.replace(
            actor,
            steps=tuple(
                msgspec.structs.replace(step, timeout_s=_SHORT_S)
                if (name, at) in waited and step.timeout_s is not None
                else step
                for at, step in enumerate(actor.steps)
            ),
        )
        for name, actor in scenario.actors.items()
    }
    left = msgspec.structs.replace(scenario, actors=actors)
    return left if left != scenario else None


def _runs_program(step: Step) -> bool:
    return not step.target and step.method == "program"


def _ends(scenario: Scenario, step: Step) -> bool:
    """Return whether *step* starts or ends what was begun: an actor, a pool, or tasks that wait for main."""
    if meets(step):
        return len(step.arguments[1]) == 1
    return step.target in scenario.actors or bool(step.target and step.method in _POOL_ENDS)


def _places(scenario: Scenario, choice: Callable[[str, Step], bool]) -> Iterator[Place]:
    for actor, spec in scenario.actors.items():
        for at, step in enumerate(spec.steps):
            if choice(actor, step):
                yield actor, at


def _names(scenario: Scenario, places: Iterable[Place]) -> set[str]:
    """Return the objects and bound names that the steps at *places* work on; all names of a pipe are one."""
    found = set()
    for actor, at in places:
        step = scenario.actors[actor].steps[at]
        found |= {step.target, step.bind, *mentioned(step)}
    for spec in scenario.objects.values():
        if not found.isdisjoint(spec.unpack):
            found.update(spec.unpack)
    return found - {"", "@", *scenario.actors}


def _kept(scenario: Scenario, places: set[Place], *, waits: bool) -> Scenario:
    """Return *scenario* with the steps at *places* and all that these need, and nothing else.

    With *waits*, those whose steps are kept wait for each other where they did.
    """
    kept = set(places)
    actors: set[str] = {"main"}
    while True:
        more = kept | {*_needed(scenario, kept)}
        if waits:
            own = {actor for actor, _ in more} - {"main"}
            more |= {place for place in _places(scenario, lambda _, step: _waits(step)) if place[0] in own}
        more_actors = actors | _actors_of(scenario, more)
        more |= {*_around(scenario, more_actors, more)}
        if (more, more_actors) == (kept, actors):
            break
        kept, actors = more, more_actors
    gone = frozenset(place for place in _places(scenario, lambda *_: True) if place not in kept)
    left = without_steps(scenario, gone)
    for name in scenario.actors:
        if name not in actors:
            left = without_actor(left, name)
    return left


def _needed(scenario: Scenario, kept: set[Place]) -> Iterator[Place]:
    """Yield the steps without which those that are *kept* would mean something else, or wait for ever."""
    for actor, at in kept:
        steps = scenario.actors[actor].steps
        step = steps[at]
        for name in {step.target, *mentioned(step)}:
            bound = [place for place, one in enumerate(steps[:at]) if _binds(one, name)]
            yield from ((actor, place) for place in bound[-1:])
        if step.target == "@" and step.bind:
            # What would be left of a pool is more than anybody wants to see.
            for place, one in enumerate(steps):
                if one.target == step.bind and one.method in _POOL_ENDS:
                    yield actor, place
        if meets(step):
            # Those who are kept for another reason; who is not, is not waited for.
            come = {name for name, _ in kept}
            yield from (place for place in _meeting(scenario, step.arguments[0]) if place[0] in come)
        for point in _points(list(step.arguments)):
            yield from _meeting(scenario, point)
        if earlier := _BEFORE.get(step.method):
            before = [
                n for n, one in enumerate(steps[:at]) if (one.target, one.method) == (step.target, earlier)
            ]
            yield from ((actor, place) for place in before[-1:])
        if not step.target:
            yield from _awaited(scenario, step)
        if step.method in {"acquire", "__enter__"}:
            after = enumerate(steps[at + 1 :], at + 1)
            ends = [
                n for n, one in after if one.target == step.target and one.method in {"release", "__exit__"}
            ]
            yield from ((actor, place) for place in ends[:1])
    yield from _counterparts(scenario, kept)


def _counterparts(scenario: Scenario, kept: set[Place]) -> Iterator[Place]:
    """Yield as many more steps that give as there are steps *kept* that take, and tasks done as joined.

    Of a listener, whoever comes is accepted, and whoever is accepted has come.
    """
    for way in ways(scenario):
        gives = uses_of_all(scenario, way.given, GIVING)
        takes, done = (uses_of_all(scenario, way.taken, methods) for methods in (TAKING, DONE))
        # Main may give only when all is over.
        gives.sort(key=lambda place: place[0] == "main")
        yield from _lacking(gives, _count(takes, kept), kept)
        if _count(uses_of_all(scenario, way.taken, frozenset({"join"})), kept):
            # A join waits until as many tasks are done as were put.
            for ends in (takes, done):
                yield from _lacking(ends, _count(gives, kept), kept)

    accepts, comes = arrivals(scenario)
    yield from _lacking(comes, _count(accepts, kept), kept)
    yield from _lacking(accepts, _count(comes, kept), kept)
    for sends, receives in messages(scenario):
        yield from _lacking(sends, _count(receives, kept), kept)


def _awaited(scenario: Scenario, step: Step) -> Iterator[Place]:
    """Yield the steps of others that *step* waits for, if it is a verb that waits for one."""
    if step.method == "await_invoked":
        name, place = step.arguments
        if place < len(scenario.actors[name].steps):
            yield name, place
    elif step.method == "await_told":
        label, name = step.arguments
        for place, one in enumerate(scenario.actors[name].steps):
            if (one.target, one.method) == ("", "tell") and one.arguments[0] == label:
                yield name, place


def _count(places: Iterable[Place], kept: set[Place]) -> int:
    return sum(place in kept for place in places)


def _lacking(places: Iterable[Place], wanted: int, kept: set[Place]) -> list[Place]:
    """Return the first of *places* that are not *kept* and would make them as many as are *wanted*."""
    others = [place for place in places if place not in kept]
    return others[: max(0, wanted - _count(places, kept))]


def _around(scenario: Scenario, actors: set[str], kept: set[Place]) -> Iterator[Place]:
    """Yield the start of each of *actors*, and a join: the last one, if none is *kept*."""
    for name in actors - {"main"}:
        about = [(place, _step(scenario, place)) for place in _places(scenario, lambda *_: True)]
        about = [(place, one) for place, one in about if one.target == name]
        joins = [place for place, one in about if _joins(one)]
        yield from [place for place, one in about if one.method == "start"][:1]
        if joins and not any(place in kept for place in joins):
            yield joins[-1]


def _actors_of(scenario: Scenario, places: set[Place]) -> set[str]:
    """Return the actors whose steps are at *places*, and those that the steps are about."""
    found = set()
    for actor, at in places:
        step = scenario.actors[actor].steps[at]
        found |= {actor, step.target, *mentioned(step)}
        if not step.target and step.method in _WAITING - {"rendezvous"}:
            first = step.arguments[0]
            found.update(first if isinstance(first, list) else [first])
    return found & scenario.actors.keys()


def _binds(step: Step, name: str) -> bool:
    """Return whether *step* gives something the name *name*."""
    return step.bind == name or any(
        isinstance(one, dict) and "$buffer" in one and one["$buffer"][0] == name for one in step.arguments
    )


def _waits(step: Step) -> bool:
    """Return whether *step* lets others come first."""
    return not step.target and step.method in {*_WAITING, "hold"}


def _step(scenario: Scenario, place: Place) -> Step:
    actor, at = place
    return scenario.actors[actor].steps[at]


def _meeting(scenario: Scenario, point: Json) -> Iterator[Place]:
    """Yield the steps in which actors meet at *point*."""
    return _places(scenario, lambda _, step: meets(step) and step.arguments[0] == point)


def _joins(step: Step) -> bool:
    return step.method == "join" and not step.arguments and step.timeout_s is None


def _points(value: Json) -> Iterator[Json]:
    """Yield the points that tasks in *value* wait for."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _points(one)
    elif isinstance(value, dict):
        for tag, content in value.items():
            if tag in TASKS and "wait_point" in content:
                yield content[content.index("wait_point") + 1]
            else:
                yield from _points(content)
