"""What the function ``wrong`` of a script makes of notes: on both sides of what breaks the rule."""

import json
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_reports_reproduction import Tape, raised, section, stored, unknown_names

from mpconform.values import Actor, Census, Json, ObjectSpec, ProcessRecord, Scenario, Step
from mpconform_reports.reproduction import script
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb

Notes = list[list[Any]]


def acting(objects: dict[str, ObjectSpec], family: str = "queue", **actors: tuple[Any, ...]) -> Scenario:
    """A scenario in which main starts *actors* and joins them."""
    names = list(actors)
    others = {name: Actor(steps=steps) for name, steps in actors.items()}
    main = Actor(steps=(*start_all(names), *join_all(names)))
    return Scenario(family=family, theme="x", objects=objects, actors={"main": main, **others})


def text_of(kind: str, scenario: Scenario, *did: tuple[str, int, Json], **more: Any) -> str:
    """The script of a violation of *kind*; of what was done, the last is accused."""
    tape = Tape(scenario)
    ops = [
        tape.did(
            actor, step, result, outcome="raised" if isinstance(result, dict) and "mro" in result else "ok"
        )
        for actor, step, result in did
    ]
    text = script(stored(kind, witness=tuple(ops)), tape.history(**more), "A rule.")
    assert unknown_names(text) == set()
    return text


def verdict(text: str) -> Callable[[Notes], str | None]:
    """The function ``wrong`` of the script *text*."""
    space: dict[str, Any] = {"signal": signal, "json": json, "os": os, "re": re}
    for helper in ("puts", "gets"):
        if f"def {helper}(" in text:
            exec(section(text, helper), space)  # what the script itself would do
    exec(section(text, "wrong"), space)
    return space["wrong"]


QUEUE = {"q": ObjectSpec(factory="JoinableQueue")}
PIPE = {"ab": ObjectSpec(factory="Pipe", arguments=(False,), unpack=("a", "b"))}


def test_a_descriptor_that_changes_is_told_by_that_alone() -> None:
    """Whatever numbers they are: two that differ break the rule, two that are the same do not."""
    steps = (call("b", "fileno"), call("b", "fileno"))
    wrong = verdict(
        text_of("descriptor-changed", acting(PIPE, "pipe", p0=steps), ("p0", 0, 11), ("p0", 1, 13))
    )

    assert wrong([["p0", 0, 5], ["p0", 1, 6]])
    assert not wrong([["p0", 0, 5], ["p0", 1, 5]])


def test_a_parent_is_told_by_whose_it_is_not() -> None:
    """A parent that is none of the processes that there are."""
    text = text_of("parent-unknown", acting({}, "process", c0=(verb("parent_pid"),)), ("c0", 0, 4711))
    wrong = verdict(text)

    assert wrong([["pid", "main", 8], ["pid", "c0", 9], ["c0", 0, 1]])
    assert not wrong([["pid", "main", 8], ["pid", "c0", 9], ["c0", 0, 8]])


def test_what_no_call_may_raise_is_seen_in_any_of_those_that_are_alike() -> None:
    """Which of the gets it hits, is luck."""
    scenario = acting(QUEUE, c0=(call("q", "get"), call("q", "get")))
    wrong = verdict(text_of("queue-get-raised-oserror", scenario, ("c0", 1, raised("OSError"))))

    assert wrong([["c0", 0, "raised OSError"]])
    assert not wrong([["c0", 0, "raised EOFError"], ["c0", 1, None]])


@pytest.mark.parametrize("kind", ["altered", "payload-changed", "got-what-nobody-put", "received-unsent"])
def test_what_is_received_is_what_was_sent_with_all_its_types(kind: str) -> None:
    """A list is no tuple."""
    scenario = acting(PIPE, "pipe", p0=(call("b", "send", item("p0", 0)),), c0=(call("a", "recv"),))
    text = text_of(kind, scenario, ("p0", 0, None), ("c0", 0, ["p0", 0, {"$digest": [0, 0]}]))
    wrong = verdict(text)

    assert "def exact(value):" in text
    assert wrong([["p0", 0, "None", "('p0', 0, b'')"], ["c0", 0, "['p0', 0, b'']"]])
    assert not wrong([["p0", 0, "None", "('p0', 0, b'')"], ["c0", 0, "('p0', 0, b'')"]])
    assert not wrong([["p0", 0, "None", "('p0', 0, b'')"], ["c0", 0, "raised EOFError"]])


def test_an_order_of_anything_is_told_by_places() -> None:
    """Where not all that is sent is an item: each message is what was sent in its place."""
    sends = (call("b", "send", "x"), call("b", "send", item("p0", 1)))
    scenario = acting(PIPE, "pipe", p0=sends, c0=(call("a", "recv"), call("a", "recv")))
    wrong = verdict(
        text_of(
            "overtaken", scenario, ("p0", 0, None), ("p0", 1, None), ("c0", 0, {"$item": ["p0", 1, 0, 0]})
        )
    )
    sent: Notes = [["p0", 0, None, 1, 2, "x"], ["p0", 1, None, 3, 4, ["p0", 1, "0"]]]

    assert wrong([*sent, ["c0", 0, ["p0", 1, "0"], 5, 6]])
    assert not wrong([*sent, ["c0", 0, "x", 5, 6]])


def test_an_end_that_comes_too_early_is_told_by_counting() -> None:
    """All that was sent is received before the end."""
    sends = (call("b", "send", 1), call("b", "send", 2), call("b", "close"))
    scenario = acting(PIPE, "pipe", p0=sends, c0=tuple(call("a", "recv") for _ in range(3)))
    wrong = verdict(text_of("end-before-data", scenario, ("p0", 1, None), ("c0", 1, raised("EOFError"))))
    sent: Notes = [["p0", 0, None], ["p0", 1, None], ["c0", 0, 1]]

    assert wrong([*sent, ["c0", 1, "raised EOFError"]])
    assert not wrong([*sent, ["c0", 1, 2], ["c0", 2, "raised EOFError"]])


def test_a_join_that_returns_too_soon_is_told_by_counting() -> None:
    """Before it ends, as many items are done as had been put before it began."""
    scenario = acting(QUEUE, p0=(call("q", "put", 1), call("q", "join")), w0=(call("q", "task_done"),))
    wrong = verdict(text_of("join-returned-too-soon", scenario, ("p0", 0, None), ("p0", 1, None)))
    begun: Notes = [["p0", 0, None, 1, 2], ["p0", 1, None, 10, 20]]

    assert wrong([*begun, ["w0", 0, None, 21, 22]])
    assert wrong([*begun, ["w0", 0, "raised ValueError", 12, 13]])
    assert not wrong([*begun, ["w0", 0, None, 19, 22]])


def test_a_join_that_does_not_wait_is_told_by_a_process_that_lives() -> None:
    """That it returned None says nothing: each join does; whoever is killed notes nothing himself."""
    scenario = acting({}, family="process", p0=(verb("signal", 14),))
    text = text_of("join-before-end", scenario, ("main", 1, None))
    wrong = verdict(text)

    assert 'note("alive", alive(p0.pid))' in section(text, "run_once")
    assert wrong([["main", 1, None], ["alive", True]]) == "p0 ran on after its join had returned"
    assert wrong([["main", 1, None], ["alive", False]]) is None
    assert wrong([["main", 1, "raised ValueError"], ["alive", True]]) is None
    assert wrong([["alive", True]]) is None


def test_an_array_is_torn_by_two_values_at_once() -> None:
    """Whichever scan sees them."""
    objects = {"a": ObjectSpec(factory="Array", arguments=("i", 9))}
    scenario = acting(objects, "memory", p0=(verb("fill", ref("a"), 1), verb("scan", ref("a"))))
    wrong = verdict(text_of("torn-pattern", scenario, ("p0", 1, [1, 2])))

    assert wrong([["p0", 1, [0, 1]]])
    assert not wrong([["p0", 1, [1]]])


def test_arguments_are_compared_with_what_was_given() -> None:
    """Which the script notes before it starts the process."""
    scenario = acting({}, "process", c0=(verb("echo", 7, {"$bytes": [1, 9999]}),))
    text = text_of("arguments-differ", scenario, ("c0", 0, [7, {"$digest": [1, 2]}]))
    wrong = verdict(text)

    assert 'note("given", "c0", 0, given)' in text
    assert wrong([["given", "c0", 0, [7, "x"]], ["c0", 0, [7, "y"]]])
    assert not wrong([["given", "c0", 0, [7, "x"]], ["c0", 0, [7, "x"]]])


def test_what_hangs_is_told_by_its_alarm() -> None:
    """Nothing needs to be noted: whoever raises, ends nobody."""
    scenario = acting(QUEUE, c0=(call("q", "get", timeout_s=0.1), call("q", "get")))
    text = text_of("hang-in-get", scenario, ("c0", 0, raised("Empty")), ended="hung")
    wrong = verdict(text)

    assert "attempt(q.get, timeout=0.1)" in section(text, "run_c0")
    assert "def see(" not in text
    assert wrong([["ended", -14]])
    assert not wrong([["ended", 0]])


def test_a_method_that_nobody_knows_is_a_plain_call() -> None:
    """Its result is compared as it was recorded."""
    objects = {"x": ObjectSpec(factory="Novelty", arguments=(3,))}
    scenario = acting(objects, p0=(call("x", "frobnicate", 1, mode="odd"),))
    text = text_of("never-heard-of", scenario, ("p0", 0, "wrong"))

    assert "x = mp.Novelty(3)" in text
    assert 'see("p0", 0, x.frobnicate, 1, mode="odd")' in text
    assert verdict(text)([["p0", 0, "wrong"]])
    assert not verdict(text)([["p0", 0, "right"]])


def test_functions_of_alike_actors_take_what_differs() -> None:
    """In a script that would be too long otherwise."""
    many = {}
    for k in range(4):
        puts = [call("q", "put", item(f"p{k}", n)) for n in range(3 + k)]
        many[f"p{k}"] = tuple(one for put in puts for one in (put, call("q", "join")))
    more = {f"w{k}": tuple(call("q", name, k) for name in "abcdefghijklmno") for k in range(3)}
    text = text_of("x", acting(QUEUE, **many, **more), ("p0", 0, 1))

    assert "def run_p0_and_others(who, q, count" in text


def test_one_who_was_woken_too_many_is_told_by_when() -> None:
    """That all were woken in the end proves nothing: the last of them by another notify, as it should be."""
    waits = (call("c", "acquire"), call("c", "wait"), call("c", "release"))
    notifies = tuple(
        call("c", method) for method in ("acquire", "notify", "release", "acquire", "notify_all", "release")
    )
    scenario = acting({"c": ObjectSpec(factory="Condition")}, "condition", w0=waits, w1=waits, n0=notifies)
    wrong = verdict(text_of("too-many-woken", scenario, ("n0", 1, None), ("w1", 1, True), ("w0", 1, True)))
    one, every = ["n0", 1, None, 10, 11], ["n0", 4, None, 30, 31]

    assert wrong([["w0", 1, True, 1, 12], ["w1", 1, True, 2, 13], one, every])
    assert not wrong([["w0", 1, True, 1, 12], ["w1", 1, True, 2, 33], one, every])
    assert not wrong([["w0", 1, True, 1, 12], ["w1", 1, False, 2, 13], one, every])
    assert not wrong([["w0", 1, True, 1, 32], ["w1", 1, True, 2, 13], one, every])
    assert wrong([["w0", 1, True, 1, 12], ["w1", 1, True, 12, 20], one, every])


def test_what_comes_through_a_connection_is_what_was_sent_through_one() -> None:
    """Its ends are names that actors have bound; bytes that a plain socket sends are nobody's."""
    opens = make("d", "connection.Client", "x")
    takes = (make("l", "connection.Listener", "x"), call("l", "accept", bind="c"), call("c", "recv"))
    scenario = acting({}, "connection", p1=(opens, call("d", "send", item("p1", 0))), p0=takes)
    did = ("p1", 1, None), ("p0", 2, ["p1", 0, {"$digest": [0, 0]}])
    wrong = verdict(text_of("altered", scenario, *did))

    assert wrong([["p1", 1, "None", "('p1', 0, b'')"], ["p0", 2, "['p1', 0, b'']"]])
    assert not wrong([["p1", 1, "None", "('p1', 0, b'')"], ["p0", 2, "('p1', 0, b'')"]])

    wire = (verb("wire", "x"), call("w", "sendall", {"$hex": "00"}))
    wired = acting({}, "connection", p1=(*scenario.actors["p1"].steps, *wire), p0=takes)
    assert "nobody had sent it" not in text_of("altered", wired, *did)


def test_a_server_that_is_left_is_one_that_came_with_its_manager() -> None:
    """That shutdown returns proves nothing: any does."""
    main = (
        *(verb("census", "nothing"), make("m", "Manager"), verb("census", "running")),
        *(call("m", "shutdown"), verb("census", "over")),
    )
    scenario = Scenario(family="manager", theme="x", objects={}, actors={"main": Actor(steps=main)})
    tape = Tape(scenario)
    ops = [tape.did("main", step) for step in (1, 3)]

    def counted(at_ns: int, *pids: int) -> Census:
        records = tuple(ProcessRecord(pid=pid, parent_pid=1, state="S") for pid in pids)
        return Census(at_ns=at_ns, agent_pid=7, processes=records)

    census = {
        "nothing": counted(1, 7, 8),
        "running": counted(ops[0].returned_ns or 0, 7, 8, 9),
        "over": counted(9_999, 7, 8, 9),
    }
    violation = stored("server-left", witness=(ops[1],), observed=("process 9 in state S, child of 7",))
    wrong = verdict(script(violation, tape.history(census=census), "A rule."))
    before: Notes = [["pid", "main", 17], ["census", "nothing", [[17, "R"], [18, "S"]]]]
    running = ["census", "running", [[17, "R"], [18, "S"], [19, "S"]]]

    assert wrong([*before, running, ["census", "over", [[17, "R"], [19, "S"]]]])
    assert not wrong([*before, running, ["census", "over", [[17, "R"], [18, "S"], [20, "S"]]]])


def test_a_lock_that_two_have_is_told_by_both_at_once() -> None:
    """One after the other is as it should be, whoever is first."""
    steps = (call("c", "acquire"), call("c", "notify"), call("c", "release"))
    scenario = acting({"c": ObjectSpec(factory="Condition")}, "condition", a0=steps, a1=steps)
    wrong = verdict(
        text_of("lock-not-exclusive", scenario, ("a1", 0, True), ("a0", 0, True), ("a1", 2, None))
    )
    first: Notes = [["a0", 0, True, 1, 2], ["a0", 2, None, 10, 11]]

    assert wrong([*first, ["a1", 0, True, 3, 4], ["a1", 2, None, 5, 6]])
    assert not wrong([*first, ["a1", 0, True, 3, 12], ["a1", 2, None, 13, 14]])
    assert not wrong([*first, ["a1", 0, False, 3, 4], ["a1", 2, "raised ValueError", 5, 6]])


def test_an_answer_of_wait_for_is_what_its_predicate_said_last() -> None:
    """With its type; that of another call is not meant."""
    steps = (call("c", "acquire"), call("c", "wait_for", {"$predicate": ["v", 1]}))
    objects = {"c": ObjectSpec(factory="Condition"), "v": ObjectSpec(factory="Value", arguments=("i", 0))}
    wrong = verdict(
        text_of("wrong-answer-of-wait-for", acting(objects, "condition", w0=steps), ("w0", 1, True))
    )
    said: Notes = [["asked", "w0", 2, 3, ""], ["asked", "w0", 7, 8, 1], ["asked", "w1", 8, 9, 2]]

    assert wrong([*said, ["w0", 1, True, 1, 10]])
    assert wrong([["w0", 1, 1, 1, 10]])
    assert not wrong([*said, ["w0", 1, 1, 1, 10]])
    assert not wrong([*said, ["w0", 1, "raised OSError", 1, 10]])


def test_a_socket_that_is_left_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That close returns proves nothing: any does."""
    steps = (make("l", "connection.Listener", {"$socket": "door"}), call("l", "close"))
    scenario = Scenario(family="connection", theme="x", objects={}, actors={"main": Actor(steps=steps)})
    wrong = verdict(text_of("socket-left", scenario, ("main", 0, None), ("main", 1, None)))
    monkeypatch.setenv("REPRO_LOG", str(tmp_path / "log"))

    assert not wrong([["main", 1, None]])
    (tmp_path / "log-door").touch()
    assert wrong([["main", 1, None]])
    assert not wrong([["main", 1, "raised OSError"]])


def test_what_is_received_twice_is_told_by_what_it_is() -> None:
    """Of messages that are no items: as often as it was sent is not too often."""
    sends = (call("b", "send_bytes", {"$bytes": [1, 4]}), call("b", "send_bytes", {"$bytes": [1, 4]}))
    takes = tuple(call("a", "recv_bytes") for _ in range(3))
    scenario = acting(PIPE, "pipe", p0=(*sends, call("b", "send", "x")), c0=(*takes, call("a", "recv")))
    got = {"$digest": [4, 7]}
    wrong = verdict(text_of("received-twice", scenario, ("p0", 0, None), ("c0", 0, got), ("c0", 1, got)))
    sent: Notes = [["p0", 0, "None", "b'1'"], ["p0", 1, "None", "b'1'"], ["p0", 2, "None", "'x'"]]
    came: Notes = [["c0", 0, "b'1'"], ["c0", 1, "b'1'"]]

    assert not wrong([*sent, *came, ["c0", 3, "'x'"]])
    assert wrong([*sent, *came, ["c0", 2, "b'1'"]])
    assert not wrong([*sent, ["c0", 0, "raised EOFError"], ["c0", 1, "raised EOFError"]])
    assert not wrong([*sent, ["c0", 0, "b'pickled'"], ["c0", 1, "b'pickled'"]])


def test_where_an_object_is_in_memory_is_no_part_of_its_text() -> None:
    """Nor are process ids."""
    steps = (call("q", "__str__"),)
    wrong = verdict(text_of("str-unexplained", acting(QUEUE, p0=steps), ("p0", 0, "<Proxy pid=7 at 0x7f12>")))

    assert wrong([["p0", 0, "<Proxy pid=99 at 0xabc>"]])
    assert not wrong([["p0", 0, "<Proxy pid=7 for 0x7f12>"]])
    assert not wrong([["p0", 0, "[1]"]])


def test_what_is_not_noted_is_no_fact() -> None:
    """A proxy is collected by a statement."""
    steps = (verb("collect", "x"), call("q", "qsize"))
    wrong = verdict(text_of("kept", acting(QUEUE, p0=steps), ("p0", 0, None), ("p0", 1, 1)))

    assert wrong([["p0", 1, 1]])
    assert not wrong([["p0", 1, 0]])


def test_memory_that_was_taken_is_told_by_how_much_it_grew() -> None:
    """How much there was before, differs from run to run."""
    steps = (verb("memory_peak"), call("a", "recv_bytes"), verb("memory_peak"))
    did: Any = ("p0", 0, 10 << 20), ("p0", 1, raised("OSError")), ("p0", 2, 138 << 20)
    wrong = verdict(text_of("memory-taken", acting(PIPE, "connection", p0=steps), *did))
    first = ["p0", 0, 17 << 20]

    assert wrong([first, ["p0", 1, "raised OSError"], ["p0", 2, (17 + 49) << 20]])
    assert not wrong([first, ["p0", 1, "raised OSError"], ["p0", 2, (17 + 48) << 20]])
    assert not wrong([first])
    assert not wrong([])


@pytest.mark.parametrize("kind", ["wrong-address", "wrong-last-accepted"])
def test_an_address_is_told_by_another_one(kind: str) -> None:
    """Which they are, differs from run to run."""
    steps = (make("l", "connection.Listener"), call("l", ".address"), call("l", ".address"))
    did = ("p0", 0, {"$object": "l"}), ("p0", 1, "/run/a"), ("p0", 2, "/run/b")
    wrong = verdict(text_of(kind, acting({}, "connection", p0=steps), *did))

    assert wrong([["p0", 1, "/run/c"], ["p0", 2, "/run/d"]])
    assert not wrong([["p0", 1, "/run/c"], ["p0", 2, "/run/c"]])
    assert not wrong([["p0", 1, "/run/c"]])


def test_an_address_that_is_wrong_by_itself_is_what_it_was() -> None:
    """There is no other look at it."""
    steps = (make("l", "connection.Listener"), call("l", ".address"))
    did: Any = ("p0", 0, {"$object": "l"}), ("p0", 1, {"$tuple": ["127.0.0.1", 0]})
    wrong = verdict(text_of("wrong-address", acting({}, "connection", p0=steps), *did))

    assert wrong([["p0", 1, ["127.0.0.1", 0]]])
    assert not wrong([["p0", 1, ["127.0.0.1", 4711]]])


def test_who_gives_up_too_early_may_be_any_of_those_that_are_alike() -> None:
    """Which of them it is, is luck."""
    locks = {"lk": ObjectSpec(factory="Lock")}
    patient = Step(target="lk", method="acquire", timeout_s=0.5)
    hasty = Step(target="lk", method="acquire", timeout_s=0.02)
    scenario = acting(locks, "lock", p0=(patient, hasty), p1=(hasty, call("lk", "acquire")))
    wrong = verdict(text_of("gave-up-too-early", scenario, ("p0", 1, False)))

    assert wrong([["p1", 0, False, 0, 17_900_000]])
    assert wrong([["p0", 1, False, 10, 17_900_000]])
    assert not wrong([["p1", 0, False, 0, 18_100_000], ["p0", 1, True, 0, 1]])
    assert not wrong([["p0", 0, False, 0, 17_900_000], ["p1", 1, False, 0, 17_900_000]])


def test_workers_of_one_time_are_those_that_are_not_done() -> None:
    """A worker that has executed its tasks is replaced."""
    tasks = [{"$task": [n, "pid"]} for n in range(9)]
    steps = (
        make("pool", "Pool", 1, {"$function": "initialise"}, [7], maxtasksperchild=2),
        *(call("pool", "apply", {"$function": "run_task"}, [task]) for task in tasks),
    )
    scenario = acting({}, "pool", p0=steps)
    wrong = verdict(text_of("too-many-workers", scenario, ("p0", 0, {"$object": "pool"}), ("p0", 1, 1)))
    first: Notes = [["task", -1, 70, 0, 0], ["task", 0, 70, 1, 2]]

    assert wrong([*first, ["task", -1, 71, 0, 0]])
    assert wrong([*first, ["task", 1, 71, 3, 4]])
    assert not wrong([*first, ["task", 1, 70, 3, 4], ["task", -1, 71, 0, 0], ["task", 2, 71, 5, 6]])


@pytest.mark.parametrize(
    ("given", "head"), [([7], "def initialise(value):"), ([7, "b"], "def initialise(*values):")]
)
def test_an_initializer_takes_all_that_it_is_given(given: list[Any], head: str) -> None:
    """Of several arguments it leaves the list."""
    steps = (
        make("pool", "Pool", 1, {"$function": "initialise"}, given),
        call("pool", "apply", {"$function": "run_task"}, [{"$task": [0, "initialised"]}]),
    )
    did: Any = ("p0", 0, {"$object": "pool"}), ("p0", 1, 7)

    assert head in text_of("initializer-arguments", acting({}, "pool", p0=steps), *did)


def test_a_result_is_the_square_of_its_own_task() -> None:
    """Whichever of the results it is that was swapped; what raises is another matter."""
    run = {"$function": "run_task"}
    submits = [call("pool", "apply_async", run, [{"$task": [n, "square"]}], bind=f"r{n}") for n in (2, 3)]
    steps = (make("pool", "Pool", 1), *submits, call("r3", "get"), call("r2", "get"), call("r3", "get"))
    did: Any = ("p0", 0, {"$object": "pool"}), ("p0", 2, {"$object": "r3"}), ("p0", 3, 4)
    wrong = verdict(text_of("wrong-result", acting({}, "pool", p0=steps), *did))

    assert wrong([["p0", 3, 9], ["p0", 4, 9]])
    assert wrong([["p0", 5, 4]])
    assert not wrong([["p0", 3, 9], ["p0", 4, 4], ["p0", 5, "raised TimeoutError"]])
