"""Lower: a scenario with the same steps and smaller numbers in them."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from mpconform.values import Json, Scenario, Step
from mpconform_conformance.tagged import with_changed

__all__ = ("lowered",)


def lowered(scenario: Scenario) -> Iterator[Scenario]:
    """Yield *scenario* with less in its steps: empty payloads, fewer tasks and repetitions, no holds."""
    changes: tuple[Callable[[Step], Step], ...] = (
        lambda step: with_changed(step, _empty),
        lambda step: with_changed(step, _fewer),
        _less_often,
        _unheld,
        _shorter,
    )
    for change in changes:
        left = _changed(scenario, change)
        if left != scenario:
            yield left


def _changed(scenario: Scenario, change: Callable[[Step], Step]) -> Scenario:
    actors = {
        name: msgspec.structs.replace(actor, steps=tuple(map(change, actor.steps)))
        for name, actor in scenario.actors.items()
    }
    return msgspec.structs.replace(scenario, actors=actors)


def _empty(value: dict[str, Any]) -> Json:
    """Return an item without its payload."""
    return {"$item": [*value["$item"][:2], 0]} if "$item" in value else value


def _fewer(value: dict[str, Any]) -> Json:
    """Return half as many tasks."""
    if "$tasks" not in value:
        return value
    first, count, *behaviour = value["$tasks"]
    return {"$tasks": [first, max(count // 2, min(count, 1)), *behaviour]}


def _less_often(step: Step) -> Step:
    """Return *step* with half as many increments."""
    place = {"increment": 1, "increment_index": 2}.get(step.method) if not step.target else None
    if place is None:
        return step
    arguments = list(step.arguments)
    arguments[place] = max(1, arguments[place] // 2)
    return msgspec.structs.replace(step, arguments=tuple(arguments))


def _unheld(step: Step) -> Step:
    """Return a hold of no length."""
    held = not step.target and step.method == "hold"
    return msgspec.structs.replace(step, arguments=(0,)) if held and step.arguments[0] else step


def _shorter(step: Step) -> Step:
    """Return *step* with only the first half of a long list that it is given."""
    arguments = tuple(
        one[: len(one) // 2] if step.target and isinstance(one, list) and len(one) > 1 else one
        for one in step.arguments
    )
    return msgspec.structs.replace(step, arguments=arguments)
