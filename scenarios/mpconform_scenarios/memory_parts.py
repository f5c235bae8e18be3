"""Parts of memory scenarios: typecodes, values of a type, texts, actors."""

from collections.abc import Iterable, Mapping

import hypothesis.strategies as st

from mpconform.checkers.memory_types import INTEGERS, extremes
from mpconform.values import Actor, Json, ObjectSpec, Step
from mpconform_scenarios.build import join_all, start_all

__all__ = (
    "MAIN",
    "NUMBERS",
    "TYPECODES",
    "actors_of",
    "distinct",
    "ends",
    "hexed",
    "made",
    "meeting",
    "numbers",
    "span",
    "unique",
)

MAIN = "main"

#: The typecodes of numbers, and of all; each draw shrinks towards "i".
NUMBERS = tuple("ibBhHIlLqQfd")
TYPECODES = (*NUMBERS, "c")


def made(factory: str, *arguments: Json, **keywords: Json) -> ObjectSpec:
    """Return the object that a call of *factory* makes."""
    return ObjectSpec(factory=factory, arguments=arguments, keywords=keywords)


def hexed(data: bytes) -> Json:
    """Return the argument that stands for *data*."""
    return {"$hex": data.hex()}


def span(start: int | None, stop: int | None, *step: int) -> Json:
    """Return the argument that stands for a slice."""
    return {"$slice": [start, stop, *step]}


def unique(label: str) -> Json:
    """Return the argument that stands for a name that nothing else on the machine has."""
    return {"$unique": label}


def meeting(*names: str, point: int = 0) -> Step:
    """Return the step by which *names* wait for each other."""
    return Step(method="rendezvous", arguments=(point, list(names)))


def ends(typecode: str) -> tuple[Json, ...]:
    """Return the least and the greatest value of *typecode*, of characters none."""
    if typecode == "c":
        return ()
    least, greatest = extremes(typecode)
    return (int(least), int(greatest)) if typecode in INTEGERS else (least, greatest)


def numbers(typecode: str) -> st.SearchStrategy[Json]:
    """Return values of *typecode*, the extreme ones often; they shrink towards 1."""
    if typecode == "c":
        return st.integers(1, 255).map(lambda byte: hexed(bytes([byte])))
    least, greatest = extremes(typecode)
    if typecode in INTEGERS:
        return st.sampled_from((1, int(greatest), int(least))) | st.integers(int(least), int(greatest))
    some = st.sampled_from((1.0, greatest, least, 0.1))
    return some | st.floats(width=32, allow_nan=False, allow_infinity=False)


def distinct(typecode: str, *, least: int, most: int) -> st.SearchStrategy[list[Json]]:
    """Return *least* to *most* values of *typecode* that all differ."""
    return st.lists(numbers(typecode), min_size=least, max_size=most, unique_by=repr)


def actors_of(
    children: Mapping[str, Iterable[Step]], *, before: Iterable[Step] = (), after: Iterable[Step] = ()
) -> dict[str, Actor]:
    """Return the actors of a scenario whose main starts all *children* and joins them again."""
    main = (*before, *start_all(children), *join_all(children), *after)
    return {MAIN: Actor(steps=main)} | {name: Actor(steps=tuple(steps)) for name, steps in children.items()}
