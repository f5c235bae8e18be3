"""Ways: through which objects actors give each other things, and which steps give, take, and mark as done."""

from collections.abc import Iterator
from typing import NamedTuple

from mpconform.values import Scenario

__all__ = ("DONE", "GIVING", "TAKING", "Place", "Way", "uses", "ways")

#: What gives something to whoever takes it at the other end, and what is done when it was taken.
GIVING = frozenset({"put", "put_nowait", "send", "send_bytes"})
TAKING = frozenset({"get", "get_nowait", "recv", "recv_bytes", "recv_bytes_into"})
DONE = frozenset({"task_done"})

#: An actor, and the place of one of its steps.
Place = tuple[str, int]


class Way(NamedTuple):
    """What is given to the object called *given*, is taken from the one called *taken*."""

    given: str
    taken: str


def ways(scenario: Scenario) -> Iterator[Way]:
    """Yield the ways of *scenario*: two for each pipe, one for every other object."""
    for name, spec in scenario.objects.items():
        match spec.unpack:
            case (one, two):
                yield Way(one, two)
                yield Way(two, one)
            case _:
                yield Way(name, name)


def uses(scenario: Scenario, name: str, methods: frozenset[str]) -> dict[str, list[Place]]:
    """Return, by actor, its steps on *name* that are of *methods*."""
    found: dict[str, list[Place]] = {}
    for actor, described in scenario.actors.items():
        for at, step in enumerate(described.steps):
            if step.target == name and step.method in methods:
                found.setdefault(actor, []).append((actor, at))
    return found
