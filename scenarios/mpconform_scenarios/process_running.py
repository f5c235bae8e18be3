"""How processes run: alive, waited for, watched, given up, and writing side by side."""

from hypothesis import strategies as st

from mpconform.values import Actor, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, ref, start_all, verb

__all__ = ("closes", "lifetimes", "outputs", "sentinels")

#: Timeouts that must expire, and how long a child keeps busy.
_SHORT = st.sampled_from((0.01, 0.03, 0.06))
_BUSY = st.sampled_from((0, 0.005, 0.02, 0.06))


def _together(point: int, children: list[str]) -> Step:
    """Return the step by which main and *children* wait for each other."""
    return verb("rendezvous", point, ["main", *children])


def _state(child: str) -> tuple[Step, ...]:
    return call(child, "is_alive"), call(child, ".exitcode")


def _named(count: int) -> list[str]:
    return [f"c{index}" for index in range(count)]


@st.composite
def lifetimes(draw: st.DrawFn) -> Scenario:
    """Let main look at children before they start, while they surely run, and after each has ended.

    Each child ends only after main has begun the join that waits for it, so that those not
    yet joined still run.  Shrinks to one child and joins with timeouts of zero and 10 ms.
    """
    names = _named(draw(st.integers(1, 3)))
    timeout, busy, again = draw(_SHORT), draw(_BUSY), draw(st.booleans())
    daemon = draw(st.sampled_from((None, True)))
    steps = [step for name in names for step in _state(name)]
    steps.append(call("@", "active_children"))
    steps += [step for name in names for step in (call(name, "start"), *_state(name))]
    steps.append(_together(0, names))
    steps += [step for name in names for step in _state(name)]
    steps += [call("@", "active_children"), call(names[-1], "join", timeout_s=0.0)]
    steps.append(call(names[-1], "join", timeout_s=timeout))
    steps += [*_state(names[-1]), _together(1, names)]
    children = {}
    for name in names:
        inside = (
            _together(0, names), _together(1, names),
            verb("await_invoked", "main", len(steps)),
            verb("hold", busy), call("@", "active_children"),
        )  # fmt: skip
        children[name] = Actor(daemon=daemon, steps=inside)
        steps += [call(name, "join"), verb("await_exit", [name]), call(name, "join"), *_state(name)]
        steps += [call(name, "join", timeout_s=timeout), call(name, "join")] * again
        steps.append(call("@", "active_children"))
    actors = {"main": Actor(steps=tuple(steps)), **children}
    return Scenario(family="process", theme="life", actors=actors)


@st.composite
def closes(draw: st.DrawFn) -> Scenario:
    """Process objects are closed while their process runs, and after its end, and then used.

    Shrinks to one child, which is used in every way after its close.
    """
    names = _named(draw(st.integers(1, 2)))
    uses = ("join", "is_alive", ".pid", ".ident", ".exitcode", ".sentinel", "start", "terminate")
    order = draw(st.permutations(uses))
    steps = [*start_all(names), _together(0, names)]
    steps += [step for name in names for step in (call(name, "close"), call(name, "is_alive"))]
    steps += [_together(1, names), *join_all(names)]
    for name in names:
        steps += [call(name, ".exitcode"), call(name, "close"), *(call(name, use) for use in order)]
    inside = (_together(0, names), _together(1, names))
    children = {name: Actor(steps=inside) for name in names}
    return Scenario(family="process", theme="close", actors={"main": Actor(steps=tuple(steps)), **children})


@st.composite
def sentinels(draw: st.DrawFn) -> Scenario:
    """Let main wait for the sentinels of children that run, in vain, and of children that have ended.

    The children end together, or one by one: each while the next still runs.  Shrinks to one
    child and one wait of each kind.
    """
    names = _named(draw(st.integers(1, 3)))
    timeout, together, apart = draw(_SHORT), draw(st.booleans()), draw(st.booleans())
    ends = {name: _together(1 + n, [name]) if apart else _together(1, names) for n, name in enumerate(names)}
    given = [{"$attribute": [name, "sentinel"]} for name in names]
    steps = [*start_all(names), _together(0, names), *(call(name, ".sentinel") for name in names)]
    steps += [call("@", "connection.wait", given, timeout_s=timeout), ends[names[0]]]
    if together and not apart:
        steps.append(call("@", "connection.wait", given))
    for n, (name, sentinel) in enumerate(zip(names, given, strict=True)):
        steps += [ends[name]] * (apart and n > 0)
        steps.append(verb("await_exit", [name]))
        steps += [call("@", "connection.wait", given[n:])] * (together and apart)
        steps.append(call("@", "connection.wait", [sentinel]))
        steps += [call(name, "is_alive"), call(name, "join")]
        steps.append(call("@", "connection.wait", [sentinel]))
    children = {name: Actor(steps=(_together(0, names), ends[name])) for name in names}
    return Scenario(
        family="process", theme="sentinel", actors={"main": Actor(steps=tuple(steps)), **children}
    )


@st.composite
def outputs(draw: st.DrawFn) -> Scenario:
    """Children write lines in pieces, at the same time and under one lock; main reads what came of it.

    Shrinks to two children that write four lines each, in five pieces.
    """
    names = _named(draw(st.integers(2, 4)))
    lines, pieces = draw(st.integers(4, 8)), draw(st.sampled_from((5, 4, 3, 2)))
    main_too = draw(st.booleans())
    written = [verb("emit", n, pieces, ref("lock")) for n in range(lines)]
    children = {
        name: Actor(steps=(_together(0, names), verb("echo", ref("lock")), *written)) for name in names
    }
    steps = (
        *start_all(names), _together(0, names), *(written if main_too else ()),
        *join_all(names), verb("output"),
    )  # fmt: skip
    return Scenario(
        family="process",
        theme="output",
        objects={"lock": ObjectSpec(factory="Lock")},
        actors={"main": Actor(steps=steps), **children},
    )
