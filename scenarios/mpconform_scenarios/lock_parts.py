"""What the scenarios of locks are made of: kinds, and the ways to take and to give back."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hypothesis import strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all, verb

__all__ = (
    "KINDS",
    "LONG_S",
    "MAIN",
    "Kind",
    "actors_of",
    "give",
    "gives",
    "kinds",
    "leave",
    "look",
    "meet",
    "named",
    "probe",
    "scenario",
    "take",
    "takes",
    "tries",
)

MAIN = "main"
KINDS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore")

#: Longer than anything here takes: a wait of this length ends because something is given back.
LONG_S = 1.5
#: What a call that is not to block must not wait for.
_IGNORED_S = 60.0

#: An exception's class, as a with statement that an exception leaves is told.
_FAILED: Json = {"$function": "Deliberate"}

_EVER: tuple[Step, ...] = (
    call("", "acquire"),
    call("", "__enter__"),
    call("", "acquire", True),  # noqa: FBT003 - as a program would write it
    call("", "acquire", True, None),  # noqa: FBT003
    call("", "acquire", block=True),
    call("", "acquire", timeout=None),
)
_PATIENT: tuple[Step, ...] = (
    call("", "acquire", timeout_s=LONG_S),
    call("", "acquire", True, LONG_S),  # noqa: FBT003
)
_TRIES: tuple[Step, ...] = (
    call("", "acquire", False),  # noqa: FBT003
    call("", "acquire", block=False),
    call("", "acquire", timeout_s=0.0),
    call("", "acquire", True, -1),  # noqa: FBT003
    call("", "acquire", timeout_s=-0.5),
    call("", "acquire", False, _IGNORED_S),  # noqa: FBT003
    call("", "acquire", block=False, timeout=_IGNORED_S),
    call("", "acquire", False, -1),  # noqa: FBT003
    call("", "acquire", timeout_s=0.02),
    call("", "acquire", True, 0.03),  # noqa: FBT003
    call("", "acquire", block=True, timeout=0.005),
)
_GIVES: tuple[Step, ...] = (
    call("", "release"),
    call("", "__exit__", None, None, None),
    call("", "__exit__", _FAILED, None, None),
)


class Kind(NamedTuple):
    """A lock or semaphore: its factory, how often it can be taken at first, and how it is made."""

    factory: str
    first: int
    spec: ObjectSpec

    @property
    def recursive(self) -> bool:
        """Whether its owner can take it again."""
        return self.factory == "RLock"

    @property
    def bounded(self) -> bool:
        """Whether it cannot be given back more often than taken."""
        return self.factory in {"Lock", "BoundedSemaphore"}


@st.composite
def kinds(draw: st.DrawFn, factories: tuple[str, ...] = KINDS, *, least: int = 1, most: int = 3) -> Kind:
    """Draw one of *factories*; a semaphore of *least* to *most*, made by position, keyword or default."""
    factory = draw(st.sampled_from(factories))
    if factory in {"Lock", "RLock"}:
        return Kind(factory, 1, ObjectSpec(factory=factory))
    first = draw(st.integers(least, most))
    specs = [
        ObjectSpec(factory=factory, arguments=(first,)),
        ObjectSpec(factory=factory, keywords={"value": first}),
    ]
    if first == 1:
        specs.append(ObjectSpec(factory=factory))
    return Kind(factory, first, draw(st.sampled_from(specs)))


def _on(target: str, step: Step) -> Step:
    return Step(
        target=target, method=step.method, arguments=step.arguments, keywords=step.keywords,
        timeout_s=step.timeout_s,
    )  # fmt: skip


def take(target: str) -> Step:
    """Return the step that takes *target*, however long it takes."""
    return _on(target, _EVER[0])


def takes(target: str, *, patient: bool = True) -> st.SearchStrategy[Step]:
    """Return the ways to take what somebody will give back: for ever, or with much patience."""
    ways = (*_EVER, *_PATIENT, *_PATIENT) if patient else _EVER
    return st.sampled_from(ways).map(lambda step: _on(target, step))


def tries(target: str) -> st.SearchStrategy[Step]:
    """Return the ways to take what may be taken already: not waiting, or not for long."""
    return st.sampled_from(_TRIES).map(lambda step: _on(target, step))


def look(target: str) -> Step:
    """Return the step that takes *target* if it is free, and does not wait."""
    return _on(target, _TRIES[0])


def give(target: str) -> Step:
    """Return the step that releases *target*."""
    return _on(target, _GIVES[0])


def gives(target: str) -> st.SearchStrategy[Step]:
    """Return the ways to give *target* back: a release, or the end of a with statement, failed or not."""
    return st.sampled_from(_GIVES).map(lambda step: _on(target, step))


def leave(target: str, taken: Step) -> Step:
    """Return the step that gives back what *taken* took, as a program would."""
    return _on(target, _GIVES[1] if taken.method == "__enter__" else _GIVES[0])


def probe(target: str, kind: Kind) -> tuple[Step, ...]:
    """Return the steps that find out whether all was given back, when nobody else uses it, and restore it."""
    more = 0 if kind.recursive else 1
    return (*[look(target)] * (kind.first + more), *[give(target)] * kind.first)


def named(letter: str, count: int) -> tuple[str, ...]:
    """Return *count* names of actors: ``p0``, ``p1``, ..."""
    return tuple(f"{letter}{index}" for index in range(count))


def meet(point: int, *names: str) -> Step:
    """Return the step in which *names* wait for each other."""
    return verb("rendezvous", point, list(names))


def actors_of(
    children: Mapping[str, Iterable[Step]],
    *,
    before: Iterable[Step] = (),
    during: Iterable[Step] = (),
    after: Iterable[Step] = (),
) -> dict[str, Actor]:
    """Return the actors of a scenario whose main starts all *children* and joins them again."""
    main = (*before, *start_all(children), *during, *join_all(children), *after)
    return {MAIN: Actor(steps=main)} | {name: Actor(steps=tuple(steps)) for name, steps in children.items()}


def scenario(theme: str, objects: Mapping[str, ObjectSpec], actors: Mapping[str, Actor]) -> Scenario:
    """Return the scenario of the family with these parts."""
    return Scenario(family="lock", theme=theme, objects=dict(objects), actors=dict(actors))
