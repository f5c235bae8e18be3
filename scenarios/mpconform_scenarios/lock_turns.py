"""Themes in which processes take turns, so that every answer is certain."""

from collections.abc import Callable

from hypothesis import strategies as st

from mpconform.values import ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, make, verb
from mpconform_scenarios.lock_parts import (
    MAIN,
    Kind,
    actors_of,
    give,
    gives,
    kinds,
    look,
    meet,
    probe,
    scenario,
    take,
    takes,
    tries,
)

__all__ = ("limits", "turns", "values")

_SEMAPHORES = ("Semaphore", "BoundedSemaphore")


class _State:
    """What a right implementation has: how often it can be taken; of an RLock, its owner and depth."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.left = kind.first
        self._owner, self._depth = "", 0

    def can_take(self, actor: str) -> bool:
        return self.left > 0 or (self._kind.recursive and self._owner == actor)

    def take(self, actor: str) -> None:
        if not self.can_take(actor):
            return
        if self._kind.recursive:
            self._owner, self._depth, self.left = actor, self._depth + 1, 0
        else:
            self.left -= 1

    def give(self, actor: str) -> None:
        if not self._kind.recursive:
            full = self._kind.bounded and self.left >= self._kind.first
            self.left += not full
        elif self._owner == actor and self._depth:
            self._depth -= 1
            self.left = int(not self._depth)
            self._owner = actor if self._depth else ""


def _script(
    draw: st.DrawFn, kind: Kind, names: tuple[str, ...], others: Callable[[], st.SearchStrategy[Step]] | None
) -> dict[str, list[Step]]:
    """Draw who does what, one after the other; who is next, waits until the one before has done it."""
    state = _State(kind)
    steps: dict[str, list[Step]] = {name: [] for name in names}
    point, latest = 0, names[-1]
    choices = ["try", "give", "take", *(["other"] if others else [])]
    for actor, what in draw(
        st.lists(st.tuples(st.sampled_from(names), st.sampled_from(choices)), min_size=1, max_size=16)
    ):
        if actor != latest:
            for name in names:
                steps[name].append(meet(point, *names))
            point, latest = point + 1, actor
        if what == "give":
            steps[actor].append(draw(gives("lk")))
            state.give(actor)
        elif what == "other" and others:
            steps[actor].append(draw(others()))
        else:
            free = what == "take" and state.can_take(actor)
            steps[actor].append(draw(takes("lk") if free else tries("lk")))
            state.take(actor)
    for name in names:
        steps[name].append(meet(point, *names))
    return steps


@st.composite
def turns(draw: st.DrawFn) -> Scenario:
    """Draw calls of two or three processes on one lock or semaphore, one after the other."""
    kind = draw(kinds())
    names = (MAIN, "p0", "p1")[: draw(st.integers(2, 3))]
    steps = _script(draw, kind, names, None)
    during = steps.pop(MAIN)
    return scenario("turns", {"lk": kind.spec}, actors_of(steps, during=during))


@st.composite
def values(draw: st.DrawFn) -> Scenario:
    """Draw the same on a semaphore, and ask in between how often it can be taken; and beside it."""
    kind = draw(kinds(_SEMAPHORES))
    times = draw(st.integers(1, 6))
    asking = call("lk", "get_value")
    steps = _script(draw, kind, (MAIN, "p0"), lambda: st.just(asking))
    during = steps.pop(MAIN)
    point = 40
    crowd = ("p0", "w0")
    # It is asked how many there are when somebody waits for one; and then, how many, and for one, while
    # somebody else gives them one by one.
    steps["p0"] += [
        verb("await_invoked", "w0", 0),
        verb("hold", 0.002),
        call("none", "get_value"),
        give("none"),
        meet(point, *crowd),
        *[asking, look("lk")] * (2 * times),
    ]
    steps["w0"] = [take("none"), meet(point, *crowd), *[give("lk")] * times]
    objects = {"lk": kind.spec, "none": ObjectSpec(factory="Semaphore", arguments=(0,))}
    return scenario("values", objects, actors_of(steps, during=during, after=(asking,)))


@st.composite
def limits(draw: st.DrawFn) -> Scenario:
    """Draw new locks and semaphores that are taken until they refuse, and given back more than that.

    Main takes, p0 gives back, main takes again; a semaphore of a negative value is asked for besides.
    """
    most = draw(st.sampled_from((4, 20)))
    kind = draw(kinds(("Semaphore", "BoundedSemaphore", "Lock", "RLock"), least=0, most=most))
    below = draw(st.sampled_from(_SEMAPHORES))
    extra = draw(st.integers(0, 2))
    refused = draw(st.sampled_from(((-1,), (-2,), (-(2**31),))))
    before: list[Step] = [make("", below, *refused), make("", below, value=refused[0])]
    first = [draw(tries("lk")) for _ in range(kind.first + 1)]
    again = [draw(tries("lk")) for _ in range(kind.first + extra + 1)]
    back = [draw(gives("lk")) for _ in range(kind.first + extra)]
    child = [*back, *(probe("lk", kind) if kind.recursive else ())]
    after = [draw(gives("lk")) for _ in first] if kind.recursive else again
    return scenario(
        "limits", {"lk": kind.spec}, actors_of({"p0": child}, before=[*before, *first], after=after)
    )
