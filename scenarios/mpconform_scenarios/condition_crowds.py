"""Conditions under contention: many who wait for a moment, notify, or only want the lock."""

from hypothesis import strategies as st

from mpconform.values import ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, ref, start_all, verb
from mpconform_scenarios.condition_parts import (
    SHORT_S,
    conditions,
    kinds,
    meet,
    named,
    notify,
    predicate,
    scenario,
)

__all__ = ("predicates", "storm", "unowned")

_MOMENTS_S = (0.01, 0.0, 0.002, 0.03)
#: Who notifies in vain does so this often, each time before those who wait for a short time give up.
_VAINLY, _VAIN_S = 6, 0.015


@st.composite
def storm(draw: st.DrawFn) -> Scenario:
    """Draw processes that acquire by any name of one lock, wait for a moment, notify, and release."""
    kind = draw(kinds())
    actors = named("a", draw(st.integers(2, 5)))
    names = ("c",) if kind == "own" else ("c", "d", "l")[: draw(st.integers(1, 3))]
    waited = [name for name in names if name != "l"]
    steps: dict[str, list[Step]] = {"main": [*start_all(actors), *join_all(actors)]}
    for actor in actors:
        steps[actor] = []
        for _ in range(draw(st.integers(1, 4))):
            what = draw(st.sampled_from((("wait",), ("notify",), (), ("notify", "wait"))))
            inside = []
            for method in what:
                name = draw(st.sampled_from(waited))
                if method == "wait":
                    inside.append(call(name, "wait", timeout_s=draw(st.sampled_from(_MOMENTS_S))))
                else:
                    inside.append(notify(name, draw(st.sampled_from((1, None, 2)))))
            name = draw(st.sampled_from(names))
            steps[actor] += [call(name, "acquire"), *inside, call(name, "release")]
    return scenario("storm", conditions(kind, *(n for n in ("c", "d") if n in names)), steps)


@st.composite
def predicates(draw: st.DrawFn) -> Scenario:
    """Draw processes that wait for a number to come to something, and others that count it up and notify.

    Without a timeout, nobody waits for more than is counted; with one, some wait for what never comes.
    Perhaps another one notifies again and again in vain, for longer than one of these waits.
    """
    kind = draw(kinds())
    waiters = named("w", draw(st.integers(1, 3)))
    counters = named("n", draw(st.integers(1, 2)))
    each = draw(st.integers(1, 3))
    total = each * len(counters)
    vainly = draw(st.sampled_from((False, False, False, True)))
    everybody = (*waiters, *counters, *(("x0",) if vainly else ()))
    steps: dict[str, list[Step]] = {"main": [*start_all(everybody), *join_all(everybody)]}
    for name in waiters:
        limit_s = draw(st.sampled_from((None, None, *SHORT_S)))
        least = draw(st.integers(1, total if limit_s is None else total + 1))
        if vainly and name == waiters[0]:
            limit_s, least = SHORT_S[0], total + 1
        steps[name] = [
            call("c", "acquire"),
            call("c", "wait_for", predicate("v", least), timeout_s=limit_s),
            call("c", "release"),
        ]
    pause = [verb("hold", draw(st.sampled_from((0.0, 0.005))))]
    woken = draw(st.sampled_from(("notify_all", "notify")))
    count = None if woken == "notify_all" else len(waiters)
    for name in counters:
        steps[name] = [
            *pause,
            call("c", "acquire"),
            verb("increment", ref("v"), 1),
            notify("c", count),
            call("c", "release"),
        ] * each
    if vainly:
        vain = [call("c", "acquire"), notify("c", None), call("c", "release"), verb("hold", _VAIN_S)]
        steps["x0"] = vain * _VAINLY
    objects = {**conditions(kind, "c"), "v": ObjectSpec(factory="Value", arguments=("i", 0))}
    return scenario("predicates", objects, steps)


@st.composite
def unowned(draw: st.DrawFn) -> Scenario:
    """Draw calls that need the lock, by a process that has it not, or no more."""
    kind = draw(kinds())
    method = draw(st.sampled_from(("wait", "notify", "notify_all", "wait_for")))
    given = {"wait": (0.02,), "notify": (), "notify_all": (), "wait_for": (predicate("v", 1), 0.02)}[method]
    released = draw(st.booleans())
    held = draw(st.booleans())
    everybody = ("w0", "x0")
    steps: dict[str, list[Step]] = {
        "main": [*start_all(everybody), *join_all(everybody)],
        "w0": [
            *([call("c", "acquire"), call("c", "release")] if released else []),
            meet(0, *everybody),
            call("c", method, *given),
            meet(1, *everybody),
        ],
        "x0": [
            meet(0, *everybody),
            *([call("c", "acquire")] if held else []),
            meet(1, *everybody),
            *([call("c", "release")] if held else []),
        ],
    }
    objects = conditions(kind, "c")
    if method == "wait_for":
        objects["v"] = ObjectSpec(factory="Value", arguments=("i", 0))
    return scenario("unowned", objects, steps)
