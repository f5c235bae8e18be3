"""What scenarios can say of managers: who makes objects, and how often; programs; `custom.Manager`."""

import pytest

from mpconform.values import Actor, ObjectSpec, Scenario
from mpconform_scenarios.build import call, join_all, make, start_all, verb
from running import METHODS, backend, run, running, scenario

every_method = pytest.mark.parametrize("method", METHODS)
MANAGER = {"m": ObjectSpec(factory="Manager", once=True)}


@every_method
def test_an_object_can_be_made_by_another(method: str) -> None:
    """And is given to actors, whose process has no manager."""
    what = scenario(
        [*start_all(["p0"]), *join_all(["p0"]), call("d", "copy")],
        objects={**MANAGER, "d": ObjectSpec(factory="m.dict", arguments=({"$dict": {"a": 1}},))},
        p0=[call("d", "__setitem__", "b", [2])],
    )

    history = run(backend(method), what)

    assert history.ended == "normally", history.stacks
    assert [(op.target, op.method) for op in history.operations[:2]] == [("m", "Manager"), ("d", "m.dict")]
    assert history.on("d", "copy")[0].result == {"$pairs": [["a", 1], ["b", [2]]]}
    left = {p.pid for p in history.census["after"].processes} - history.census["after"].helpers
    assert left == {history.census["after"].agent_pid}


def test_rounds_share_what_is_made_once() -> None:
    """One manager makes an object for each round; only the first round tells of its making."""
    actors = {
        "main": Actor(steps=(*start_all(["p0"]), *join_all(["p0"]), call("d", "__len__"))),
        "p0": Actor(steps=(call("d", "append", 1), call("d", "append", 2))),
    }
    objects = {**MANAGER, "d": ObjectSpec(factory="m.list")}
    what = Scenario(family="f", theme="t", objects=objects, actors=actors, rounds=3)

    with running("fork") as runner:
        rounds = runner.run(what).histories

    assert [[op.method for op in h.operations if op.step == -1] for h in rounds] == [
        ["Manager", "m.list"],
        ["m.list"],
        ["m.list"],
    ]
    assert [h.on("d", "__len__")[0].result for h in rounds] == [2, 2, 2]


def test_a_program_finds_what_was_published() -> None:
    """And nothing that was not: steps that need it are skipped."""
    what = scenario(
        [
            verb("publish", "pair", [1, {"$tuple": ["a", None]}]),
            verb("launch", "x0"),
            verb("reap", "x0"),
            verb("reap", "x0"),
        ],
        x0=[
            make("me", "current_process"),
            call("me", ".name=", {"$published": "nothing"}),
            call("@", "Queue", maxsize=4, bind="q"),
            call("q", "put", {"$published": "pair"}),
            call("q", "get"),
        ],
    )

    history = run("fork", what)

    assert [op.method for op in history.by("x0")] == ["current_process", "Queue", "put", "get"]
    assert history.by("x0")[-1].result == [1, {"$tuple": ["a", None]}]
    assert [op.result for op in history.on("", "reap")] == [0, 0]
    assert len(set(history.actors["x0"].pids) | set(history.actors["main"].pids)) == 2


def test_a_program_that_is_not_reaped_is_waited_for() -> None:
    """So that it is no part of the next scenario."""
    what = scenario([verb("launch", "x0")], x0=[verb("hold", 0.2)])

    with running("fork") as runner:
        first = runner.run(what).history
        second = runner.run(scenario([verb("pid")])).history

    assert first.actors["x0"].finished
    assert second.ended == "normally"
    assert first.actors["main"].pids == second.actors["main"].pids


@every_method
def test_our_own_manager_starts_serves_and_ends(method: str) -> None:
    """Its class is found by the server's process, whatever started that."""
    what = scenario(
        [
            make("m", "custom.Manager"),
            call("m", "start", {"$function": "initialise_server"}, {"$tuple": [7]}),
            call("m", "Ledger", bind="g"),
            call("g", "left"),
            call("m", "Maker", bind="k"),
            call("k", "by_proxy", bind="t"),
            call("t", "add", 4),
            call("k", "by_copy"),
            call("m", "Hidden"),
            call("m", "Failing", bind="f"),
            call("f", "fail", "KeyError", 1, "x"),
            call("f", "unpicklable"),
            call("m", "shutdown"),
        ]
    )

    history = run(backend(method), what)

    results = {
        op.method: op.result if op.ok else (op.result["type"], op.result["args"]) for op in history.by("main")
    }
    assert results["left"] == [[7]]
    assert results["by_copy"] == [9]
    assert results["Hidden"][0] == "AttributeError"
    assert results["fail"] == ("KeyError", [1, "x"])
    assert results["unpicklable"][0] == "RemoteError"


def test_what_is_no_manager_of_ours_does_not_exist() -> None:
    """One sentence says so."""
    history = run("fork", scenario([make("m", "custom.Queue")]))

    assert history.by("main")[0].result["args"] == ["custom.Queue: there is only custom.Manager"]
