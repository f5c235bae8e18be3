"""Needs: what some steps of a scenario need besides, so that they mean the same alone, and come to an end.

Who is left has to be started and joined; what is taken has to be given; what is used has to be made, opened
and found.
"""

from collections.abc import Callable, Iterable, Iterator

from mpconform.mentions import mentioned
from mpconform.values import Json, Scenario, Step
from mpconform_conformance.ways import DONE, GIVING, TAKING, Place, arrivals, messages, uses_of_all, ways
from mpconform_conformance.without import TASKS, meets, without_actor, without_steps

__all__ = ("POOL_ENDS", "kept_with_needs", "places_of", "step_at")

#: The verbs by which an actor waits for others.
_WAITING = frozenset({"rendezvous", "await_done", "await_exit", "await_invoked"})
#: What is refused unless something else was called before.
_BEFORE = {"join_thread": "close", "release": "acquire", "__exit__": "__enter__"}
#: What a pool ends with.
POOL_ENDS = frozenset({"close", "join", "terminate", "__exit__"})
#: What makes a manager ready for use.
_OPENING = frozenset({"start", "connect", "__enter__"})


def places_of(scenario: Scenario, choice: Callable[[str, Step], bool]) -> Iterator[Place]:
    """Yield the places of all steps that are the *choice*, by actor and step."""
    for actor, spec in scenario.actors.items():
        for at, step in enumerate(spec.steps):
            if choice(actor, step):
                yield actor, at


def kept_with_needs(scenario: Scenario, wanted: set[Place], *, waits: bool) -> Scenario:
    """Return *scenario* with the steps *wanted* and all that these need, and nothing else.

    With *waits*, those whose steps are kept wait for each other where they did.
    """
    kept = set(wanted)
    actors: set[str] = {"main"}
    while True:
        more = kept | {*_needed(scenario, kept)}
        if waits:
            own = {actor for actor, _ in more} - {"main"}
            more |= {place for place in places_of(scenario, lambda _, step: _waits(step)) if place[0] in own}
        more_actors = actors | _actors_of(scenario, more)
        more |= {*_around(scenario, more_actors, more)}
        if (more, more_actors) == (kept, actors):
            break
        kept, actors = more, more_actors
    gone = frozenset(place for place in places_of(scenario, lambda *_: True) if place not in kept)
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
        for name in {step.target, *mentioned(step)} - {""}:
            bound = [place for place, one in enumerate(steps[:at]) if _binds(one, name)]
            yield from ((actor, place) for place in bound[-1:])
        yield from _opened(scenario, actor, at)
        if step.target == "@" and step.bind:
            # What would be left of a pool is more than anybody wants to see.
            for place, one in enumerate(steps):
                if one.target == step.bind and one.method in POOL_ENDS:
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


def _opened(scenario: Scenario, actor: str, at: int) -> Iterator[Place]:
    """Yield the steps that make ready what an actor works with at step *at*, and publish what it takes."""
    step = scenario.actors[actor].steps[at]
    names = {step.target, *mentioned(step)} - {"", *scenario.actors}
    for place, one in enumerate(scenario.actors[actor].steps[:at]):
        if one.target in names and one.method in _OPENING:
            yield actor, place
    if labels := {*_published([*step.arguments, *step.keywords.values()])}:
        yield from places_of(scenario, lambda _, one: _publishes(one) in labels)


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
        about = [(place, step_at(scenario, place)) for place in places_of(scenario, lambda *_: True)]
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


def step_at(scenario: Scenario, place: Place) -> Step:
    """Return the step of *scenario* at *place*."""
    actor, at = place
    return scenario.actors[actor].steps[at]


def _meeting(scenario: Scenario, point: Json) -> Iterator[Place]:
    """Yield the steps in which actors meet at *point*."""
    return places_of(scenario, lambda _, step: meets(step) and step.arguments[0] == point)


def _joins(step: Step) -> bool:
    return step.method == "join" and not step.arguments and step.timeout_s is None


def _publishes(step: Step) -> str:
    """Return under which label *step* publishes something, if it does."""
    return str(step.arguments[0]) if not step.target and step.method == "publish" else ""


def _published(value: Json) -> Iterator[str]:
    """Yield the labels of what *value* takes from what was published."""
    yield from (content for tag, content in _tagged(value) if tag == "$published")


def _points(value: Json) -> Iterator[Json]:
    """Yield the points that tasks in *value* wait for."""
    for tag, content in _tagged(value):
        if tag in TASKS and "wait_point" in content:
            yield content[content.index("wait_point") + 1]


def _tagged(value: Json) -> Iterator[tuple[str, Json]]:
    """Yield every tag in *value*, with what it says, and those in that."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _tagged(one)
    elif isinstance(value, dict):
        for tag, content in value.items():
            yield tag, content
            yield from _tagged(content)
