"""Values: frozen, strict, and unchanged by a round trip through JSON."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpconform.values import (
    Actor,
    Census,
    Execution,
    Finding,
    History,
    ObjectSpec,
    Outcome,
    ProcessRecord,
    Requirement,
    Scenario,
    Step,
    Verdict,
    Violation,
    worst,
)
from mpconform_scenarios.build import call
from tape import error, history, op

names = st.text("abcdefgq_$0", min_size=1, max_size=5)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=2),
    max_leaves=6,
)
steps = st.builds(
    Step,
    target=names,
    method=names,
    arguments=st.lists(json_values, max_size=3).map(tuple),
    keywords=st.dictionaries(names, json_values, max_size=2),
    timeout_s=st.none() | st.floats(0, 10),
    bind=st.just("") | names,
)
scenarios = st.builds(
    Scenario,
    family=names,
    theme=names,
    objects=st.dictionaries(
        names,
        st.builds(
            ObjectSpec,
            factory=names,
            arguments=st.lists(json_values, max_size=2).map(tuple),
            keywords=st.dictionaries(names, json_values, max_size=2),
            unpack=st.lists(names, max_size=2).map(tuple),
        ),
        max_size=2,
    ),
    actors=st.dictionaries(
        names,
        st.builds(
            Actor,
            steps=st.lists(steps, max_size=4).map(tuple),
            name=st.none() | names,
            daemon=st.none() | st.booleans(),
        ),
        max_size=3,
    ),
    deadline_s=st.floats(0.1, 100),
)


@given(scenarios)
def test_a_scenario_survives_json(scenario: Scenario) -> None:
    """What was run can be saved, replayed, and shrunk."""
    stored = msgspec.json.encode(scenario)

    assert msgspec.json.decode(stored, type=Scenario) == scenario
    assert msgspec.json.encode(msgspec.json.decode(stored, type=Scenario)) == stored


def test_a_history_survives_json() -> None:
    """With operations, executions and census."""
    told = history(
        op("p0", "q", "put", {"$item": ["p0", 0, 0]}, at=(1, 2)),
        op("c0", "q", "get", at=(3, None)),
        op("c0", "q", "get", at=(5, 6), raised=error("Empty")),
        executions=(Execution(task=1, pid=2, invoked_ns=3),),
        census={
            "after": Census(at_ns=1, agent_pid=2, processes=(ProcessRecord(pid=2, parent_pid=1, state="Z"),))
        },
        ended="hung",
    )

    assert msgspec.json.decode(msgspec.json.encode(told), type=History) == told


def test_defaults_are_not_written() -> None:
    """A scenario's JSON shows what was said, and no more."""
    scenario = Scenario(family="f", theme="t", actors={"main": Actor(steps=(Step(method="pid"),))})

    assert msgspec.json.decode(msgspec.json.encode(scenario)) == {
        "family": "f",
        "theme": "t",
        "actors": {"main": {"steps": [{"method": "pid"}]}},
    }


@pytest.mark.parametrize(
    "stored",
    [
        b'{"family": "f", "theme": "t", "actors": {}, "colour": 1}',
        b'{"family": "f", "actors": {}}',
        b'{"family": "f", "theme": "t", "actors": {"main": {"steps": [{"target": "q"}]}}}',
    ],
)
def test_reading_is_strict(stored: bytes) -> None:
    """Missing and unknown keys are errors."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(stored, type=Scenario)


def test_values_are_frozen() -> None:
    """A value is never changed, so it can be shared."""
    step: Any = Step(method="pid")

    with pytest.raises(AttributeError):
        step.method = "x"


@pytest.mark.parametrize(
    ("first", "second", "before"),
    [((0, 5), (6, 7), True), ((0, 5), (5, 7), False), ((0, 5), (4, 7), False), ((0, None), (9, 10), False)],
    ids=["before", "touching", "overlapping", "open"],
)
def test_one_operation_precedes_another(
    first: tuple[int, int | None], second: tuple[int, int], before: bool  # noqa: FBT001
) -> None:  # fmt: skip
    """Intervals are closed: equal stamps order nothing, and what never returned precedes nothing."""
    assert op("a", "q", "put", at=first).precedes(op("b", "q", "get", at=second)) is before


def test_an_exception_is_asked_for_by_class_name() -> None:
    """Base classes included, several names at once."""
    raised = op("a", "q", "get", at=(1, 2), raised=error("Empty"))

    assert raised.raised("Empty")
    assert raised.raised("Full", "Exception")
    assert not raised.raised("Full")
    assert not op("a", "q", "get", at=(1, 2)).raised("Empty")
    assert not op("a", "q", "get", at=(1, None)).raised("Empty")


def test_the_time_of_an_operation_that_never_returned_cannot_be_asked() -> None:
    """It says which operation."""
    assert op("a", "q", "get", at=(0, 5_000)).elapsed_s == 5e-6
    with pytest.raises(ValueError, match="get never returned"):
        _ = op("a", "q", "get", at=(0, None)).elapsed_s


def test_a_history_is_looked_through_by_actor_and_by_target() -> None:
    """In order."""
    told = history(
        op("a", "q", "put", at=(1, 2)), op("b", "q", "get", at=(3, 4)), op("a", "r", "put", at=(5, 6))
    )

    assert [o.target for o in told.by("a")] == ["q", "r"]
    assert [o.actor for o in told.on("q")] == ["a", "b"]
    assert [o.actor for o in told.on("q", "get", "peek")] == ["b"]


def test_zombies_of_a_census() -> None:
    """Those that have ended and wait to be reaped."""
    found = Census(
        at_ns=0,
        agent_pid=1,
        processes=tuple(ProcessRecord(pid=n, parent_pid=1, state=s) for n, s in enumerate("RSZT")),
    )

    assert [p.pid for p in found.zombies] == [2]


def test_outcomes_are_ordered() -> None:
    """A failure outweighs ignorance, ignorance a pass; of nothing nothing is known."""
    assert worst([]) is Outcome.UNKNOWN
    assert worst([Outcome.PASS]) is Outcome.PASS
    assert worst([Outcome.PASS, Outcome.UNKNOWN]) is Outcome.UNKNOWN
    assert worst([Outcome.FAIL, Outcome.UNKNOWN]) is Outcome.FAIL


VIOLATION = Violation(kind="k", summary="s", observed=("o",))


def test_a_violation_that_nothing_proves_cannot_be_built() -> None:
    """A red cell must be provable."""
    with pytest.raises(ValueError, match="no witness"):
        Violation(kind="k", summary="s")
    assert Violation(kind="k", summary="s", witness=(op("a", "q", "get", at=(1, 2)),)).witness


@pytest.mark.parametrize(
    ("outcome", "violations"),
    [(Outcome.FAIL, ()), (Outcome.PASS, (VIOLATION,)), (Outcome.UNKNOWN, (VIOLATION,))],
)
def test_a_verdict_fails_if_and_only_if_it_shows_a_violation(
    outcome: Outcome, violations: tuple[Violation, ...]
) -> None:
    """Nothing else can be built."""
    with pytest.raises(ValueError, match="if and only if"):
        Verdict(requirement="R", backend="b", outcome=outcome, violations=violations)


def test_nothing_judged_is_unknown() -> None:
    """No evidence is never a pass."""
    assert Finding().outcome is Outcome.UNKNOWN
    assert Finding(judged=1).outcome is Outcome.PASS
    assert Finding(judged=1, violations=(VIOLATION,)).outcome is Outcome.FAIL


def test_a_requirement_survives_json() -> None:
    """It is stored with a run."""
    requirement = Requirement(
        id="R",
        statement="s",
        level="MUST",
        source="x",
        needs=("Queue",),
        family="f",
        kind="certain",
        checker="m.f",
    )

    assert msgspec.json.decode(msgspec.json.encode(requirement), type=Requirement) == requirement


@pytest.mark.parametrize(
    ("since", "until", "python", "promised"),
    [
        ("", "", "3.9.2", True),
        ("3.13", "", "3.13.0", True),
        ("3.13", "", "3.12.9", False),
        ("3.11.5", "", "3.11.4", False),
        ("3.11.5", "", "3.11.10", True),
        ("", "3.13", "3.13.9", True),
        ("", "3.13", "3.14.0", False),
        ("3.9", "3.9", "3.10.1", False),
    ],
)
def test_a_requirement_is_promised_by_some_versions_of_python(
    since: str, until: str, python: str, *, promised: bool
) -> None:
    """From one on, and up to one with all its corrections; numbers are compared as numbers."""
    asked = Requirement(
        id="X", statement="", level="MUST", source="", needs=(), family="f", kind="certain", checker="c",
        since=since, until=until,
    )  # fmt: skip

    assert asked.promised(python) is promised


def test_who_is_started_and_joined_by_nobody_is_unjoined() -> None:
    """Whoever joins, and however; who is never started needs no join."""
    actors = {
        "main": Actor(steps=(*(call(name, "start") for name in "abc"), call("a", "join", timeout_s=0.1))),
        "a": Actor(steps=(call("b", "join"),)),
        **{name: Actor() for name in "bcd"},
    }

    assert Scenario(family="f", theme="t", actors=actors).unjoined == ("c",)
    assert Scenario(family="f", theme="t", actors={"a": Actor()}).unjoined == ()
