"""What the scenarios of conditions, events and barriers are made of."""

from collections.abc import Iterable, Mapping

from hypothesis import strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, ref, verb

__all__ = (
    "SHORT_S",
    "await_steps",
    "conditions",
    "kinds",
    "meet",
    "named",
    "notify",
    "predicate",
    "scenario",
)

#: Times that are over soon; zero too, which is a time, and not the same as none.
SHORT_S = (0.02, 0.0, 0.05)


def named(letter: str, count: int) -> tuple[str, ...]:
    """Return *count* names of actors: ``w0``, ``w1``, ..."""
    return tuple(f"{letter}{index}" for index in range(count))


def meet(point: int, *names: str) -> Step:
    """Return the step in which *names* wait for each other."""
    return verb("rendezvous", point, list(names))


def kinds() -> st.SearchStrategy[str]:
    """Return the strategy of the lock below a condition: its own, or one that is given."""
    return st.sampled_from(("own", "RLock", "Lock"))


def conditions(kind: str, *names: str, keyword: bool = False) -> dict[str, ObjectSpec]:
    """Return conditions called *names* on one lock of *kind*, which is called ``l`` if it is given."""
    if kind == "own":
        return {name: ObjectSpec(factory="Condition") for name in names}
    given = {"keywords": {"lock": ref("l")}} if keyword else {"arguments": (ref("l"),)}
    made = {name: ObjectSpec(factory="Condition", **given) for name in names}
    return {"l": ObjectSpec(factory=kind), **made}


def notify(name: str, count: int | None) -> Step:
    """Return the step that wakes *count* of those who wait on *name*; None: all of them."""
    if count is None:
        return call(name, "notify_all")
    return call(name, "notify", count) if count != 1 else call(name, "notify")


def predicate(value: str, least: int) -> Json:
    """Return the predicate that the number in *value* has come to *least*."""
    return {"$predicate": [value, least]}


def await_steps(places: Mapping[str, int]) -> list[Step]:
    """Return the steps that wait until each actor has begun the step at its place."""
    return [verb("await_invoked", name, place) for name, place in places.items()]


def scenario(theme: str, objects: dict[str, ObjectSpec], steps: Mapping[str, Iterable[Step]]) -> Scenario:
    """Return the scenario in which each actor takes its *steps*; main's end with its joins."""
    return Scenario(
        family="condition",
        theme=theme,
        objects=objects,
        actors={name: Actor(steps=tuple(taken)) for name, taken in steps.items()},
    )
