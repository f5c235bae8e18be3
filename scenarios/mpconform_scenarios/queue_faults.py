"""Faults: a process is killed in the middle of a queue's own code, and others go on with theirs."""

import msgspec
from hypothesis import strategies as st

from mpconform.values import Fault, Scenario, Step
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb
from mpconform_scenarios.queue_parts import blocking_get, queue, scenario, sizes

__all__ = ("killed", "needs")

_SIGNALS = ("SIGKILL", "SIGTERM", "exit")
#: After so many instructions it strikes: in the first put, or in the feeder's thread, or never.
_AFTER = (1, 10, 30, 60, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 1000, 1300)
#: More than any system's pipe holds: who writes it, waits, and so long after that it strikes.
_LARGE, _LATER_S = 1 << 20, 0.02
#: The longest that somebody who looks at the dead one's queue is waited for.
_LOOK_S = 0.3


@st.composite
def killed(draw: st.DrawFn) -> Scenario:
    """Draw a process that is killed while it uses queue ``q``, beside others that use only ``r``.

    It dies in one of its first calls, in its feeder, or while the feeder waits because nobody reads what is
    too large for the pipe.  What becomes of ``q`` is undefined: t0, which looks at it when the victim is
    dead, may fail or block, and is ended by main.  On ``r`` there are as many gets as puts, some of them
    after the kill.
    """
    size = draw(sizes(large=False))
    victim = [call("q", "put", item("v0", n, size)) for n in range(draw(st.integers(1, 4)))]
    if draw(st.booleans()):
        victim.insert(draw(st.integers(1, len(victim))), call("q", "get_nowait"))
    during, after = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    strike = Fault(actor="v0", signal=draw(st.sampled_from(_SIGNALS)), after=draw(st.sampled_from(_AFTER)))
    if draw(st.booleans()):
        victim += [call("q", "put", item("v0", 9, _LARGE)), verb("linger")]
        strike = Fault(actor="v0", signal=strike.signal, step=len(victim) - 1, later_s=_LATER_S)
    else:
        # What it put is sent by a thread, which is given time to be killed in.
        victim.append(verb("hold", 0.02))
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(("p0", "c0", "v0")),
            *join_all(("v0",)),
            *start_all(("t0",)),
            call("t0", "join", timeout_s=_LOOK_S),
            call("t0", "kill"),
            *join_all(("t0",)),
            *[call("r", "put", item("main", n, size)) for n in range(after)],
            *join_all(("p0", "c0")),
            verb("drain", ref("r")),
        ],
        "p0": [call("r", "put", item("p0", n, size)) for n in range(during)],
        "c0": [blocking_get("r")] * (during + after),
        "v0": victim,
        "t0": [
            call("q", "put", item("t0", 0, size), timeout_s=0.02),
            call("q", "get", timeout_s=0.02),
        ],
    }
    drawn = scenario("killed", {"q": queue(), "r": queue()}, steps)
    return msgspec.structs.replace(drawn, faults=(strike,))


@st.composite
def needs(draw: st.DrawFn) -> Scenario:
    """Make a queue when descriptors or room are lacking, and one like it afterwards; use them.

    Smallest: a Queue, and no descriptor left.
    """
    factory = draw(st.sampled_from(("Queue", "JoinableQueue")))
    lack = draw(st.sampled_from(("EMFILE", "EFBIG", "ENOSPC")))
    left = draw(st.integers(0, 3)) if lack == "EMFILE" else 0
    steps = [
        make("warm", factory),
        verb("census", "warm"),
        make("x", factory),
        make("y", factory),
    ]
    for name in ("y", "x"):
        steps += [call(name, "put", 5), call(name, "get", timeout_s=5.0)]
        steps += [call(name, "close"), call(name, "join_thread")]
    fault = Fault(actor="main", signal=lack, step=2, left=left)
    return msgspec.structs.replace(scenario("needs", {}, {"main": steps}), faults=(fault,))
