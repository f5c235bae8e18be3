"""Tests of the pseudo-code: every tag, verb and kind of call, as a reader would write it."""

from typing import Any

import pytest

from mpconform.values import Actor, ObjectSpec, Scenario, Step
from mpconform_reports import pseudocode
from mpconform_scenarios.build import call, item, make, ref, verb
from tape import error, op, received


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "None"),
        ("text", "'text'"),
        (2.5, "2.5"),
        ([1, {"$object": "q"}], "[1, q]"),
        ({"$item": ["p0", 3, 0]}, "item p0#3"),
        ({"$item": ["p0", 3, 64]}, "item p0#3 of 64 bytes"),
        (received("p0", 3, 64), "item p0#3"),
        ({"$bytes": [7, 1024]}, "1024 bytes"),
        ({"$digest": [1024, 99]}, "1024 bytes"),
        ({"$hex": "00ff"}, "bytes 00ff"),
        ({"$hex": ""}, "bytes (none)"),
        ({"$attribute": ["p0", "sentinel"]}, "p0.sentinel"),
        ({"$unique": "seg"}, "unique 'seg'"),
        ({"$buffer": ["b", 16]}, "b = bytearray(16)"),
        ({"$buffer": ["b", 16, "I"]}, "b = bytearray(16) in elements of 'I'"),
        ({"$slice": [0, 3]}, "0:3"),
        ({"$slice": [None, None, 2]}, "::2"),
        ({"$tuple": [1]}, "(1,)"),
        ({"$tuple": [1, 2]}, "(1, 2)"),
        ({"$function": "run_task"}, "run_task"),
        ({"$task": [3, "echo", 16]}, "task 3 (echo 16)"),
        ({"$tasks": [2, 3, "square"]}, "tasks 2 to 4 (square)"),
        ({"$tasks": [2, 0, "square"]}, "no tasks"),
        ({"$iterator": {"$tasks": [0, 2, "pid"]}}, "iter(tasks 0 to 1 (pid))"),
        ({"$callback": "cb"}, "cb"),
        ({"$tasks": [2, 1, "square"]}, "task 2 (square)"),
        ({"$float": "nan"}, "nan"),
        ({"$exception": error("ValueError", "no")}, "ValueError('no')"),
        (error("Empty"), "Empty"),
        ({"$other": ["a.B", "<B at 1>"]}, "<B at 1>"),
        ({"$text": [2000, 1]}, "a string of 2000 characters"),
        ({"$more": 12}, "and 12 more"),
        ({"key": {"$object": "q"}}, "{'key': q}"),
    ],
)
def test_a_value_is_told_in_words(value: Any, told: str) -> None:
    """Every tag of the scenario language has its words; anything else is itself."""
    assert pseudocode.argument(value) == told


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (call("q", "put", item("p0", 0)), "q.put(item p0#0)"),
        (call("q", "get", timeout_s=0.05), "q.get(timeout=0.05)"),
        (call("q", "get", block=False, timeout_s=1.0), "q.get(block=False, timeout=1)"),
        (call("pool", "apply_async", bind="r"), "r = pool.apply_async()"),
        (make("pool", "Pool", 2), "pool = Pool(2)"),
        (make("", "active_children"), "active_children()"),
        (call("p0", ".pid"), "p0.pid"),
        (call("p0", ".daemon=", True), "p0.daemon = True"),  # noqa: FBT003 - the value that is set
        (call("a", "__getitem__", {"$slice": [0, 2]}), "a[0:2]"),
        (call("a", "__setitem__", 0, 5), "a[0] = 5"),
        (call("d", "__delitem__", "k"), "del d['k']"),
        (call("d", "__contains__", "k"), "'k' in d"),
        (call("a", "__len__"), "len(a)"),
        (call("it", "__next__"), "next(it)"),
        (call("it", "__iter__"), "iter(it)"),
        (call("lock", "__enter__"), "enter lock"),
        (call("lock", "__exit__", None, None, None), "leave lock"),
        (call("a", "__reversed__"), "a.__reversed__()"),
        (verb("rendezvous", 0, ["p0", "c0"]), "rendezvous 0 of p0, c0"),
        (verb("await_done", ["p0"]), "wait until p0 took all steps"),
        (verb("await_exit", ["p0"]), "wait until the process of p0 is gone"),
        (verb("await_invoked", "p0", 2), "wait until p0 has begun step 2"),
        (verb("census", "mid"), "census 'mid'"),
        (verb("exit", 3), "os._exit(3)"),
        (verb("sys_exit"), "sys.exit()"),
        (verb("sys_exit", 3), "sys.exit(3)"),
        (verb("raise", "boo"), "raise Deliberate('boo')"),
        (verb("raise", "boo", "BaseException"), "raise Departure('boo')"),
        (verb("signal", 9), "signal itself with SIGKILL"),
        (verb("signal", 999), "signal itself with signal 999"),
        (verb("linger"), "linger until a signal ends it"),
        (verb("hold", 0.01), "hold for 0.01 s"),
        (verb("drain", ref("q")), "drain q"),
        (verb("collect", "q", "p0"), "drop q, p0 and collect garbage"),
        (verb("echo", 1, "a"), "echo(1, 'a')"),
        (verb("pid"), "pid()"),
        (verb("increment", ref("v"), 10), "10 times increment v"),
        (verb("increment", ref("v"), 10, ref("l")), "10 times increment v under l"),
        (verb("increment_index", ref("a"), 2, 5), "5 times increment a[2]"),
        (verb("fill", ref("a"), 7), "fill a with 7"),
        (verb("scan", ref("a"), ref("l")), "scan a under l"),
        (verb("emit", 1, 3, ref("l")), "emit line 1 in 3 pieces under l"),
        (verb("output"), "read the shared output"),
        (verb("tomorrow", 1), "tomorrow(1)"),
        (verb("signal", "nine"), "signal('nine')"),
    ],
)
def test_a_step_is_one_line(step: Step, told: str) -> None:
    """Calls, operators, attributes and verbs; one that nobody knows is shown as a call."""
    assert pseudocode.step_line(step) == told


def test_a_scenario_is_listed_objects_first_then_main_then_the_others() -> None:
    """A plain line names its actor; what distinguishes a process stands in its block."""
    scenario = Scenario(
        family="pipe",
        theme="t",
        objects={"pipe": ObjectSpec(factory="Pipe", arguments=(False,), unpack=("r", "w"))},
        actors={
            "p0": Actor(steps=(call("w", "send", item("p0", 0)),), name="x", daemon=True),
            "main": Actor(steps=(call("p0", "start"),)),
            "idle": Actor(),
        },
    )

    assert pseudocode.lines(scenario) == (
        "objects: r, w = Pipe(False)",
        "main: p0.start()",
        "p0: w.send(item p0#0)",
    )
    assert [(b.actor, b.remark) for b in pseudocode.listing(scenario)] == [
        ("objects", "made by main first"),
        ("main", "main process"),
        ("p0", "name='x', daemon=True, joined at the end"),
        ("idle", ""),
    ]
    assert [(line.actor, line.step) for line in pseudocode.listing(scenario)[2].lines] == [("p0", 0)]


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (op("c0", "q", "get", at=(1, 2), to=received("p0", 1)), "item p0#1"),
        (op("c0", "q", "get", at=(1, 2), raised=error("Empty")), "raised Empty"),
        (op("c0", "q", "get", at=(1, None)), "never returned"),
        (op("c0", "q", "put", at=(1, 2)), "None"),
    ],
)
def test_a_result_tells_how_an_operation_ended(operation: Any, told: str) -> None:
    """Returned, raised, or neither."""
    assert pseudocode.result(operation) == told


def test_the_making_of_an_object_is_an_assignment() -> None:
    """An operation of step -1 is how main made an object."""
    made = op("main", "q", "Queue", 2, at=(1, 2), step=-1)

    assert pseudocode.operation_line(made) == "q = Queue(2)"
