"""Faults: a process is killed while it waits, and others go on with objects of their own."""

import msgspec
from hypothesis import strategies as st

from mpconform.values import Fault, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all
from mpconform_scenarios.condition_parts import meet, scenario

__all__ = ("killed",)

_SIGNALS = ("SIGKILL", "SIGTERM", "exit")
#: After so many instructions it strikes, if it does: before it waits, or while it does so by looking again
#: and again.
_AFTER = (1, 5, 10, 20, 30, 50, 80, 120, 200)
#: The longest that somebody who touches the dead one's object is waited for.
_LOOK_S = 0.3

#: What is waited for, how, and how those who wait are woken.
_WAITS: dict[str, list[Step]] = {
    "Condition": [call("", "acquire"), call("", "wait"), call("", "release")],
    "Event": [call("", "wait")],
    "Barrier": [call("", "wait")],
}
_WAKES: dict[str, list[Step]] = {
    "Condition": [call("", "acquire"), call("", "notify_all"), call("", "release")],
    "Event": [call("", "set"), call("", "clear")],
    "Barrier": [call("", "abort"), call("", "reset")],
}


def _on(name: str, steps: list[Step], timeout_s: float | None = None) -> list[Step]:
    """Return *steps* on the object *name*, the waits among them with a timeout if one is given."""
    return [
        msgspec.structs.replace(step, target=name, timeout_s=timeout_s if step.method == "wait" else None)
        for step in steps
    ]


@st.composite
def killed(draw: st.DrawFn) -> Scenario:
    """Draw a process that is killed while it waits on ``q``, beside others that use only ``r``.

    What becomes of ``q`` is undefined: t0, which touches it when the victim is dead, may fail or block, and
    is ended by main.  Nobody waits on ``r`` for longer than a moment.
    """
    factory = draw(st.sampled_from(("Condition", "Event", "Barrier")))
    made = ObjectSpec(factory=factory, arguments=(2,) if factory == "Barrier" else ())
    often = draw(st.integers(1, 3))
    by_fault = draw(st.booleans())
    ends = (
        [call("v0", "kill"), *join_all(("v0",))]
        if not by_fault
        else [call("v0", "join", timeout_s=_LOOK_S), call("v0", "kill"), *join_all(("v0",))]
    )
    await_wait = [] if by_fault else [call("v0", "join", timeout_s=draw(st.sampled_from((0.02, 0.0))))]
    later = ("main", "a0", "a1")
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(("a0", "a1", "v0")),
            *await_wait,
            *ends,
            *start_all(("t0",)),
            call("t0", "join", timeout_s=_LOOK_S),
            call("t0", "kill"),
            *join_all(("t0",)),
            meet(0, *later),
            *join_all(("a0", "a1")),
        ],
        "a0": [*_on("r", _WAITS[factory], 0.02) * often, meet(0, *later), *_on("r", _WAITS[factory], 0.01)],
        "a1": [*_on("r", _WAKES[factory]) * often, meet(0, *later), *_on("r", _WAKES[factory])],
        "v0": _on("q", _WAITS[factory]),
        "t0": _on("q", _WAKES[factory]),
    }
    drawn = scenario("killed", {"q": made, "r": made}, steps)
    if not by_fault:
        return drawn
    strike = Fault(actor="v0", signal=draw(st.sampled_from(_SIGNALS)), after=draw(st.sampled_from(_AFTER)))
    return msgspec.structs.replace(drawn, faults=(strike,))
