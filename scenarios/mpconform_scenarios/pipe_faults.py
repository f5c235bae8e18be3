"""Faults: a process is killed while it sends, receives, or does neither, and others are at the other end.

Under fork every process holds a copy of each end that main had when it was started, so every actor
closes those that it has no use for.
"""

import msgspec
from hypothesis import strategies as st

from mpconform.values import Fault, Scenario, Step
from mpconform_scenarios.build import call, item, make, verb
from mpconform_scenarios.pipe_parts import SMALL_SIZES, Sent, messages, pipe, receives, scenario, sends

__all__ = ("killed", "needs")

_SIGNALS = ("SIGKILL", "SIGTERM", "exit")
#: So many instructions into a call it strikes: before, between and after its system calls; or never.
_AFTER = (1, 5, 10, 20, 30, 40, 50, 60, 80, 100, 130, 160, 200, 300, 500)
#: So long after a call began, which then waits, it strikes.
_LATER_S = 0.02
#: More than any system's pipe holds.
_LARGE = 1 << 20


@st.composite
def killed(draw: st.DrawFn) -> Scenario:
    """Draw a process v0 that is killed at one end of a pipe, with p1 at the other; p2 and p3 have their own.

    Either v0 sends and p1 receives one message more, at once or when v0 is dead; or v0 receives, or
    never reads, and p1 sends, also when v0 is dead.  Smallest: one item that is not read until v0 is dead.
    """
    signal = draw(st.sampled_from(_SIGNALS))
    role = draw(st.sampled_from(("sends-unread", "sends", "receives", "stays")))
    sent = draw(messages("v0" if role.startswith("sends") else "p1", most=4))
    if role == "sends-unread":
        sent = (*sent, Sent(method="send", argument=item("v0", 9, _LARGE)))
        victim = [call("a", "close"), *sends("b", sent)]
        peer = [call("b", "close"), _dead(), *receives("a", sent), call("a", "recv")]
        strike = Fault(actor="v0", signal=signal, step=1, later_s=_LATER_S)
    elif role == "sends":
        victim = [call("a", "close"), *sends("b", sent)]
        peer = [call("b", "close"), *receives("a", sent), call("a", sent[-1].receive)]
        strike = draw(_within(signal, len(sent)))
    else:
        peer = [call("a", "close"), *sends("b", sent), _dead(), call("b", "send", item("p1", 99))]
        victim = [call("b", "close"), *receives("a", sent)]
        strike = draw(_within(signal, len(sent)))
        if role == "stays":
            peer.insert(-2, call("b", "send", item("p1", 9, _LARGE)))
            victim = [call("b", "close"), call("a", "poll", 0), verb("linger")]
            strike = Fault(actor="v0", signal=signal, step=2, later_s=_LATER_S)
    before, after = (draw(messages("p2", most=2, sizes=SMALL_SIZES)) for _ in range(2))
    aside = [call("a", "close"), call("b", "close")]
    actors: dict[str, list[Step]] = {
        "p1": peer,
        "p2": [*aside, *sends("d", before), _dead(), *sends("d", after)],
        "p3": [*aside, *receives("c", before), *receives("c", after)],
        "v0": victim,
    }
    objects = pipe("a", "b", duplex=draw(st.booleans())) | pipe("c", "d", duplex=draw(st.booleans()))
    drawn = scenario("killed", objects, actors, main=aside)
    return msgspec.structs.replace(drawn, faults=(strike,))


def _dead() -> Step:
    return verb("await_exit", ["v0"])


@st.composite
def _within(draw: st.DrawFn, signal: str, calls: int) -> Fault:
    """Draw when it strikes: so many instructions into one of v0's *calls*, which follow its close."""
    step, after = draw(st.integers(1, calls)), draw(st.sampled_from(_AFTER))
    return Fault(actor="v0", signal=signal, step=step, after=after)


@st.composite
def needs(draw: st.DrawFn) -> Scenario:
    """Make a pipe when only so many descriptors can be opened, and one when there are enough again; use that.

    Smallest: a duplex pipe, and no descriptor left.
    """
    duplex = () if draw(st.booleans()) else (False,)
    steps = [
        make("warm", "Pipe", *duplex),
        make("x", "Pipe", *duplex),
        make("y", "Pipe", *duplex),
    ]
    for name in ("y", "x"):
        a, b = f"{name}-a", f"{name}-b"
        steps += [call(name, "__getitem__", 0, bind=a), call(name, "__getitem__", 1, bind=b)]
        steps += [call(b, "send", item("p0", 0)), call(a, "recv")]
    fault = Fault(actor="p0", signal="EMFILE", step=1, left=draw(st.integers(0, 2)))
    return msgspec.structs.replace(scenario("needs", {}, {"p0": steps}), faults=(fault,))
