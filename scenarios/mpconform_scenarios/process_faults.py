"""Faults: processes that SIGINT interrupts, and starts for which descriptors are lacking."""

import msgspec
from hypothesis import strategies as st

from mpconform.values import Actor, Fault, Scenario, Step
from mpconform_scenarios.build import call, join_all, make, start_all, verb

__all__ = ("interrupts", "needs")

#: So many instructions into a call it strikes, or never.
_AFTER = (1, 2, 3, 5, 8, 12)
#: So long after a call began, which then waits, it strikes.
_LATER_S = 0.02


@st.composite
def interrupts(draw: st.DrawFn) -> Scenario:
    """Send SIGINT to a child, in its target or in a call; then to main, in a join of a child that lingers.

    Smallest: v0 lingers and is interrupted at once; there is another process, and no interrupted join.
    """
    if draw(st.booleans()):
        victim = [make("me", "current_process"), *[call("me", ".name")] * draw(st.integers(1, 3))]
        step = draw(st.integers(0, len(victim) - 1))
        first = Fault(actor="v0", signal="SIGINT", step=step, after=draw(st.sampled_from(_AFTER)))
    else:
        first = Fault(actor="v0", signal="SIGINT", step=0, later_s=draw(st.sampled_from((0.0, _LATER_S))))
        victim = [verb("linger")]
    faults = [first]
    steps: list[Step] = [*start_all(("v0", "p0")), call("v0", "join"), call("v0", ".exitcode")]
    steps += [call("v0", "is_alive"), call("p0", "join"), call("p0", ".exitcode")]
    actors = {"v0": victim, "p0": [verb("pid")]}
    if draw(st.booleans()):
        steps += [call("w0", "start"), verb("await_invoked", "w0", 0)]
        faults.append(Fault(actor="main", signal="SIGINT", step=len(steps), later_s=_LATER_S))
        steps += [call("w0", "join"), call("w0", "is_alive"), call("w0", "terminate")]
        steps += [call("w0", "join"), call("w0", ".exitcode")]
        actors["w0"] = [verb("linger")]
    return msgspec.structs.replace(_scenario("interrupts", steps, actors), faults=tuple(faults))


@st.composite
def needs(draw: st.DrawFn) -> Scenario:
    """Start a process when only so many descriptors can be opened, and another when there are enough again.

    Smallest: one process before, and no descriptor left.
    """
    before = tuple(f"p{n}" for n in range(draw(st.integers(1, 2))))
    left = draw(st.integers(0, 12))
    steps = [*start_all(before), *join_all(before), verb("census", "warm")]
    lack = Fault(actor="main", signal="EMFILE", step=len(steps), left=left)
    steps += [call("n0", "start"), call("n0", "is_alive"), call("q0", "start"), *join_all(("n0", "q0"))]
    steps += [call("q0", ".exitcode"), call("q0", "is_alive")]
    actors = {name: [verb("pid")] for name in (*before, "n0", "q0")}
    return msgspec.structs.replace(_scenario("needs", steps, actors), faults=(lack,))


def _scenario(theme: str, steps: list[Step], actors: dict[str, list[Step]]) -> Scenario:
    return Scenario(
        family="process",
        theme=theme,
        actors={"main": Actor(steps=tuple(steps))}
        | {name: Actor(steps=tuple(taken)) for name, taken in actors.items()},
    )
