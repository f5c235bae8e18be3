"""How processes begin: who they are, whose they are, and what may not be done to them."""

from typing import Any

from hypothesis import strategies as st

from mpconform.values import Actor, Json, Scenario, Step
from mpconform_scenarios.build import call, item, join_all, make, payload, start_all, verb

__all__ = ("identities", "misuses", "parents")

_FLAGS = st.sampled_from((None, True, False))
#: Whoever keeps names where there is little room for them, cuts those that are long.
_LONG_NAME = "worker of a name with spaces, and of more characters than a system call takes"
_NAMES = st.sampled_from((None, _LONG_NAME, "a name with spaces", "näme-☃", "Process-1"))

#: Sizes of arguments: some do not fit a pipe's 64 KiB.
_SIZES = st.sampled_from((0, 1, 100, 5_000, 70_000))


def _values() -> st.SearchStrategy[Json]:
    """Return what can be an argument of a process, the simplest first."""
    plain: st.SearchStrategy[Json] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63) + 1, 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        # Not any text: the table of all characters costs Hypothesis three seconds in each process.
        st.text(alphabet="ab é日\n\0", max_size=8),
        st.builds(payload, st.integers(0, 99), _SIZES),
        st.binary(max_size=8).map(lambda data: {"$hex": data.hex()}),
        st.builds(item, st.just("main"), st.integers(0, 9), _SIZES),
    )
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.lists(inner, max_size=2).map(lambda values: {"$tuple": values})
        ),
        max_leaves=4,
    )


def _asked_inside(*more: Step, values: tuple[Json, ...] = ()) -> tuple[Step, ...]:
    """Return the steps of a child that says who it is."""
    return (
        verb("pid"),
        verb("parent_pid"),
        make("me", "current_process"),
        call("me", ".pid"),
        call("me", ".name"),
        call("me", "is_alive"),
        call("me", ".daemon"),
        call("me", ".authkey"),
        verb("echo", *values),
        *more,
    )


def _asked_outside(child: str) -> tuple[Step, ...]:
    """Return the steps of main that ask a Process object who it is."""
    return call(child, ".pid"), call(child, ".name"), call(child, ".daemon")


@st.composite
def identities(draw: st.DrawFn) -> Scenario:
    """Children with and without names and flags tell who they are, as main does; a daemon starts nothing.

    Always one that has a name and two, the first a daemon, that have none.  Shrinks to these
    three, without another name or flag, and an ``echo`` of nothing.
    """
    more = draw(st.lists(st.tuples(_NAMES, _FLAGS), max_size=2))
    flag, renamed, rekeyed = draw(_FLAGS), draw(st.booleans()), draw(st.booleans())
    given: list[tuple[str | None, bool | None]] = [("worker", flag), (None, True), (None, None), *more]
    kid = (make("kid", "Process"), call("kid", "start"))
    children = {
        f"c{index}": Actor(
            name=name,
            daemon=daemon,
            steps=_asked_inside(
                *(kid if daemon else ()), values=tuple(draw(st.lists(_values(), max_size=3)))
            ),
        )
        for index, (name, daemon) in enumerate(given)
    }
    changes: list[Step] = []
    if renamed:
        changes += [call("c0", ".name=", "another"), call("c0", ".daemon=", not flag)]
    if rekeyed:
        changes.append(call("c0", ".authkey=", payload(1, 16)))
    before = [step for child in children for step in _asked_outside(child)]
    after = [step for child in children for step in (*_asked_outside(child), call(child, ".authkey"))]
    steps = (
        make("me", "current_process"), call("me", ".pid"), call("me", ".authkey"),
        *changes, *before, *start_all(children), *after, *join_all(children),
        *(step for child in children for step in _asked_outside(child)),
    )  # fmt: skip
    return Scenario(family="process", theme="identity", actors={"main": Actor(steps=steps), **children})


@st.composite
def parents(draw: st.DrawFn) -> Scenario:
    """Let main and its children ask for their parent.  Shrinks to one child without a name."""
    names = draw(st.lists(_NAMES, min_size=1, max_size=3))
    inside = (
        verb("pid"), verb("parent_pid"),
        make("parent", "parent_process"),
        call("parent", ".pid"), call("parent", ".name"),
        call("parent", "join", timeout_s=0.01), call("parent", "is_alive"),
    )  # fmt: skip
    children = {f"c{index}": Actor(name=name, steps=inside) for index, name in enumerate(names)}
    steps = (
        make("me", "current_process"), call("me", ".pid"), call("me", ".name"), call("me", "is_alive"),
        call("@", "parent_process"), *start_all(children), *join_all(children),
    )  # fmt: skip
    return Scenario(family="process", theme="parents", actors={"main": Actor(steps=steps), **children})


@st.composite
def misuses(draw: st.DrawFn) -> Scenario:
    """Children are joined before they start, started twice, made daemons too late, and join themselves.

    All of it to the first child; others only run.  Shrinks to one child, which runs while it
    is started again.
    """
    count, late, ended = draw(st.integers(1, 3)), draw(st.booleans()), draw(st.booleans())
    children = {
        f"c{index}": Actor(steps=(make("me", "current_process"), call("me", "join"), verb("pid")))
        for index in range(count)
    }
    again: tuple[Step, ...] = (call("c0", "start"), call("c0", ".daemon=", late))
    steps = (
        call("c0", "join"), call("c0", "join", timeout_s=0.01),
        make("me", "current_process"), call("me", "join"),
        *start_all(children), *again, *join_all(children), *(again if ended else ()), call("c0", ".daemon"),
    )  # fmt: skip
    actors: dict[str, Any] = {"main": Actor(steps=steps), **children}
    return Scenario(family="process", theme="misuse", actors=actors)
