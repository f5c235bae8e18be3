"""What the scenarios of queues are made of: names, shares, and the ways to call put and get."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, verb

__all__ = (
    "TINY",
    "Way",
    "blocking_get",
    "blocking_gets",
    "delays",
    "factories",
    "meet",
    "named",
    "queue",
    "scenario",
    "shares",
    "sizes",
    "try_get",
    "try_gets",
    "try_put",
    "try_puts",
)

#: Sizes of which any number used here fits into the smallest pipe, so that nobody need read.
TINY = (0, 1, 64)

#: Around PIPE_BUF, the border of the two ways to write a message, and a pipe's capacity.
_LARGE = (0, 1, 4095, 4096, 4097, 16384, 16385, 65535, 65536, 65537, 1 << 20)

#: Zero too: it is a time, and not the same as no timeout.
_SHORT_S = (0.0, 0.01, 0.03)

#: A timeout that is not meant: who does not block, does not wait for its end either.
_IGNORED_S = 60.0

_BLOCKING: tuple[tuple[Json, ...], ...] = ((), (True,), (True, None))


def named(letter: str, count: int) -> tuple[str, ...]:
    """Return *count* names of actors: ``p0``, ``p1``, ..."""
    return tuple(f"{letter}{index}" for index in range(count))


def shares(total: int, names: Sequence[str]) -> dict[str, int]:
    """Return how many of *total* each of *names* takes: as many, or one less."""
    return {name: total // len(names) + (at < total % len(names)) for at, name in enumerate(names)}


def sizes(*, large: bool) -> st.SearchStrategy[int]:
    """Return the strategy of payload sizes; the megabyte is rare."""
    return st.sampled_from((*TINY, *TINY, *_LARGE) if large else TINY)


def blocking_gets() -> st.SearchStrategy[tuple[Json, ...]]:
    """Return the strategy of the arguments of a get that waits for ever."""
    return st.sampled_from(_BLOCKING)


def blocking_get(target: str, arguments: Iterable[Json] = ()) -> Step:
    """Return a get that waits for ever, its *arguments* those of `blocking_gets`."""
    return call(target, "get", *arguments)


def delays() -> st.SearchStrategy[float]:
    """Return the strategy of how long somebody waits for what then comes.

    It may be longer than a hidden timeout of the kind that is there to look around.
    """
    return st.sampled_from((0.0, 0.05))


class Way(NamedTuple):
    """A way to call put or get: the method, and what follows the item."""

    method: str
    arguments: tuple[Json, ...] = ()
    block: bool | None = None
    timeout_s: float | None = None

    def step(self, target: str, *value: Json) -> Step:
        """Return the call of *target* in this way, with *value* to put."""
        keywords: dict[str, Any] = {} if self.block is None else {"block": self.block}
        return call(target, self.method, *value, *self.arguments, timeout_s=self.timeout_s, **keywords)


def _ways(method: str) -> list[Way]:
    at_once = [Way(f"{method}_nowait"), Way(method, (False,)), Way(method, block=False)]
    at_once += [Way(method, (False, _IGNORED_S)), Way(method, block=False, timeout_s=_IGNORED_S)]
    timed = [(Way(method, timeout_s=s), Way(method, (True, s))) for s in _SHORT_S]
    return [*at_once, *(way for pair in timed for way in pair)]


def try_gets() -> st.SearchStrategy[Way]:
    """Return the strategy of ways to get without waiting for ever, the shortest first."""
    return st.sampled_from(_ways("get"))


def try_get(target: str, way: Way) -> Step:
    """Return the get that is done in one of the ways of `try_gets`."""
    return way.step(target)


def try_puts() -> st.SearchStrategy[Way]:
    """Return the strategy of ways to put without waiting for ever, the shortest first."""
    return st.sampled_from(_ways("put"))


def try_put(target: str, value: Json, way: Way) -> Step:
    """Return the put of *value* that is done in one of the ways of `try_puts`."""
    return way.step(target, value)


def factories() -> st.SearchStrategy[str]:
    """Return the strategy of what makes a queue: a JoinableQueue is a Queue, and promises as much."""
    return st.sampled_from(("Queue", "Queue", "JoinableQueue"))


def queue(factory: str = "Queue", maxsize: int = 0, *, keyword: bool = False) -> ObjectSpec:
    """Return a queue; an unbounded one is made without an argument."""
    if not maxsize:
        return ObjectSpec(factory=factory)
    if keyword:
        return ObjectSpec(factory=factory, keywords={"maxsize": maxsize})
    return ObjectSpec(factory=factory, arguments=(maxsize,))


def scenario(theme: str, objects: dict[str, ObjectSpec], steps: Mapping[str, Iterable[Step]]) -> Scenario:
    """Return the scenario in which each actor takes its *steps*; main's end with its joins."""
    return Scenario(
        family="queue",
        theme=theme,
        objects=objects,
        actors={name: Actor(steps=tuple(taken)) for name, taken in steps.items()},
    )


def meet(point: int, *names: str) -> Step:
    """Return the step in which *names* wait for each other."""
    return verb("rendezvous", point, list(names))
