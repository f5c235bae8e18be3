"""Who waits for whom, on tapes written by hand."""

from typing import Any

import msgspec
import pytest

from connection_tape import accept, awaited, client, door, tape_of
from mpconform.values import (
    Actor,
    ActorRecord,
    Census,
    History,
    Json,
    ObjectSpec,
    Operation,
    ProcessRecord,
    Step,
)
from mpconform.waiting import circle, waits
from mpconform_reports.waits import standstill
from tape import history, op

QUEUE = {"q": ObjectSpec(factory="Queue")}
LOCK = {"a": ObjectSpec(factory="Lock"), "b": ObjectSpec(factory="Lock")}
PIPE = {"pipe": ObjectSpec(factory="Pipe", unpack=("left", "right"))}


def steps(*pairs: tuple[str, str]) -> Actor:
    """An actor that calls *method* on *target*, for each (target, method)."""
    return Actor(steps=tuple(Step(target=target, method=method) for target, method in pairs))


def hung(*operations: Operation, **rest: Any) -> History:
    return history(*operations, ended="hung", **rest)


def recorded(found: History, **records: ActorRecord) -> History:
    return msgspec.structs.replace(found, actors=records)


def on(found: History) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {wait.actor: (wait.need, wait.on) for wait in waits(found)}


def test_a_run_in_which_everything_returned_waits_for_nobody() -> None:
    """There is nothing open, and nothing to tell."""
    found = hung(op("p0", "q", "put", at=(0, 1)), op("main", "p0", "join", at=(0, 2)))

    assert waits(found) == ()
    assert circle(waits(found)) == ()


def test_a_run_that_did_not_hang_is_not_told() -> None:
    """What a killed actor was at is no standstill."""
    assert standstill(history(op("p0", "q", "get", at=(0, None)))).rows == ()
    assert standstill(None).rows == ()


def test_a_join_waits_for_the_end_of_its_process() -> None:
    """And for nobody else."""
    found = hung(
        op("main", "p0", "join", at=(0, None)),
        op("p0", "q", "get", at=(1, None)),
        objects=QUEUE,
        actors={"main": steps(("p0", "join")), "p0": steps(("q", "get"))},
    )

    assert on(found) == {"main": ("end", ("p0",)), "p0": ("any", ())}


@pytest.mark.parametrize(
    ("factory", "method", "left", "expected"),
    [
        ("Condition", "wait", "notify", True),
        ("Condition", "wait", "notify_all", True),
        ("Condition", "wait", "wait", False),
        ("Condition", "wait", "acquire", False),
        ("Condition", "wait_for", "notify", True),
        ("Condition", "wait_for", "release", False),
        ("Event", "wait", "set", True),
        ("Event", "wait", "clear", False),
        ("Event", "wait", "is_set", False),
        ("Barrier", "wait", "wait", True),
        ("Barrier", "wait", "abort", True),
        ("Barrier", "wait", "reset", True),
        ("Barrier", "wait", ".broken", False),
    ],
)
def test_what_can_end_a_wait(factory: str, method: str, left: str, expected: bool) -> None:  # noqa: FBT001
    """A wait depends on those who have a step left that wakes it: by what it is that is waited for."""
    found = hung(
        op("p0", "x", method, at=(0, None)),
        op("p1", "", "hold", 1, at=(0, None)),
        objects={"x": ObjectSpec(factory=factory)},
        actors={"main": steps(), "p0": steps(("x", method)), "p1": steps(("", "hold"), ("x", left))},
    )

    assert on(found)["p0"] == ("any", ("p1",) if expected else ())


def test_those_who_wait_together_do_not_wait_for_each_other() -> None:
    """Of a barrier, only those who have not come are waited for."""
    found = hung(
        op("p0", "b", "wait", at=(0, None)),
        op("p1", "b", "wait", at=(0, None)),
        op("p2", "", "hold", 1, at=(0, None)),
        objects={"b": ObjectSpec(factory="Barrier", arguments=(3,))},
        actors={
            "main": steps(),
            "p0": steps(("b", "wait")),
            "p1": steps(("b", "wait")),
            "p2": steps(("", "hold"), ("b", "wait")),
        },
    )

    assert on(found)["p0"] == on(found)["p1"] == ("any", ("p2",))


def test_who_waits_on_a_condition_does_not_hold_its_lock() -> None:
    """Its lock is held by whoever acquired it, or another condition on it, and does not wait."""
    lock = {"$object": "l"}
    found = hung(
        op("p0", "c", "acquire", at=(0, 1), to=True),
        op("p0", "c", "wait", at=(2, None)),
        op("p1", "d", "acquire", at=(3, 4), to=True),
        op("p2", "l", "acquire", at=(5, None)),
        objects={
            "l": ObjectSpec(factory="Lock"),
            "c": ObjectSpec(factory="Condition", arguments=(lock,)),
            "d": ObjectSpec(factory="Condition", arguments=(lock,)),
        },
    )

    assert on(found)["p2"] == ("holder", ("p1",))


def test_a_get_waits_for_those_who_have_a_step_left_with_the_queue() -> None:
    """Not for itself, not for who is through, and not for who never uses it."""
    found = hung(
        op("c0", "q", "get", at=(0, None)),
        op("p0", "q", "put", at=(0, 1)),
        op("p1", "", "hold", 1, at=(0, 5)),
        objects=QUEUE,
        actors={
            "main": steps(("", "pid")),
            "c0": steps(("q", "get"), ("q", "get")),
            "p0": steps(("q", "put")),
            "p1": steps(("", "hold"), ("q", "put")),
            "p2": steps(("q", "put")),
            "p3": steps(("", "pid")),
        },
    )

    assert on(found) == {"c0": ("any", ("p1", "p2"))}


def test_an_actor_that_finished_or_died_cannot_help() -> None:
    """Whatever steps it had."""

    def census(*alive: int) -> dict[str, Census]:
        processes = tuple(ProcessRecord(pid=pid, parent_pid=1, state="S") for pid in alive)
        return {"hung": Census(at_ns=9, agent_pid=1, processes=processes)}

    def found(record: ActorRecord, *alive: int) -> History:
        told = hung(
            op("c0", "q", "get", at=(0, None)),
            objects=QUEUE,
            actors={"main": Actor(), "c0": steps(("q", "get")), "p0": steps(("q", "put"))},
            census=census(2, *alive),
        )
        return recorded(told, c0=ActorRecord(pids=(2,)), p0=record)

    assert on(found(ActorRecord(pids=(3,)), 3)) == {"c0": ("any", ("p0",))}
    assert on(found(ActorRecord(pids=(3,)))) == {"c0": ("any", ())}
    assert on(found(ActorRecord(pids=(3,), finished=True), 3)) == {"c0": ("any", ())}


def test_the_other_end_of_a_pipe_is_the_same_object() -> None:
    """Who could still write to it is waited for."""
    found = hung(
        op("p0", "left", "recv", at=(0, None)),
        objects=PIPE,
        actors={"main": Actor(), "p0": steps(("left", "recv")), "p1": steps(("right", "send"))},
    )

    assert on(found) == {"p0": ("any", ("p1",))}


@pytest.mark.parametrize(
    ("method", "helping", "hindering"),
    [
        pytest.param("get", "put", "get", id="get"),
        pytest.param("put", "get", "put_nowait", id="put"),
        pytest.param("join", "task_done", "get", id="join"),
    ],
)
def test_only_a_step_that_could_end_the_call_counts(method: str, helping: str, hindering: str) -> None:
    """A get is not ended by another get."""
    found = hung(
        op("p0", "q", method, at=(0, None)),
        objects=QUEUE,
        actors={
            "main": Actor(),
            "p0": steps(("q", method)),
            "p1": steps(("q", hindering)),
            "p2": steps(("q", helping)),
        },
    )

    assert on(found) == {"p0": ("any", ("p2",))}


def test_whatever_uses_the_object_may_end_a_call_that_we_do_not_know() -> None:
    """Better one too many than one too few."""
    found = hung(
        op("p0", "q", "anything", at=(0, None)),
        objects=QUEUE,
        actors={"main": Actor(), "p0": Actor(), "p1": steps(("q", "get")), "p2": steps(("q", "put"))},
    )

    assert on(found) == {"p0": ("any", ("p1", "p2"))}


def test_a_wait_for_several_objects_is_ended_by_whoever_uses_one() -> None:
    """A function of the backend's that is given them."""
    found = hung(
        op("p0", "@", "connection.wait", [{"$object": "left"}, {"$object": "q"}], at=(0, None)),
        objects=QUEUE | PIPE | LOCK,
        actors={
            "main": Actor(),
            "p0": Actor(),
            "p1": steps(("right", "send")),
            "p2": steps(("q", "put")),
            "p3": steps(("a", "release")),
        },
    )

    assert on(found) == {"p0": ("any", ("p1", "p2"))}


def test_an_object_in_an_argument_counts() -> None:
    """A drain gets what was put."""
    drain = Step(target="", method="drain", arguments=({"$object": "q"},))
    found = hung(
        op("p0", "q", "put", at=(0, None)),
        objects=QUEUE,
        actors={"main": Actor(steps=(drain,)), "p0": steps(("q", "put"))},
    )

    assert on(found) == {"p0": ("any", ("main",))}


def test_a_verb_that_makes_calls_is_at_its_latest_call_or_between_two() -> None:
    """The get inside of a drain, if one is open; else the drain."""
    drain: tuple[Json, ...] = ({"$object": "q"},)
    inside = hung(
        op("main", "", "drain", *drain, at=(0, None), step=5), op("main", "q", "get", at=(1, None), step=5),
    )  # fmt: skip
    between = hung(
        op("main", "", "drain", *drain, at=(0, None), step=5), op("main", "q", "get", at=(1, 2), step=5),
    )  # fmt: skip

    assert [wait.operation.method for wait in waits(inside)] == ["get"]
    assert [wait.operation.method for wait in waits(between)] == ["drain"]


@pytest.mark.parametrize(
    ("result", "need"),
    [pytest.param(True, "holder", id="taken"), pytest.param(False, "any", id="not-taken")],
)
def test_a_lock_is_waited_for_at_its_holder(result: bool, need: str) -> None:  # noqa: FBT001
    """Who took it more often than they began to give it back; a try that failed took nothing."""
    found = hung(
        op("p0", "a", "acquire", at=(0, 1)),
        op("p0", "a", "release", at=(2, 3)),
        op("p1", "a", "acquire", at=(4, 5), to=result),
        op("p2", "a", "__enter__", at=(6, None)),
        objects=LOCK,
        actors={"main": Actor(), "p0": Actor(), "p1": steps(("", "pid"), ("a", "release")), "p2": Actor()},
    )

    assert on(found) == {"p2": (need, ("p1",))}


def test_two_locks_taken_in_opposite_order_are_a_circle() -> None:
    """Each waits for the other; main, who waits for both, is not part of it."""
    found = hung(
        op("main", "p0", "join", at=(0, None)),
        op("p0", "a", "acquire", at=(1, 2), to=True),
        op("p1", "b", "acquire", at=(1, 2), to=True),
        op("p0", "b", "acquire", at=(3, None)),
        op("p1", "a", "acquire", at=(3, None)),
        objects=LOCK,
    )

    assert circle(waits(found)) == ("p0", "p1")
    assert standstill(found).circle == "p0 waits for p1 and p1 for p0"
    assert [row.awaits for row in standstill(found).rows] == [
        "the end of p0", "p1 to give it back", "p0 to give it back",
    ]  # fmt: skip


def test_a_rendezvous_waits_for_those_who_have_not_come() -> None:
    """Coming is beginning it: at this point, not at another."""

    def meet(actor: str, point: int, end: int | None) -> Operation:
        return op(actor, "", "rendezvous", point, ["p0", "p1", "p2"], at=(point, end))

    found = hung(meet("p0", 1, None), meet("p1", 1, None), meet("p2", 0, 5))

    assert on(found) == {"p0": ("all", ("p2",)), "p1": ("all", ("p2",))}


@pytest.mark.parametrize(
    ("method", "arguments", "need", "others"),
    [
        pytest.param("await_done", (["p0", "p1"],), "end", ("p1",), id="done"),
        pytest.param("await_exit", (["p0", "p1"],), "end", ("p0", "p1"), id="exit"),
        pytest.param("await_invoked", ("p1", 3), "all", ("p1",), id="invoked"),
    ],
)
def test_the_verbs_that_wait_name_whom_they_wait_for(
    method: str, arguments: tuple[Json, ...], need: str, others: tuple[str, ...]
) -> None:
    """As the scenario writes them."""
    found = hung(op("main", "", method, *arguments, at=(0, None)))
    found = recorded(found, p0=ActorRecord(finished=True), p1=ActorRecord())

    assert on(found) == {"main": (need, others)}


def test_who_lingers_waits_for_a_signal() -> None:
    """From whoever has a step left that sends one to it."""
    found = hung(
        op("c0", "", "linger", at=(0, None)),
        op("c1", "", "linger", at=(0, None)),
        actors={"main": steps(("c0", "terminate"), ("c1", "join")), "c0": Actor(), "c1": Actor()},
    )

    assert on(found) == {"c0": ("any", ("main",)), "c1": ("any", ())}


def test_what_the_backend_alone_can_end_is_said_so() -> None:
    """Its threads, and what it served itself, are no actors."""
    found = hung(
        op("main", "result", "get", at=(0, None)),
        op("p0", "q", "join_thread", at=(0, None)),
        objects=QUEUE,
        actors={"main": steps(("q", "put")), "p0": steps(("q", "join_thread"))},
    )

    assert on(found) == {"main": ("backend", ()), "p0": ("backend", ())}
    assert {row.awaits for row in standstill(found).rows} == {"the backend alone"}


def test_the_rows_tell_call_and_time_and_that_nobody_can_help() -> None:
    """Times count from the first stamp."""
    found = hung(
        op("p0", "q", "put", 1, at=(1_000, 2_000)),
        op("c0", "q", "get", at=(3_500, None), timeout_s=None),
        objects=QUEUE,
        actors={"main": Actor(), "p0": steps(("q", "put")), "c0": steps(("q", "get"))},
    )
    (row,) = standstill(found).rows

    assert (row.actor, row.step, row.call, row.since) == ("c0", "0", "q.get()", "2.5 µs")
    assert row.awaits == "nobody: no other actor has a step left that could end it"


def test_an_actor_that_ended_in_the_middle_waits_for_nothing() -> None:
    """And is no part of a circle."""
    found = hung(
        op("p0", "a", "acquire", at=(1, 2), to=True),
        op("p1", "b", "acquire", at=(1, 2), to=True),
        op("p0", "b", "acquire", at=(3, None)),
        op("p1", "a", "acquire", at=(3, None)),
        objects=LOCK,
        census={
            "hung": Census(at_ns=9, agent_pid=1, processes=(ProcessRecord(pid=3, parent_pid=1, state="S"),))
        },
    )
    found = recorded(found, p0=ActorRecord(pids=(2,)), p1=ActorRecord(pids=(3,)))

    assert [(wait.actor, wait.alive) for wait in waits(found)] == [("p0", False), ("p1", True)]
    assert circle(waits(found)) == ()
    assert standstill(found).rows[0].awaits == "nothing any more: its process has ended"


def test_the_shortest_circle_is_told() -> None:
    """Of several."""
    found = hung(
        op("main", "", "rendezvous", 0, ["main", "p0"], at=(0, None)),
        op("p0", "", "await_invoked", "p1", 0, at=(0, None)),
        op("p1", "", "rendezvous", 1, ["p0", "p1", "main"], at=(0, None)),
    )

    assert circle(waits(found)) == ("p0", "p1")


def connecting(*operations: Operation, **actors: tuple[tuple[str, str], ...]) -> History:
    named = {name: steps(*own) for name, own in actors.items()}
    return hung(*operations, actors={"main": Actor(), **named})


def test_an_accept_waits_for_those_who_still_may_connect() -> None:
    """And a client with a key, for those who still may accept it."""
    found = connecting(
        op("p0", "l", "accept", at=(0, None)),
        op("p1", "", "rendezvous", 0, ["p1", "p2"], at=(0, None)),
        op("p3", "@", "connection.Client", "door", at=(0, None), authkey={"$hex": "00"}),
        p0=(("l", "accept"),),
        p1=(("", "rendezvous"), ("@", "connection.Client")),
        p2=(("", "hold"),),
        p3=(("@", "connection.Client"),),
    )

    assert on(found)["p0"] == ("any", ("p1", "p3"))
    assert on(found)["p3"] == ("any", ("p0",))


def test_who_awaits_an_address_waits_for_whom_should_tell_it() -> None:
    """By name."""
    found = connecting(
        op("p1", "", "await_told", "door", "p0", at=(0, None)), p0=(("", "hold"),), p1=(("", "await_told"),)
    )

    assert on(found)["p1"] == ("all", ("p0",))


def test_the_two_ends_of_a_connection_wait_for_each_other() -> None:
    """Though each side has a name of its own for it."""
    found = tape_of(
        *door(),
        awaited(4),
        accept(5, 8),
        client(6, 7),
        op("p0", "c", "recv", at=(10, None)),
        op("p1", "d", "recv", at=(10, None)),
        ended="hung",
    )
    left = {"p0": [("c", "recv")], "p1": [("d", "recv"), ("d", "send")]}
    actors = {
        name: msgspec.structs.replace(
            actor, steps=(*actor.steps, *(Step(target=t, method=m) for t, m in left.get(name, [])[1:]))
        )
        for name, actor in found.scenario.actors.items()
    }
    found = msgspec.structs.replace(found, scenario=msgspec.structs.replace(found.scenario, actors=actors))

    assert on(found) == {"p0": ("any", ("p1",)), "p1": ("any", ())}
