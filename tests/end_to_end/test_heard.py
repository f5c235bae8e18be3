"""Predicates and actions: what the backend calls is recorded, under every start method."""

import pytest

from mpconform.values import ObjectSpec, Step
from mpconform_scenarios.build import call, ref, verb
from running import METHODS, run, scenario

every_method = pytest.mark.parametrize("method", METHODS)


@every_method
def test_each_call_of_a_predicate_is_an_operation(method: str) -> None:
    """In the midst of the wait_for that made it; what that returns is the number itself."""
    waiting = [
        call("c", "acquire"),
        call("c", "wait_for", {"$predicate": ["v", 2]}),
        call("c", "wait_for", {"$predicate": ["v", 9]}, timeout_s=0.0),
        call("c", "release"),
    ]
    counting = [
        call("c", "acquire"),
        verb("increment", ref("v"), 1),
        call("c", "notify"),
        call("c", "release"),
    ]
    history = run(
        method,
        scenario(
            [
                call("w0", "start"), verb("await_invoked", "w0", 1), *counting, *counting,
                call("w0", "join"),
            ],
            objects={
                "c": ObjectSpec(factory="Condition"), "v": ObjectSpec(factory="Value", arguments=("i", 0)),
            },
            w0=waiting,
        ),
    )  # fmt: skip

    assert history.ended == "normally", history.detail
    first, second = history.on("c", "wait_for")
    asked = history.on("c", "predicate")
    assert (first.result, second.result) == (2, "")
    assert {op.actor for op in asked} == {"w0"}
    assert [op.result for op in asked if op.step == first.step][-1] == 2
    assert [op.result for op in asked if op.step == second.step] == [""]
    assert all(op.invoked_ns > first.invoked_ns and op.arguments == () for op in asked)
    assert all(one.returned_ns <= first.returned_ns for one in asked if one.step == first.step)


@every_method
@pytest.mark.parametrize("rounds", [1, 3])
def test_each_call_of_an_action_is_an_operation(method: str, rounds: int) -> None:
    """In the process of one of the parties, in each round of a burst."""
    wait = [call("b", "wait")] * 2
    told = scenario(
        [call("p0", "start"), *wait, call("p0", "join")],
        objects={"b": ObjectSpec(factory="Barrier", arguments=(2, {"$action": ["hold", 0.001]}))},
        p0=wait,
    )
    told = type(told)(**{name: getattr(told, name) for name in told.__struct_fields__} | {"rounds": rounds})
    history = run(method, told)

    assert history.ended == "normally", history.detail
    called = history.on("b", "action")
    assert len(called) == 2
    assert {op.actor for op in called} <= {"main", "p0"}
    waits = {(op.actor, op.step): op for op in history.on("b", "wait")}
    assert all(waits[op.actor, op.step].invoked_ns < op.invoked_ns for op in called)
    assert all(op.returned_ns - op.invoked_ns >= 1_000_000 for op in called)


@every_method
def test_an_action_that_raises_is_told_with_its_error(method: str) -> None:
    """In the action, and in the wait that called it."""
    history = run(
        method,
        scenario(
            [call("p0", "start"), call("p0", "join")],
            objects={
                "b": ObjectSpec(factory="Barrier", arguments=(1,), keywords={"action": {"$action": ["fail"]}})
            },
            p0=[call("b", "wait"), Step(target="b", method=".broken")],
        ),
    )

    (called,), (wait,), (looked,) = (history.on("b", name) for name in ("action", "wait", ".broken"))
    assert called.raised("ActionFailed")
    assert wait.raised("ActionFailed")
    assert wait.result["args"] == ["as its scenario says"]
    assert looked.result is True
