"""Themes of what a lock is for, data that several processes use; and of those who die with a lock."""

import msgspec
from hypothesis import strategies as st

from mpconform.values import Fault, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, ref, start_all, verb
from mpconform_scenarios.lock_parts import (
    actors_of,
    give,
    kinds,
    leave,
    meet,
    named,
    scenario,
    take,
    takes,
    tries,
)

__all__ = ("data", "dying", "lines")

_LOCKS = ("Lock", "RLock")


@st.composite
def data(draw: st.DrawFn) -> Scenario:
    """Draw processes that count, fill and scan shared memory, which has no lock, under one that is theirs."""
    kind = draw(kinds(_LOCKS))
    names = named("p", draw(st.integers(2, 3)))
    objects = {
        "lk": kind.spec,
        "v": ObjectSpec(factory="RawValue", arguments=("l", 0)),
        "a": ObjectSpec(factory="RawArray", arguments=("l", draw(st.integers(2, 4)))),
    }
    children: dict[str, list[Step]] = {}
    for index, name in enumerate(names):
        times = draw(st.sampled_from((1, 20, 100)))
        steps = [meet(0, *names), verb("increment", ref("v"), times, ref("lk"))]
        for n in range(draw(st.integers(0, 3))):
            steps.append(verb("fill", ref("a"), 10 * (index + 1) + n, ref("lk")))
            steps.append(verb("scan", ref("a"), ref("lk")))
        if kind.recursive and draw(st.booleans()):
            # The owner's own work under its lock does not wait for itself.
            steps += [take("lk"), verb("increment", ref("v"), 1, ref("lk")), give("lk")]
        children[name] = steps
    return scenario("data", objects, actors_of(children, after=(call("v", ".value"),)))


@st.composite
def lines(draw: st.DrawFn) -> Scenario:
    """Draw processes that write lines in pieces to one file, under one lock."""
    kind = draw(kinds(_LOCKS))
    names = named("p", draw(st.integers(2, 3)))
    children = {
        name: [
            meet(0, *names),
            *(verb("emit", n, draw(st.integers(2, 12)), ref("lk")) for n in range(draw(st.integers(1, 4)))),
        ]
        for name in names
    }
    return scenario("lines", {"lk": kind.spec}, actors_of(children, after=(verb("output"),)))


@st.composite
def dying(draw: st.DrawFn) -> Scenario:
    """Draw a process that dies while it holds ``lk``, or inside of it, beside others that use only ``r``.

    Nothing says what becomes of ``lk``: t0 looks at it, and is not kept waiting.
    """
    kind, other = draw(kinds()), draw(kinds())
    how = draw(st.sampled_from(("signal", "exit", "fault", "fault")))
    holds = draw(st.integers(1, 3))
    victim = [step for _ in range(holds) for step in (take("lk"), give("lk"))]
    victim += [take("lk")]
    if how == "signal":
        victim.append(verb("signal", 9))
    elif how == "exit":
        victim.append(verb("exit", draw(st.integers(0, 3))))
    worker: list[Step] = []
    for _ in range(draw(st.integers(1, 4))):
        taking = draw(takes("r"))
        worker += [taking, leave("r", taking)]
    main = [
        *start_all(("p0", "v0")),
        *join_all(("v0",)),
        *start_all(("t0",)),
        *join_all(("t0",)),
        take("r"),
        give("r"),
        *join_all(("p0",)),
    ]
    steps = {"v0": victim, "p0": worker, "t0": [take("r"), give("r"), draw(tries("lk"))]}
    drawn = scenario(
        "dying", {"lk": kind.spec, "r": other.spec},
        actors_of(steps) | {"main": msgspec.structs.replace(actors_of(steps)["main"], steps=tuple(main))},
    )  # fmt: skip
    if how != "fault":
        return drawn
    after = draw(st.sampled_from((1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64)))
    return msgspec.structs.replace(drawn, faults=(Fault(actor="v0", signal="SIGKILL", after=after),))
