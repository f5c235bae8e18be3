"""Events: waited for, set, cleared, and looked at."""

from hypothesis import strategies as st

from mpconform.values import ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all, verb
from mpconform_scenarios.condition_parts import SHORT_S, await_steps, meet, named, scenario

__all__ = ("flags", "gates", "pulses")

_EVENT = {"e": ObjectSpec(factory="Event")}
#: So often in a row a flag is looked at that is not looked at once.
_OFTEN = 120


@st.composite
def gates(draw: st.DrawFn) -> Scenario:
    """Draw processes that wait until main sets the event, which then stays set until it is cleared.

    As long as it is, main looks once, or often.
    """
    waiters = named("w", draw(st.integers(1, 4)))
    before = draw(st.lists(st.sampled_from(("is_set", "clear")), max_size=2))
    timed = draw(st.booleans())
    late_s = draw(st.sampled_from((0.0, *SHORT_S)))
    again = draw(st.booleans())
    looks = draw(st.sampled_from((1, _OFTEN)))
    everybody = ("main", *waiters)
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(waiters),
            *(call("e", method) for method in before),
            *await_steps(dict.fromkeys(waiters, 0)),
            *([verb("hold", 0.01)] if draw(st.booleans()) else []),
            call("e", "set"),
            meet(0, *everybody),
            *[call("e", "is_set")] * looks,
            meet(1, *everybody),
            call("e", "clear"),
            call("e", "is_set"),
            meet(2, *everybody),
            *([call("e", "set")] if again else []),
            *join_all(waiters),
        ]
    }
    for name in waiters:
        steps[name] = [
            call("e", "wait", timeout_s=1.0 if timed else None),
            meet(0, *everybody),
            call("e", "wait", timeout_s=draw(st.sampled_from((None, *SHORT_S)))),
            meet(1, *everybody),
            meet(2, *everybody),
            call("e", "wait", timeout_s=None if again else late_s),
        ]
    return scenario("gates", dict(_EVENT), steps)


@st.composite
def flags(draw: st.DrawFn) -> Scenario:
    """Draw processes that set, clear, look, and wait for a moment, all at once.

    Then they may all set it at one instant, and when they have, one clear is enough; again and again.
    Shrinks to one process that looks once.
    """
    actors = named("a", draw(st.integers(1, 4)))
    everybody = ("main", *actors)
    step = st.one_of(
        st.sampled_from([call("e", method) for method in ("is_set", "set", "clear")]),
        st.builds(lambda s: call("e", "wait", timeout_s=s), st.sampled_from((0.0, 0.002, 0.01, 0.03))),
    )
    steps: dict[str, list[Step]] = {"main": [*start_all(actors)]}
    for name in actors:
        steps[name] = draw(st.lists(step, min_size=1, max_size=8))
    for at in range(draw(st.sampled_from((0, 12, 4)))):
        for name in actors:
            steps[name] += [meet(2 * at, *actors), call("e", "set"), meet(2 * at + 1, *everybody)]
        steps["main"] += [meet(2 * at + 1, *everybody), call("e", "clear"), call("e", "is_set")]
    steps["main"] += join_all(actors)
    return scenario("flags", dict(_EVENT), steps)


@st.composite
def pulses(draw: st.DrawFn) -> Scenario:
    """Draw waits without a timeout while main sets and clears, and in the end sets the event for good."""
    waiters = named("w", draw(st.integers(1, 3)))
    pulse = [call("e", "set"), call("e", "clear")]
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(waiters),
            *await_steps(dict.fromkeys(waiters, 0)),
            *pulse * draw(st.integers(1, 3)),
            call("e", "set"),
            *join_all(waiters),
        ],
        **{name: [call("e", "wait")] * draw(st.integers(1, 2)) for name in waiters},
    }
    return scenario("pulses", dict(_EVENT), steps)
