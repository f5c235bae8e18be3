"""Slices: what is left of a scenario if only what a violation shows is kept, and what belongs to it.

A witness names the steps that prove the violation.  A race needs more than these, and a hang something
to end it; so there are larger slices too.  One that fails saves all the small cuts.
"""

import math
import re
from collections.abc import Iterable, Iterator

import msgspec

from mpconform.mentions import mentioned
from mpconform.values import History, Operation, Scenario, Step, Violation
from mpconform_conformance.cuts import taken_away
from mpconform_conformance.needs import POOL_ENDS, kept_with_needs, places_of, step_at
from mpconform_conformance.strategies import undressed
from mpconform_conformance.ways import Place
from mpconform_conformance.without import meets, without_steps

__all__ = ("asked", "hastened", "past", "slices")

#: A question of a program, as it stands in what was answered.
_QUESTION = re.compile(r'"question": "([^"]+)"')
#: Who gives up in the end, may as well do so after so many seconds.
_SHORT_S = 0.1
#: A slice of more than this part of the steps is no great gain.
_LARGEST = 0.7


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

    theirs = {place for place in places_of(scenario, lambda *_: True) if place[0] in actors}
    used = {*places_of(scenario, lambda _, step: on_objects(step))}
    found: dict[str, Scenario] = {}
    for places in (set(), theirs & used, used, theirs):
        for waits in (False, True):
            left = kept_with_needs(scenario, shown | places, waits=waits)
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
        for place in places_of(scenario, lambda *_: True)
        if place[1] > begun.get(place[0], -1) and not _ends(scenario, step_at(scenario, place))
    }
    # Whoever comes to a meeting waits for all others.
    kept = {
        step_at(scenario, place).arguments[0]
        for place in places_of(scenario, lambda _, step: meets(step))
        if place not in later
    }
    gone = {
        place
        for place in later
        if not (meets(step_at(scenario, place)) and step_at(scenario, place).arguments[0] in kept)
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
    programs = {*places_of(scenario, lambda _, step: _runs_program(step))}
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
    return step.target in scenario.actors or bool(step.target and step.method in POOL_ENDS)


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
