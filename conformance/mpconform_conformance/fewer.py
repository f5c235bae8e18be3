"""Fewer: a scenario whose objects are made with smaller numbers: of parties, of permits, of slots.

It has no fewer steps for that, but it takes fewer: of the parties of a barrier, those go with it who are
too many then.
"""

from collections.abc import Iterator

import msgspec

from mpconform.values import ObjectSpec, Scenario
from mpconform_conformance.without import without_actor

__all__ = ("fewer",)

#: By factory, the keyword of the number, which may as well be the first argument.
_NUMBERS = {
    "Semaphore": "value",
    "BoundedSemaphore": "value",
    "Queue": "maxsize",
    "JoinableQueue": "maxsize",
    "Barrier": "parties",
}


def fewer(scenario: Scenario) -> Iterator[Scenario]:
    """Yield *scenario* with the number of one object as one, as half, and less one."""
    for name, spec in scenario.objects.items():
        number = _number(spec)
        for less in dict.fromkeys((1, number // 2, number - 1)) if number > 1 else ():
            objects = {**scenario.objects, name: _with_number(spec, less)}
            left = msgspec.structs.replace(scenario, objects=objects)
            if spec.factory == "Barrier":
                for party in _parties(scenario, name)[1:][less - number :]:
                    left = without_actor(left, party)
            yield left


def _number(spec: ObjectSpec) -> int:
    """Return the number that *spec* is made with; 0 if there is none."""
    keyword = _NUMBERS.get(spec.factory)
    if keyword is None:
        return 0
    given = spec.keywords.get(keyword, spec.arguments[0] if spec.arguments else 0)
    return given if isinstance(given, int) else 0


def _with_number(spec: ObjectSpec, number: int) -> ObjectSpec:
    keyword = _NUMBERS[spec.factory]
    if keyword in spec.keywords:
        return msgspec.structs.replace(spec, keywords={**spec.keywords, keyword: number})
    return msgspec.structs.replace(spec, arguments=(number, *spec.arguments[1:]))


def _parties(scenario: Scenario, barrier: str) -> list[str]:
    """Return the actors but main that wait at *barrier*."""
    return [
        name
        for name, actor in scenario.actors.items()
        if name != "main" and any(step.target == barrier and step.method == "wait" for step in actor.steps)
    ]
