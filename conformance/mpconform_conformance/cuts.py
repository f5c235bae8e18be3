"""Cuts: everything that may be cut out of a scenario at one time, what goes far before what goes not.

What belongs together is cut together: a start and its join, all who meet, what is given and what is
taken, and the same step of all actors that do alike.
"""

import itertools
from collections.abc import Iterable, Iterator

import msgspec

from mpconform.values import Json, Scenario, Step
from mpconform_conformance.fewer import fewer
from mpconform_conformance.repetitions import repetitions
from mpconform_conformance.unite import stood_in, united
from mpconform_conformance.untold import untold
from mpconform_conformance.ways import (
    DONE,
    GIVING,
    TAKING,
    Place,
    arrivals,
    messages,
    talks,
    uses,
    uses_of_all,
    ways,
)
from mpconform_conformance.without import (
    Gone,
    meets,
    without_actor,
    without_party,
    without_point,
    without_steps,
)

__all__ = ("cuts", "taken_away")

#: What takes a lock, and what gives it back.
_HOLDING = frozenset({"acquire", "__enter__"})
_LEAVING = frozenset({"release", "__exit__"})

#: What only lets others come first is often of no use to anybody.
_PAUSES = (frozenset({"hold"}), frozenset({"await_invoked", "await_done", "await_exit"}))

#: Who waits for as long as it takes, may give up after so many seconds, if nobody ends the wait then.
_GIVES_UP_S = 0.2
#: What ends waits.
_ENDING = frozenset({"notify", "notify_all", "set"})

#: Halves of so many steps, or fewer, are not worth a try of their own.
_FEW = 3


def cuts(scenario: Scenario) -> Iterator[Scenario]:
    """Yield what is left of *scenario* after one cut: of turns, actors, a meeting, many steps, a few, one."""
    names = [name for name in scenario.actors if name != "main"]
    for gone in repetitions(scenario):
        yield taken_away(scenario, gone)
    yield from fewer(scenario)
    for some in _some_actors(scenario, names):
        yield _without_actors(scenario, some)
    yield from stood_in(scenario)
    for gone in _in_step(scenario, names):
        yield taken_away(scenario, gone)
    for verbs in _PAUSES:
        if len(gone := frozenset(_verbs(scenario, verbs))) > 1:
            yield without_steps(scenario, gone)
    parties = {
        step.arguments[0]: step.arguments[1]
        for actor in scenario.actors.values()
        for step in actor.steps
        if meets(step)
    }
    for point in sorted(parties):
        yield without_point(scenario, point)
    for point in sorted(parties):
        if len(parties[point]) > 2:  # two who do not meet are no meeting
            yield from (without_party(scenario, point, name) for name in parties[point])
    yield from united(scenario)
    for gone in (*_connections(scenario), *_exchanges(scenario), *_holdings(scenario)):
        yield without_steps(scenario, gone)
    for gone in _joins(scenario):
        yield without_steps(scenario, gone)
    yield from untold(scenario)
    yield from _steps(scenario)
    yield from _questions(scenario)
    yield from _given_up(scenario)


def _verbs(scenario: Scenario, names: frozenset[str]) -> Iterator[Place]:
    """Yield the places of all verbs of these *names*."""
    for name, actor in scenario.actors.items():
        yield from (
            (name, at) for at, step in enumerate(actor.steps) if not step.target and step.method in names
        )


def taken_away(scenario: Scenario, gone: Iterable[Place]) -> Scenario:
    """Return *scenario* without the steps *gone*, and without the last takes of what is given no more."""
    return _balanced(without_steps(scenario, frozenset(gone)), scenario)


def _without_actors(scenario: Scenario, names: Iterable[str]) -> Scenario:
    left = scenario
    for name in names:
        left = without_actor(left, name)
    return _balanced(left, scenario)


def _some_actors(scenario: Scenario, names: list[str]) -> Iterator[list[str]]:
    """Yield half of each kind of actor, half of all, and each."""
    yield from _half_of_each_kind(scenario, names)
    if len(names) > 2:  # halves of two are single ones
        yield names[len(names) // 2 :]
        yield names[: len(names) // 2]
    yield from ([name] for name in names)


def _half_of_each_kind(scenario: Scenario, names: list[str]) -> Iterator[list[str]]:
    """Yield half of those who make the same calls, of each such kind: who gives and who takes go together."""
    kinds: dict[frozenset[tuple[str, str]], list[str]] = {}
    for name in names:
        kind = frozenset((step.target, step.method) for step in scenario.actors[name].steps)
        kinds.setdefault(kind, []).append(name)
    if len(kinds) > 1 and all(len(group) > 1 for group in kinds.values()):
        for first in (False, True):
            yield [
                name
                for group in kinds.values()
                for name in (group[: len(group) // 2] if first else group[(len(group) + 1) // 2 :])
            ]


def _in_step(scenario: Scenario, names: list[str]) -> Iterator[Gone]:
    """Yield half of the steps, and then each step, of all actors that take the same ones."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for name in names:
        taken = tuple((step.target, step.method) for step in scenario.actors[name].steps)
        alike.setdefault(taken, []).append(name)
    for taken, group in alike.items():
        if len(group) == 1:
            continue
        places = [at for at, (target, method) in enumerate(taken) if target or method != "rendezvous"]
        if len(places) > _FEW:
            for half in (places[len(places) // 2 :], places[: len(places) // 2]):
                yield frozenset((name, at) for name in group for at in half)
        yield from (frozenset((name, at) for name in group) for at in reversed(places))


def _steps(scenario: Scenario) -> Iterator[Scenario]:
    """Yield what is left without half of an actor's steps, a quarter, and so on, and without each."""
    taken, needed = _given(scenario)
    steps = {
        name: [(name, at) for at, step in enumerate(actor.steps) if not _begins_or_ends(scenario, step)]
        for name, actor in scenario.actors.items()
    }
    free = {name: [step for step in own if step not in taken] for name, own in steps.items()}
    parts = 2
    while any(len(own) > _FEW * parts // 2 for own in free.values()):
        for own in free.values():
            if len(own) > _FEW * parts // 2:
                yield from (without_steps(scenario, frozenset(part)) for part in _parts(own, parts))
        parts *= 2
    for own in steps.values():
        yield from (taken_away(scenario, frozenset({step})) for step in reversed(own) if step not in needed)


def _parts(steps: list[Place], count: int) -> Iterator[list[Place]]:
    """Yield *steps* in so many parts of about one length, the last first."""
    bounds = [len(steps) * part // count for part in range(count + 1)]
    yield from (steps[one:other] for one, other in reversed([*itertools.pairwise(bounds)]))


def _questions(scenario: Scenario) -> Iterator[Scenario]:
    """Yield what is left when programs are asked less: without half of their questions, without each."""
    for name, actor in scenario.actors.items():
        for at, step in enumerate(actor.steps):
            for less in _with_fewer_questions(step):
                steps = (*actor.steps[:at], less, *actor.steps[at + 1 :])
                changed = {**scenario.actors, name: msgspec.structs.replace(actor, steps=steps)}
                yield msgspec.structs.replace(scenario, actors=changed)


def _with_fewer_questions(step: Step) -> Iterator[Step]:
    """Yield the program of *step*, if it is one, without half of its questions, then without each."""
    if step.target or step.method != "program":
        return
    program: dict[str, Json] = step.arguments[0]
    asked = list(program.get("questions", ()))
    half = len(asked) // 2
    smaller = [asked[half:], asked[:half]] if half > 1 else []
    smaller += [asked[:at] + asked[at + 1 :] for at in reversed(range(len(asked)))]
    for questions in smaller:
        if questions:  # Without any, nothing would stand behind the guard.
            yield msgspec.structs.replace(step, arguments=({**program, "questions": questions},))


def _given(scenario: Scenario) -> tuple[set[Place], set[Place]]:
    """Return the steps that give what others take, and those of them that no taker could do without."""
    taken: set[Place] = set()
    needed: set[Place] = set()
    for gives, takes in _sides(scenario):
        if takes:
            taken.update(gives)
        if len(takes) >= len(gives):
            needed.update(gives)
    return taken, needed


def _sides(scenario: Scenario) -> Iterator[tuple[list[Place], list[Place]]]:
    """Yield what gives and what takes: of each way, each connection, all connections, and what is told."""
    for way in ways(scenario):
        yield uses_of_all(scenario, way.given, GIVING), uses_of_all(scenario, way.taken, TAKING)
    yield from messages(scenario)
    accepts, comes = arrivals(scenario)
    yield comes, accepts
    yield [*_verbs(scenario, frozenset({"tell"}))], [*_verbs(scenario, frozenset({"await_told"}))]


def _balanced(left: Scenario, before: Scenario) -> Scenario:
    """Return *left* without the last takes of what was given in *before*, and is not any more."""
    gone: set[Place] = set()
    for way in ways(before):
        gave, gives = (len(uses_of_all(one, way.given, GIVING)) for one in (before, left))
        for methods in (TAKING, DONE):
            gone.update(_surplus(uses_of_all(left, way.taken, methods), gave, gives))
    accepts, comes = arrivals(left)
    gone.update(_surplus(accepts, len(arrivals(before)[1]), len(comes)))
    for giver, given, taker, taken in talks(before):
        gave, gives = (len(uses(one, given, GIVING).get(giver, ())) for one in (before, left))
        gone.update(_surplus(uses(left, taken, TAKING).get(taker, []), gave, gives))
    return without_steps(left, frozenset(gone)) if gone else left


def _surplus(takes: list[Place], gave: int, gives: int) -> list[Place]:
    """Return the last of *takes*, those of what was given before, so often, and is not any more."""
    surplus = max(0, min(gave - gives, len(takes) - gives))
    return takes[len(takes) - surplus :]


def _connections(scenario: Scenario) -> Iterator[Gone]:
    """Yield half of the connections to listeners, then each, and then each message of each.

    What uses a connection goes with it.
    """
    pairs = [frozenset(pair) for pair in zip(*arrivals(scenario), strict=False)]
    yield from _halves_and_each(pairs)
    for gives, takes in messages(scenario):
        yield from (frozenset(pair) for pair in zip(gives, takes, strict=False))


def _halves_and_each(pairs: list[Gone]) -> Iterator[Gone]:
    """Yield what half of *pairs* have in all, then each of them, the last first."""
    half = len(pairs) // 2
    for some in (pairs[half:], pairs[:half]):
        if len(some) > 1:
            yield frozenset().union(*some)
    yield from reversed(pairs)


def _exchanges(scenario: Scenario) -> Iterator[Gone]:
    """Yield what two actors give each other through one object: half of it, then one thing after the other.

    Without its counterpart, either would leave an actor waiting.
    """
    for way in ways(scenario):
        gives = uses(scenario, way.given, GIVING)
        takes, done = (uses(scenario, way.taken, methods) for methods in (TAKING, DONE))
        for given in gives.values():
            for name, taken in takes.items():
                pairs = [frozenset(pair) for pair in zip(given, taken, strict=False)]
                # A task that is not got is not done either.
                ends = [*done.get(name, ())][: len(pairs)]
                pairs = [pair | {*ends[at : at + 1]} for at, pair in enumerate(pairs)]
                yield from _halves_and_each(pairs)


def _holdings(scenario: Scenario) -> Iterator[Gone]:
    """Yield each taking of a lock, with the step that gives it back."""
    for name, actor in scenario.actors.items():
        held: dict[str, list[int]] = {}
        for at, step in enumerate(actor.steps):
            if step.method in _HOLDING:
                held.setdefault(step.target, []).append(at)
            elif step.method in _LEAVING and held.get(step.target):
                yield frozenset({(name, held[step.target].pop()), (name, at)})


def _joins(scenario: Scenario) -> Iterator[Gone]:
    """Yield all joins without a timeout, then each: who is not joined is waited for at the end."""
    main = scenario.actors["main"].steps if "main" in scenario.actors else ()
    found = [
        ("main", at)
        for at, step in enumerate(main)
        if step.target in scenario.actors and step.method == "join" and not step.bind
        if not (step.arguments or step.keywords or step.timeout_s is not None)
    ]
    if len(found) > 1:
        yield frozenset(found)
    yield from (frozenset({one}) for one in reversed(found))


def _given_up(scenario: Scenario) -> Iterator[Scenario]:
    """Yield *scenario* without a call that ends waits, the last first: who waits for it, gives up at last."""
    for name in scenario.objects:
        timed, ending = {}, []
        for who, actor in scenario.actors.items():
            steps = []
            for at, step in enumerate(actor.steps):
                if step.target == name and step.method in _ENDING:
                    ending.append((who, at))
                endless = step.target == name and step.method == "wait" and step.timeout_s is None
                endless = endless and not (step.arguments or step.keywords)
                steps.append(msgspec.structs.replace(step, timeout_s=_GIVES_UP_S) if endless else step)
            timed[who] = msgspec.structs.replace(actor, steps=tuple(steps))
        if timed != scenario.actors:
            left = msgspec.structs.replace(scenario, actors=timed)
            yield from (taken_away(left, _with_its_lock(scenario, place)) for place in reversed(ending))


def _with_its_lock(scenario: Scenario, place: Place) -> Gone:
    """Return *place*, and the taking and giving back of a lock around it, if that was only for it."""
    name, at = place
    for gone in _holdings(scenario):
        if gone == {(name, at - 1), (name, at + 1)}:
            return gone | {place}
    return frozenset({place})


def _begins_or_ends(scenario: Scenario, step: Step) -> bool:
    """Return whether *step* starts or joins an actor, with which alone it goes."""
    return step.target in scenario.actors and step.method in {"start", "join"}
