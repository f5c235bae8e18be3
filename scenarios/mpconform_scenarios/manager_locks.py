"""Themes of a manager's synchronisation objects: locks, semaphores, an Event, a Condition, a Barrier."""

import hypothesis.strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call
from mpconform_scenarios.manager_parts import held, meeting, scenario

__all__ = ("events", "locks")

_LEAVE: tuple[Json, ...] = (None, None, None)
_AT_ONCE: tuple[Json, ...] = (False,)


def _pairs(target: str, short: float) -> list[tuple[Step, Step]]:
    """Return ways to take and to give back; whoever did not get it, gives back what is not his."""
    return [
        (call(target, "acquire"), call(target, "release")),
        (call(target, "__enter__"), call(target, "__exit__", *_LEAVE)),
        (call(target, "acquire", *_AT_ONCE), call(target, "release")),
        (call(target, "acquire", timeout_s=short), call(target, "release")),
    ]


@st.composite
def locks(draw: st.DrawFn) -> Scenario:
    """Let several processes take and give back locks and semaphores, once inside another time with an RLock.

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
    short = draw(st.sampled_from((0.001, 0.02)))
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
    return scenario("locks", objects, children, after=after)


@st.composite
def events(draw: st.DrawFn) -> Scenario:
    """Let several processes look at an Event and set it; wait for main's; be notified; meet at a Barrier.

    Smallest: one process and main.
    """
    names = [f"p{index}" for index in range(draw(st.integers(1, 2)))]
    short = draw(st.sampled_from((0.001, 0.02)))
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
    steps = found.actors["main"].steps
    cut = len(before) + len(names)
    actors = {**found.actors, "main": type(found.actors["main"])(steps=(*steps[:cut], *main, *steps[cut:]))}
    return type(found)(family=found.family, theme=found.theme, objects=found.objects, actors=actors)
