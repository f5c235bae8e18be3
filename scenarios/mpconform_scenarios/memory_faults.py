"""Faults: a process is killed while it uses shared memory; shared memory for which something is lacking."""

from hypothesis import strategies as st

from mpconform.values import Actor, Fault, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, make, payload, ref, start_all, verb
from mpconform_scenarios.memory_parts import made, span, unique

__all__ = ("full", "killed", "needs")

_MEMORY = "shared_memory.SharedMemory"
_LIST = "shared_memory.ShareableList"
_SIGNALS = ("SIGKILL", "SIGTERM", "exit")
#: So many instructions into a write it strikes, or never.
_AFTER = (1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 40, 45, 50)
#: The longest that somebody who looks at the dead one's Value is waited for.
_LOOK_S = 0.3
#: Values of which every byte differs from that of the others.
_NUMBERS = {
    "q": (0x0101010101010101, 0x7E7E7E7E7E7E7E7E, -0x0101010101010102),
    "i": (0x01010101, 0x7E7E7E7E, -2),
}


@st.composite
def killed(draw: st.DrawFn) -> Scenario:
    """Draw a process v0 that is killed in a write to Value ``v``, with its lock, or attached to a block.

    t0, which looks at ``v`` when v0 is dead, may block, and is ended by main; ``r`` is bare, and never
    blocks.  p0 and main use ``w``, and main the block.  Smallest: v0 is killed when it holds the lock.
    """
    signal, typecode = draw(st.sampled_from(_SIGNALS)), draw(st.sampled_from(("q", "i")))
    first, *numbers = _NUMBERS[typecode]
    doing = draw(st.sampled_from(("holds", "writes", "writes", "attached")))
    seed, size = draw(st.integers(1, 1 << 20)), draw(st.sampled_from((1, 100, 5000)))
    if doing == "writes":
        victim = [call(name, ".value=", n) for n in numbers for name in ("v", "r")]
        step = draw(st.sampled_from(range(0, len(victim), 2)))  # A write to r is none of the backend's code.
        strike = Fault(actor="v0", signal=signal, step=step, after=draw(st.sampled_from(_AFTER)))
    elif doing == "holds":
        victim = [call("v", "get_lock", bind="l"), call("l", "acquire"), verb("pid"), call("l", "release")]
        strike = Fault(actor="v0", signal=signal, step=2)
    else:
        victim = [make("mine", _MEMORY, unique("seg")), call("mine", ".name"), verb("pid")]
        strike = Fault(actor="v0", signal=signal, step=2)
    times = draw(st.integers(1, 10))
    look = [call("r", ".value"), call("v", "get_lock", bind="l"), call("l", "acquire", timeout_s=0.02)]
    steps: dict[str, list[Step]] = {
        "main": [
            call("seg", ".buf", bind="view"),
            call("view", "__setitem__", span(0, size), payload(seed, size)),
            *start_all(("p0", "v0")),
            *join_all(("v0",)),
            *start_all(("t0",)),
            call("t0", "join", timeout_s=_LOOK_S),
            call("t0", "kill"),
            *join_all(("t0", "p0")),
            verb("increment", ref("w"), times),
            call("w", ".value"),
            call("view", "__getitem__", span(0, size)),
            make("again", _MEMORY, unique("seg")),
            call("again", ".buf", bind="look"),
            call("look", "__getitem__", span(0, size)),
            verb("collect", "view", "look"),
            call("seg", "unlink"),
            call("again", "close"),
            call("seg", "close"),
        ],
        "p0": [verb("increment", ref("w"), times)],
        "v0": victim,
        "t0": [*look, call("v", ".value")],
    }
    objects = {
        "v": made("Value", typecode, first),
        "r": made("RawValue", typecode, first),
        "w": made("Value", "i", 0),
        "seg": made(_MEMORY, name=unique("seg"), create=True, size=size),
    }
    return _scenario("killed", objects, steps, strike)


@st.composite
def needs(draw: st.DrawFn) -> Scenario:
    """Make shared memory when descriptors or room are lacking, and the same when there is enough again.

    Smallest: a block, and no descriptor left.
    """
    kind = draw(st.sampled_from(("block", "list", "array", "value")))
    # To touch what a full /dev/shm has no room for, is the end of a process: see ``full``.
    lacks = ("EMFILE", "EFBIG", "ENOSPC") if kind == "block" else ("EMFILE", "EFBIG")
    lack = draw(st.sampled_from(lacks))
    left = draw(st.integers(0, 2)) if lack == "EMFILE" else draw(st.sampled_from((0, 1000)))
    steps = [
        _making(kind, "warm", "first"),
        verb("census", "warm"),
        _making(kind, "x", "second"),
        _making(kind, "y", "second"),
    ]
    for name in ("warm", "x", "y"):
        steps += _used(kind, name)
    return _scenario("needs", {}, {"main": steps}, Fault(actor="main", signal=lack, step=2, left=left))


@st.composite
def full(draw: st.DrawFn) -> Scenario:
    """Make shared memory in p0 while /dev/shm is full, and the same in main when there is room again.

    /dev/shm is full while main joins p0, which may not live through it.  Smallest: a list.
    """
    kind = draw(st.sampled_from(("list", "array", "value", "block")))
    left = draw(st.sampled_from((0, 4096)))
    steps = {
        "main": [
            *start_all(("p0",)),
            verb("rendezvous", 0, ["main", "p0"]),
            call("p0", "join"),
            call("p0", ".exitcode"),
            _making(kind, "y", "third"),
            *_used(kind, "y"),
        ],
        "p0": [
            _making(kind, "warm", "first"),
            *_used(kind, "warm"),
            verb("rendezvous", 0, ["main", "p0"]),
            verb("await_invoked", "main", 2),
            _making(kind, "x", "second"),
            *_used(kind, "x"),
        ],
    }
    return _scenario("full", {}, steps, Fault(actor="main", signal="ENOSPC", step=2, left=left))


def _making(kind: str, name: str, label: str) -> Step:
    """Return the step that binds *name* to something of *kind*; a block has a name for each *label*."""
    if kind == "block":
        return make(name, _MEMORY, name=unique(label), create=True, size=5000)
    if kind == "list":
        return make(name, _LIST, ["x" * 900, 1], name=unique(label))
    # A large Array often needs a file of its own.
    return make(name, "Array", "q", 20_000) if kind == "array" else make(name, "Value", "q", 5)


def _used(kind: str, name: str) -> list[Step]:
    """Return the steps that use what *name* is bound to, if it could be made, and give it back."""
    if kind == "block":
        return [call(name, ".size"), call(name, "unlink"), call(name, "close")]
    if kind == "list":
        shm = f"{name}-shm"
        return [
            call(name, "__getitem__", 1),
            call(name, ".shm", bind=shm),
            call(shm, "unlink"),
            verb("collect", name),
            call(shm, "close"),
        ]
    return [call(name, "__getitem__", 0) if kind == "array" else call(name, ".value")]


def _scenario(
    theme: str, objects: dict[str, ObjectSpec], steps: dict[str, list[Step]], fault: Fault
) -> Scenario:
    actors = {name: Actor(steps=tuple(taken)) for name, taken in steps.items()}
    return Scenario(family="memory", theme=theme, objects=objects, actors=actors, faults=(fault,))
