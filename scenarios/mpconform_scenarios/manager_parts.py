"""Parts of manager scenarios: the manager, objects that it makes, calls on them, actors."""

from collections.abc import Iterable, Mapping

import hypothesis.strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all, verb

__all__ = (
    "KEY",
    "MANAGER",
    "WRONG_KEY",
    "actors_of",
    "calls",
    "each_once",
    "held",
    "meeting",
    "scenario",
    "with_main_between",
)

#: The manager: starting one is dear, so all rounds of a burst share it.
MANAGER = {"m": ObjectSpec(factory="Manager", once=True)}

#: The key of a server, and one that it must refuse.
KEY: Json = {"$hex": "6b6579"}
WRONG_KEY: Json = {"$hex": "6b65"}


def held(kind: str, *arguments: Json, **keywords: Json) -> ObjectSpec:
    """Return the object that the manager makes of *kind*."""
    return ObjectSpec(factory=f"m.{kind}", arguments=arguments, keywords=keywords)


def meeting(*names: str, point: int = 0) -> Step:
    """Return the step by which *names* wait for each other."""
    return verb("rendezvous", point, list(names))


def calls(
    target: str, choices: Iterable[tuple[Json, ...]], *more: Step, least: int = 1, most: int = 6
) -> st.SearchStrategy[list[Step]]:
    """Return some calls on *target*, each one of *choices* (a method and its arguments), or one of *more*."""
    return st.lists(st.sampled_from([*_calls(target, choices), *more]), min_size=least, max_size=most)


def each_once(target: str, choices: Iterable[tuple[Json, ...]], *more: Step) -> st.SearchStrategy[list[Step]]:
    """Return each of *choices*, as a call on *target*, and each of *more* once, in any order."""
    return st.permutations([*_calls(target, choices), *more])


def _calls(target: str, choices: Iterable[tuple[Json, ...]]) -> list[Step]:
    return [call(target, str(method), *arguments) for method, *arguments in choices]


def actors_of(
    children: Mapping[str, Iterable[Step]], *, before: Iterable[Step] = (), after: Iterable[Step] = ()
) -> dict[str, Actor]:
    """Return the actors of a scenario whose main starts all *children* and joins them again."""
    main = (*before, *start_all(children), *join_all(children), *after)
    return {"main": Actor(steps=main)} | {name: Actor(steps=tuple(steps)) for name, steps in children.items()}


def scenario(
    theme: str,
    objects: Mapping[str, ObjectSpec],
    children: Mapping[str, Iterable[Step]],
    *,
    before: Iterable[Step] = (),
    after: Iterable[Step] = (),
) -> Scenario:
    """Return the scenario of *theme* with a manager that makes *objects*."""
    return Scenario(
        family="manager",
        theme=theme,
        objects={**MANAGER, **objects},
        actors=actors_of(children, before=before, after=after),
    )


def with_main_between(found: Scenario, steps: Iterable[Step], *, at: int) -> Scenario:
    """Return the scenario *found*, in which main takes *steps* after its first *at*."""
    mine = found.actors["main"].steps
    actors = {**found.actors, "main": Actor(steps=(*mine[:at], *steps, *mine[at:]))}
    return Scenario(family=found.family, theme=found.theme, objects=found.objects, actors=actors)
