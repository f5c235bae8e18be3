"""Ways: through which objects actors give each other things, and which steps give, take, and mark as done."""

from collections.abc import Iterator
from typing import NamedTuple

from mpconform.values import Scenario

__all__ = (
    "COMING",
    "DONE",
    "GIVING",
    "TAKING",
    "Place",
    "Way",
    "arrivals",
    "messages",
    "talks",
    "uses",
    "uses_of_all",
    "ways",
)

#: What gives something to whoever takes it at the other end, and what is done when it was taken.
GIVING = frozenset({"put", "put_nowait", "send", "send_bytes"})
TAKING = frozenset({"get", "get_nowait", "recv", "recv_bytes", "recv_bytes_into"})
DONE = frozenset({"task_done"})

#: What makes a connection to a listener: a target, and a method.
COMING = frozenset({("@", "connection.Client"), ("", "wire")})

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


def arrivals(scenario: Scenario) -> tuple[list[Place], list[Place]]:
    """Return the steps that accept a connection, and those that make one: as a rule, in the same order."""
    steps = [
        ((name, at), step) for name, actor in scenario.actors.items() for at, step in enumerate(actor.steps)
    ]
    accepts = [place for place, step in steps if step.target and step.method == "accept"]
    comes = [place for place, step in steps if (step.target, step.method) in COMING]
    return accepts, comes


def talks(scenario: Scenario) -> Iterator[tuple[str, str, str, str]]:
    """Yield of each connection, and way: who gives, by which name, who takes, and by which name."""
    for (server, at), (client, then) in zip(*arrivals(scenario), strict=False):
        one, other = scenario.actors[server].steps[at].bind, scenario.actors[client].steps[then].bind
        if one and other:
            yield server, one, client, other
            yield client, other, server, one


def messages(scenario: Scenario) -> Iterator[tuple[list[Place], list[Place]]]:
    """Yield the steps that send and those that receive, of each way of each connection to a listener."""
    for giver, given, taker, taken in talks(scenario):
        sends = uses(scenario, given, GIVING).get(giver, [])
        yield sends, uses(scenario, taken, TAKING).get(taker, [])


def uses(scenario: Scenario, name: str, methods: frozenset[str]) -> dict[str, list[Place]]:
    """Return, by actor, its steps on *name* that are of *methods*."""
    found: dict[str, list[Place]] = {}
    for actor, described in scenario.actors.items():
        for at, step in enumerate(described.steps):
            if step.target == name and step.method in methods:
                found.setdefault(actor, []).append((actor, at))
    return found


def uses_of_all(scenario: Scenario, name: str, methods: frozenset[str]) -> list[Place]:
    """Return the steps of all actors on *name* that are of *methods*, those of one after those of another."""
    return [place for places in uses(scenario, name, methods).values() for place in places]
