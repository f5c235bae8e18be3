"""Themes in which processes fall upon a lock or a semaphore at once, and those in which they wait for it."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import call, verb
from mpconform_scenarios.lock_parts import (
    MAIN,
    Kind,
    actors_of,
    give,
    gives,
    kinds,
    leave,
    look,
    meet,
    named,
    probe,
    scenario,
    take,
    takes,
    tries,
)

__all__ = ("at_once", "brink", "contention", "crowd", "waiting")


@st.composite
def waiting(draw: st.DrawFn) -> Scenario:
    """Draw waits for what main holds, and gives back only when all wait.

    Main takes all there is before it starts the children; they first try, which must fail, and of a
    recursive lock try to release what is not theirs.
    """
    kind = draw(kinds())
    depth = draw(st.sampled_from((1, 2, 3, 20))) if kind.recursive else kind.first
    crowd = named("w", draw(st.integers(1, 3)))
    delay_s = draw(st.sampled_from((0.0, 0.02)))
    children = {name: _waiter(draw, kind) for name in crowd}
    during: list[Step] = [
        *(verb("await_invoked", name, _patient(steps)) for name, steps in children.items()),
        verb("hold", delay_s),
        *(draw(gives("lk")) for _ in range(depth)),
    ]
    before = [draw(takes("lk", patient=False)) for _ in range(depth)]
    return scenario(
        "waiting", {"lk": kind.spec},
        actors_of(children, before=before, during=during, after=probe("lk", kind)),
    )  # fmt: skip


def _waiter(draw: st.DrawFn, kind: Kind) -> list[Step]:
    early = draw(st.lists(tries("lk"), max_size=3))
    foreign = draw(st.lists(gives("lk"), max_size=1)) if kind.recursive else []
    taking = draw(takes("lk"))
    return [*foreign, *early, taking, leave("lk", taking)]


def _patient(steps: list[Step]) -> int:
    """Return which step waits for main: the last but one."""
    return len(steps) - 2


@st.composite
def contention(draw: st.DrawFn) -> Scenario:
    """Draw processes that take a lock or a semaphore and give it back, again and again.

    Of a recursive lock they take several levels, and some only try: what they release then is not theirs.
    """
    kind = draw(kinds())
    crowd = named("p", draw(st.integers(2, 4)))
    children: dict[str, list[Step]] = {}
    for name in crowd:
        steps: list[Step] = [meet(0, *crowd)]
        for _ in range(draw(st.integers(1, 5))):
            steps += _hold(draw, kind)
        children[name] = steps
    return scenario("contention", {"lk": kind.spec}, actors_of(children, after=probe("lk", kind)))


def _hold(draw: st.DrawFn, kind: Kind) -> list[Step]:
    """Draw one hold, with all its levels."""
    if kind.recursive and draw(st.booleans()):
        levels = [draw(tries("lk")) for _ in range(draw(st.integers(1, 2)))]
    else:
        levels = [draw(takes("lk")) for _ in range(draw(st.integers(1, 3)) if kind.recursive else 1)]
    pause = [verb("hold", 0.0)] if draw(st.booleans()) else []
    back = [leave("lk", one) for one in reversed(levels)]
    return [*levels, *pause, *back]


@st.composite
def crowd(draw: st.DrawFn) -> Scenario:
    """Draw processes that all try at once to take what there is not enough of; then it is given back.

    As many succeed as there is to take: so many times it is given back, by one of them, or, of a recursive
    lock, by those who have it.
    """
    kind = draw(kinds())
    names = named("r", draw(st.integers(2, 4)))
    children: dict[str, list[Step]] = {name: [] for name in names}
    for turn in range(draw(st.integers(1, 3))):
        for name in names:
            back = [give("lk")] if kind.recursive else []
            if not kind.recursive and name == names[0]:
                back = [draw(gives("lk")) for _ in range(min(kind.first, len(names)))]
            children[name] += [
                meet(3 * turn, *names),
                draw(tries("lk")),
                meet(3 * turn + 1, *names),
                *back,
                meet(3 * turn + 2, *names),
            ]
    return scenario("crowd", {"lk": kind.spec}, actors_of(children, after=probe("lk", kind)))


@st.composite
def brink(draw: st.DrawFn) -> Scenario:
    """Draw waits whose time is over at about the moment when main gives back what they wait for.

    Who got it, is found out afterwards: what can still be taken then, and what is given back in the end, is
    the same in either case.
    """
    kind = draw(kinds())
    timeout_s = draw(st.sampled_from((0.005, 0.01, 0.02)))
    delay_s = timeout_s * draw(st.sampled_from((1.0, 0.9, 0.7, 0.4, 1.2)))
    crowd = named("w", draw(st.integers(1, 2)))
    back = draw(st.integers(1, kind.first))
    own = [give("lk")] if kind.recursive else []
    children = {
        name: [call("lk", "acquire", timeout_s=timeout_s), *own, meet(0, MAIN, *crowd)] for name in crowd
    }
    during = [
        *(verb("await_invoked", name, 0) for name in crowd),
        verb("hold", round(delay_s, 4)),
        *[give("lk")] * back,
        meet(0, MAIN, *crowd),
    ]
    rest = () if kind.recursive else (*[look("lk")] * back, *[give("lk")] * kind.first)
    return scenario(
        "brink", {"lk": kind.spec},
        actors_of(
            children, before=[take("lk")] * kind.first, during=during, after=(*rest, *probe("lk", kind))
        ),
    )  # fmt: skip


@st.composite
def at_once(draw: st.DrawFn) -> Scenario:
    """Draw processes that all release at once what main has taken, more of them than that or not.

    What is too much must be refused if there is a bound; then main finds out what there is.
    """
    kind = draw(kinds(("Lock", "BoundedSemaphore", "Lock", "BoundedSemaphore", "Semaphore")))
    taken = draw(st.integers(1, kind.first))
    names = named("r", draw(st.integers(2, 3)))
    # Where there is no core for each of them, those who go on for longer overlap more often.
    times = draw(st.sampled_from((1, 12, 150)))
    children = {name: (meet(0, *names), *[draw(gives("lk"))] * times) for name in names}
    return scenario(
        "at_once", {"lk": kind.spec},
        actors_of(children, before=[take("lk")] * taken, after=probe("lk", kind)),
    )  # fmt: skip
