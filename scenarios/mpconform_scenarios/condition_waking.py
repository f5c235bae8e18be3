"""Conditions on which somebody surely waits when somebody else notifies."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all, verb
from mpconform_scenarios.condition_parts import (
    SHORT_S,
    await_steps,
    conditions,
    kinds,
    meet,
    named,
    notify,
    scenario,
)

__all__ = ("few", "levels", "names", "relay", "stored", "wakeups")

#: Between two notifies: time enough for one who was woken without right to show it.
_PAUSE_S = (0.005, 0.0, 0.02)


def _waiting(name: str, depth: int, timeout_s: float | None) -> list[Step]:
    """Return the steps of one who waits with the lock acquired *depth* times."""
    return [
        *[call(name, "acquire")] * depth,
        call(name, "wait", timeout_s=timeout_s),
        *[call(name, "release")] * depth,
    ]


def _section(*inside: Step, name: str = "c", blocks: bool = False) -> list[Step]:
    """Return *inside* with the lock: acquired by name, or as a with block does."""
    if blocks:
        return [call(name, "__enter__"), *inside, call(name, "__exit__", None, None, None)]
    return [call(name, "acquire"), *inside, call(name, "release")]


@st.composite
def wakeups(draw: st.DrawFn) -> Scenario:
    """Draw processes that wait, and a main that notifies as often as is needed to wake all of them.

    Main acquires the lock when each has begun to wait: so they do, and have released it.  Some notify
    more than there are.  Between two notifies main gives those time who are woken without right, or keeps
    the lock, so that nobody comes back before the next one.
    """
    kind = draw(kinds())
    waiters = named("w", draw(st.integers(1, 5)))
    deep = draw(st.integers(1, 3))
    depth = 1 if kind == "Lock" else deep
    blocks = draw(st.booleans())
    objects = conditions(kind, "c", keyword=draw(st.booleans()))
    # The same for all: a notify may be spent on one whose time is over just then.
    timeout_s = draw(st.sampled_from((None, None, 1.0)))
    waiting = {name: _waiting("c", depth, timeout_s) for name in waiters}
    steps: dict[str, list[Step]] = {
        "main": [*start_all(waiters), *await_steps(dict.fromkeys(waiters, depth))],
        **waiting,
    }
    left = len(waiters)
    keeps = draw(st.booleans())
    notifies: list[Step] = []
    while left > 0:
        # What is wrong with notify_all alone, may show only when many wait.
        count = draw(st.sampled_from((*range(1, left + 1), None, None, left + 1)))
        notifies.append(notify("c", count))
        left -= left if count is None else count
    if keeps:
        steps["main"] += _section(*notifies, blocks=blocks)
    else:
        for number, one in enumerate(notifies):
            if number:
                steps["main"].append(verb("hold", draw(st.sampled_from(_PAUSE_S))))
            steps["main"] += _section(one, blocks=blocks)
    steps["main"] += join_all(waiters)
    return scenario("wakeups", objects, steps)


@st.composite
def few(draw: st.DrawFn) -> Scenario:
    """Draw notifies that wake fewer than wait, with time for one more to show itself after each.

    In the end all that are left are woken, or give up by themselves.
    """
    kind = draw(kinds())
    waiters = named("w", draw(st.integers(2, 5)))
    count = draw(st.integers(1, len(waiters) - 1))
    often = draw(st.integers(1, (len(waiters) - 1) // count))
    expire = draw(st.booleans())
    timeout_s = 0.2 if expire else None
    steps: dict[str, list[Step]] = {
        "main": [*start_all(waiters), *await_steps(dict.fromkeys(waiters, 1))],
        **{name: _waiting("c", 1, timeout_s) for name in waiters},
    }
    steps["main"] += [
        *_section(notify("c", count)),
        verb("hold", draw(st.sampled_from((0.004, 0.01)))),
    ] * often
    steps["main"] += [*([] if expire else _section(notify("c", None))), *join_all(waiters)]
    return scenario("few", conditions(kind, "c"), steps)


@st.composite
def relay(draw: st.DrawFn) -> Scenario:
    """Draw one or a few who wait many times, and are woken each time: all at once, or one after the other.

    Each turn begins when all have begun to wait again, so that nobody can be missed.  Where it has several
    notifies, nobody waits again before all were woken: it would take the notify of another.
    """
    kind = draw(kinds())
    waiters = named("w", draw(st.integers(1, 3)))
    turns = draw(st.integers(2, 7))
    timeout_s = draw(st.sampled_from((None, None, 0.5)))
    pause = [verb("hold", s) for s in draw(st.sampled_from(((), (0.002,))))]
    at_once = draw(st.booleans())
    count = draw(st.sampled_from((None, len(waiters))))
    woken = _section(notify("c", count)) if at_once else [*_section(notify("c", 1)), *pause] * len(waiters)
    together = len(waiters) > 1 and not at_once
    everybody = ("main", *waiters)
    steps: dict[str, list[Step]] = {"main": [*start_all(waiters)], **{name: [] for name in waiters}}
    for n in range(turns):
        met = [meet(n, *everybody)] if together else []
        for name in waiters:
            steps[name] += [*_waiting("c", 1, timeout_s), *met]
        steps["main"] += [*await_steps(dict.fromkeys(waiters, (3 + len(met)) * n + 1)), *woken, *met]
    steps["main"] += join_all(waiters)
    return scenario("relay", conditions(kind, "c"), steps)


@st.composite
def stored(draw: st.DrawFn) -> Scenario:
    """Draw notifies that find nobody, or another condition, and waits that begin afterwards and expire.

    Main may then wake some of them, less than there are; the others give up.
    """
    kind = draw(kinds())
    both = draw(st.booleans()) and kind != "own"
    waiters = named("w", draw(st.integers(1, 3)))
    names = ("c", "d") if both else ("c",)
    timeout_s = draw(st.sampled_from((0.05, 0.02, 0.15)))
    everybody = ("main", *waiters)
    early = [
        step
        for count in draw(st.lists(st.sampled_from((1, 2, None)), min_size=1, max_size=3))
        for step in _section(notify("c", count))
    ]
    steps: dict[str, list[Step]] = {
        "main": [*start_all(waiters), *early, meet(0, *everybody)],
        **{name: [meet(0, *everybody), *_waiting("c", 1, timeout_s)] for name in waiters},
    }
    if draw(st.booleans()):
        steps["main"] += await_steps(dict.fromkeys(waiters, 2))
        count = draw(st.integers(1, len(waiters)))
        steps["main"] += _section(notify(draw(st.sampled_from(names)), count))
    steps["main"] += join_all(waiters)
    return scenario("stored", conditions(kind, *names), steps)


@st.composite
def names(draw: st.DrawFn) -> Scenario:
    """Draw one who has a lock by one of its names, and others who try it by another.

    The names are the lock itself and two conditions on it.  While one has it, the others must not get it;
    afterwards, one after the other, they must.
    """
    kind = draw(st.sampled_from(("Lock", "RLock")))
    had, *tried = draw(st.permutations(("c", "l", "d")))
    others = named("x", draw(st.integers(1, 2)))
    everybody = ("w0", *others)
    steps: dict[str, list[Step]] = {
        "main": [*start_all(everybody), *join_all(everybody)],
        "w0": [
            call(had, "acquire"),
            meet(0, *everybody),
            meet(1, *everybody),
            call(had, "release"),
            meet(2, *everybody),
        ],
    }
    for name, by in zip(others, tried, strict=False):
        steps[name] = [
            meet(0, *everybody),
            Step(target=by, method="acquire", arguments=(False,)),
            meet(1, *everybody),
            meet(2, *everybody),
            call(by, "acquire", timeout_s=1.0),
            call(by, "release"),
        ]
    return scenario("names", conditions(kind, "c", "d"), steps)


@st.composite
def levels(draw: st.DrawFn) -> Scenario:
    """Draw waits with the lock acquired several times, and others who try it at each level afterwards.

    Who tries releases what it may have got: if it did not, that is refused, and nothing happens.
    """
    kind = draw(st.sampled_from(("own", "RLock")))
    depth = draw(st.integers(2, 4))
    timeout_s = draw(st.sampled_from((None, *SHORT_S[:2])))
    tried = draw(st.integers(1, depth - 1))
    everybody = ("w0", "x0")
    attempt = [Step(target="c", method="acquire", arguments=(False,)), call("c", "release")]
    steps: dict[str, list[Step]] = {
        "main": [*start_all(everybody), *await_steps({"w0": depth})],
        "w0": [
            *[call("c", "acquire")] * depth,
            call("c", "wait", timeout_s=timeout_s),
            *[call("c", "release")] * tried,
            meet(0, *everybody),
            meet(1, *everybody),
            *[call("c", "release")] * (depth - tried),
            meet(2, *everybody),
        ],
        "x0": [
            meet(0, *everybody),
            *attempt,
            meet(1, *everybody),
            meet(2, *everybody),
            call("c", "acquire", timeout_s=1.0),
            call("c", "release"),
        ],
    }
    if timeout_s is None:
        steps["main"] += _section(notify("c", None))
    steps["main"] += join_all(everybody)
    return scenario("levels", conditions(kind, "c"), steps)
