"""Themes of a manager's synchronisation objects: locks, semaphores, an Event, a Condition, a Barrier."""

from collections.abc import Mapping, Sequence

import hypothesis.strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call
from mpconform_scenarios.manager_parts import held, meeting, scenario, with_main_between

__all__ = ("events", "locks")

_LEAVE: tuple[Json, ...] = (None, None, None)
_AT_ONCE: tuple[Json, ...] = (False,)
_FOR_NO_TIME: tuple[Json, ...] = (True, 0)
#: Seconds after which a wait that must give up does; 0 is not "for ever".
_SHORT = st.sampled_from((0.001, 0.02, 0.0))


def _pairs(target: str, short: float) -> list[tuple[Step, Step]]:
    """Return ways to take and to give back; whoever did not get it, gives back what is not his."""
    return [
        (call(target, "acquire"), call(target, "release")),
        (call(target, "__enter__"), call(target, "__exit__", *_LEAVE)),
        (call(target, "acquire", *_AT_ONCE), call(target, "release")),
        (call(target, "acquire", timeout_s=short), call(target, "release")),
    ]


def _without_time(target: str) -> list[Step]:
    """Return the ways to ask for what somebody else has, and not to wait."""
    return [call(target, "acquire", timeout_s=0.0), call(target, "acquire", *_FOR_NO_TIME)]


@st.composite
def locks(draw: st.DrawFn) -> Scenario:
    """Let several processes take and give back locks and semaphores, once inside another time with an RLock.

    In the end p0 may have all that there is to have, and main asks for it and has no time to wait.
    Smallest: one process that takes and gives back a Lock once.
    """
    names = [f"p{index}" for index in range(draw(st.integers(1, 3)))]
    count = draw(st.integers(1, 2))
    kinds: dict[str, ObjectSpec] = {
        "Lock": held("Lock"),
        "RLock": held("RLock"),
        "Semaphore": held("Semaphore", count),
        "BoundedSemaphore": held("BoundedSemaphore", count),
    }
    chosen = draw(st.lists(st.sampled_from(tuple(kinds)), min_size=1, max_size=2, unique=True))
    short = draw(_SHORT)
    children = {}
    for name in names:
        steps = [meeting(*names)]
        for kind in chosen:
            target = kind[0].lower()
            for take, give in draw(st.lists(st.sampled_from(_pairs(target, short)), min_size=1, max_size=4)):
                again = kind == "RLock" and draw(st.booleans())
                inner = [call(target, "acquire"), call(target, "release")] if again else []
                # Only who surely has it takes it again: another would wait for itself.
                surely = not take.arguments and take.timeout_s is None
                steps += [take, *(inner if surely else []), give]
        children[name] = steps
    objects = {kind[0].lower(): kinds[kind] for kind in chosen}
    after = [call(name, "acquire", *_AT_ONCE) for name in objects] + [
        call(name, "release") for name in objects
    ]
    after += [call(name, "release") for name in objects]
    if not draw(st.booleans()):
        return scenario("locks", objects, children, after=after)
    asks = {target: draw(st.permutations(_without_time(target))) for target in objects}
    return _held_up(scenario("locks", objects, children, after=after), names, asks)


def _held_up(found: Scenario, names: Sequence[str], asks: Mapping[str, Sequence[Step]]) -> Scenario:
    """Return the scenario *found*, at whose end p0 has all that there is to have, and main asks for it.

    Everybody has given back as often as he took by then, so that p0 does not wait in vain.
    """
    counts = {target: int(*found.objects[target].arguments or (1,)) for target in asks}
    whole = [target for target, count in counts.items() for _ in range(count)]
    meet, has, over = (meeting("main", *names, point=1), *(meeting("main", "p0", point=n) for n in (2, 3)))
    actors = {name: (*found.actors[name].steps, meet) for name in names}
    takes, gives = ([call(target, method) for target in whole] for method in ("acquire", "release"))
    actors["p0"] = (*actors["p0"], *takes, has, over, *gives)
    steps = [step for mine in asks.values() for step in mine]
    children = {name: Actor(steps=mine) for name, mine in actors.items()}
    again = Scenario(
        family=found.family, theme=found.theme, objects=found.objects, actors={**found.actors, **children}
    )
    return with_main_between(again, [meet, has, *steps, over], at=len(names))


@st.composite
def events(draw: st.DrawFn) -> Scenario:
    """Let several processes look at an Event and set it; wait for main's; be notified; meet at a Barrier.

    Smallest: one process and main.
    """
    names = [f"p{index}" for index in range(draw(st.integers(1, 2)))]
    short = draw(_SHORT)
    choices = [
        call("e", "is_set"),
        call("e", "set"),
        call("e", "clear"),
        call("e", "wait", timeout_s=short),
    ]
    times = draw(st.integers(1, 2))
    children = {}
    for name in names:
        looks = draw(st.lists(st.sampled_from(choices), max_size=6))
        children[name] = [
            meeting(*names),
            *looks,
            call("c", "wait", timeout_s=short),
            call("c", "acquire"),
            call("c", "wait", timeout_s=short),
            call("c", "release"),
            # From here on nobody but p0 wants the lock, which it has until it waits.
            meeting(*names, point=2),
            *([call("c", "acquire"), meeting("main", *names, point=1)] if name == "p0" else []),
            *(
                [call("c", "wait"), call("c", "release")]
                if name == "p0"
                else [meeting("main", *names, point=1)]
            ),
            call("e", "wait"),
            *[call("b", "wait")] * times,
        ]
    before = [call("b", ".parties"), call("b", ".broken"), call("b", ".n_waiting")]
    before += [call("e", method) for method in ("is_set", "set", "is_set", "clear", "is_set")]
    before += [call("c", "acquire"), call("c", "wait", timeout_s=short), call("c", "release")]
    main = [
        meeting("main", *names, point=1),
        # p0 gives the lock back only by waiting, so that it waits when it is notified.
        call("c", "acquire"),
        call("c", draw(st.sampled_from(("notify", "notify_all")))),
        call("c", "release"),
        call("e", "set"),
        *[call("b", "wait")] * times,
    ]
    objects = {"e": held("Event"), "c": held("Condition"), "b": held("Barrier", len(names) + 1)}
    found = scenario("events", objects, children, before=before)
    return with_main_between(found, main, at=len(before) + len(names))
