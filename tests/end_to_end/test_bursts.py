"""Bursts and preemption, in real processes: every round is a history, and races show."""

import os
from pathlib import Path

import msgspec
import pytest

from _mpconform_agent.tape import ROUND
from mpconform.errors import HarnessFault
from mpconform.values import Actor, History, ObjectSpec, Preemption, Scenario, Step
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from running import METHODS, backend, running, scenario, write_module

QUEUE = {"q": ObjectSpec(factory="Queue")}
FLOW = scenario(
    [*start_all(("p0", "c0")), *join_all(("p0", "c0")), verb("drain", ref("q"))],
    objects=QUEUE,
    p0=[call("q", "put", item("p0", n)) for n in range(3)],
    c0=[call("q", "get")] * 2,
)
#: Two processes that increment under locks of their own: updates are lost if they meet.
LOSING = scenario(
    [*start_all(("a", "b")), *join_all(("a", "b")), call("v", ".value")],
    objects={
        "v": ObjectSpec(factory="RawValue", arguments=("i", 0)),
        "one": ObjectSpec(factory="Lock"),
        "other": ObjectSpec(factory="Lock"),
    },
    a=[verb("rendezvous", 0, ["a", "b"]), verb("increment", ref("v"), 20, ref("one"))],
    b=[verb("rendezvous", 0, ["a", "b"]), verb("increment", ref("v"), 20, ref("other"))],
)


def burst(what: Scenario, rounds: int, preemption: Preemption | None = None) -> Scenario:
    return msgspec.structs.replace(what, rounds=rounds, preemption=preemption)


def told(history: History) -> list[tuple[str, str, str]]:
    return [(op.actor, op.target, op.method) for op in history.operations]


@pytest.mark.parametrize("method", METHODS)
def test_every_round_of_a_burst_is_a_history_of_its_own(method: str) -> None:
    """With fresh objects, its own steps, and one set of processes for all."""
    with running(method) as runner:
        found = runner.run(burst(FLOW, 5)).histories

    assert [history.round for history in found] == [0, 1, 2, 3, 4]
    for history in found:
        assert history.ended == "normally"
        assert all(record.finished for record in history.actors.values())
        assert all(op.ok or op.raised("Empty") for op in history.operations)
        assert sorted(op.result["$item"][1] for op in history.on("q", "get") if op.ok) == [0, 1, 2]
        assert history.actors == found[0].actors
        assert max(op.step for op in history.operations) < ROUND
    assert all(op.precedes(later) for op in found[0].by("main") for later in found[1].by("main")[1:])


def test_what_stands_for_a_start_or_a_join_is_told_as_what_it_is() -> None:
    """The first round really starts its processes, the last one really joins them."""
    with running("fork") as runner:
        first, between, last = (told(history) for history in runner.run(burst(FLOW, 3)).histories)

    start, join = ("main", "p0", "start"), ("main", "p0", "join")
    release, done = ("main", "", "release"), ("main", "", "await_done")
    assert [one in first for one in (start, join, release, done)] == [True, False, False, True]
    assert [one in between for one in (start, join, release, done)] == [False, False, True, True]
    assert [one in last for one in (start, join, release, done)] == [False, True, True, False]


def test_only_the_last_round_is_counted_from_outside() -> None:
    """After it, and only then, nothing may be left."""
    with running("fork") as runner:
        *before, last = runner.run(burst(FLOW, 3)).histories

    assert all(not history.census for history in before)
    assert set(last.census) == {"before", "after"}
    assert len(last.census["after"].processes) == len(last.census["before"].processes)


def test_a_burst_that_hangs_ends_with_the_round_that_hung(tmp_path: Path) -> None:
    """Those before it are whole."""
    paths = [write_module(tmp_path / "lib", "tiring", _TIRING)]
    with running(backend("fork", "tiring", paths=paths), patience_s=1.0) as runner:
        found = runner.run(burst(FLOW, 5)).histories

    assert [history.ended for history in found] == ["normally", "normally", "hung"]
    assert [op.method for op in found[-1].operations if op.open and op.target] == ["get"]
    assert found[-1].stacks
    assert not found[-1].actors["c0"].finished
    assert found[1].actors["c0"].finished


#: The third queue that is made loses what is put.
_TIRING = """
import multiprocessing, multiprocessing.queues
from multiprocessing import *
made = []
class Lossy(multiprocessing.queues.Queue):
    def put(self, *arguments): pass
class Context:
    def __getattr__(self, name):
        return getattr(multiprocessing.get_context("fork"), name)
    def Queue(self, maxsize=0):
        made.append(1)
        kind = Lossy if len(made) == 3 else multiprocessing.queues.Queue
        return kind(maxsize, ctx=multiprocessing.get_context("fork"))
def get_context(method=None):
    return Context()
"""


def test_an_actor_that_dies_in_a_round_is_not_waited_for() -> None:
    """As a join would see its end, so does what stands for it."""
    what = scenario([call("p0", "start"), call("p0", "join"), call("q", "empty")], objects=QUEUE, p0=())
    dying = msgspec.structs.replace(
        what, actors={**what.actors, "p0": Actor(steps=(Step(method="exit", arguments=(3,)),))}
    )
    with running("fork", patience_s=1.0) as runner:
        run = runner.run(burst(dying, 3))

    assert run.ended == "normally"
    assert [len(history.by("main")) for history in run.histories] == [4, 4, 4]


def test_more_rounds_than_can_be_counted_are_a_defect_of_ours() -> None:
    """No backend is blamed for a scenario that cannot be run."""
    with running("fork") as runner, pytest.raises(HarnessFault, match="a burst of 300 rounds"):
        runner.run(burst(FLOW, 300))


def test_a_lost_update_is_found_by_holding_processes(tmp_path: Path) -> None:
    """Under seeded preemption most rounds lose one, and the history tells where who was held."""
    plan = Preemption(strategy="preemption", seed=5, probability=0.05, pause_s=(0.0001, 0.001))
    with running("fork") as runner:
        found = runner.run(burst(LOSING, 10, plan)).histories

    lost = [history for history in found if history.operations[-1].result != 40]
    assert len(lost) >= 5
    holds = [hold for history in found for hold in history.holds]
    assert {"a", "b"} <= {hold.actor for hold in holds}
    assert any(hold.function == "verbs._increment" for hold in holds)
    assert all(hold.pid in found[0].actors[hold.actor].pids for hold in holds if hold.actor != "worker")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "plan",
    [
        Preemption(strategy="together", together=True),
        Preemption(strategy="yields", probability=0.1),
        Preemption(strategy="starvation", probability=0.002, pause_s=(0.001, 0.1)),
        Preemption(strategy="priorities", priorities=3),
        Preemption(strategy="one processor", one_cpu=True, probability=0.02),
    ],
    ids=lambda plan: plan.strategy,
)
def test_a_right_queue_stays_right_under_every_strategy(method: str, plan: Preemption) -> None:
    """Whatever is done to its processes, the operating system might have done."""
    with running(method) as runner:
        found = runner.run(burst(FLOW, 3, plan)).histories
        after = runner.run(scenario([verb("pid")])).history

    for history in found:
        assert history.ended == "normally", history.stacks
        # A drain may have to look more than once.
        assert sorted(op.result["$item"][1] for op in history.on("q", "get") if op.ok) == [0, 1, 2]
    assert not after.holds


def test_workers_of_a_pool_are_held_too() -> None:
    """They are no actors, and told as workers; under spawn they find the plan by themselves."""
    tasks = {"$tasks": [0, 8, "square"]}
    what = scenario(
        [
            Step(target="@", method="Pool", arguments=(2,), bind="pool"),
            call("pool", "map", {"$function": "run_task"}, tasks),
            call("pool", "close"),
            call("pool", "join"),
        ]
    )
    plan = Preemption(strategy="preemption", seed=1, probability=0.02, pause_s=(1e-5, 1e-4))
    for method in ("fork", "spawn"):
        with running(method) as runner:
            history = runner.run(burst(what, 1, plan)).history
        assert history.ended == "normally", history.stacks
        assert {"main", "worker"} <= {hold.actor for hold in history.holds}, method
        assert os.getpid() not in {hold.pid for hold in history.holds}


@pytest.mark.parametrize("method", METHODS)
def test_every_round_waits_for_those_whom_nobody_joins(method: str) -> None:
    """So that none begins before the last has ended, and its history is whole."""
    late = [verb("await_done", ["main"]), verb("hold", 0.002), call("q", "put", item("p0", 0))]
    what = scenario([*start_all(("p0",))], objects=QUEUE, p0=late)
    with running(method) as runner:
        found = runner.run(burst(what, 4)).histories
        after = runner.run(what).histories[0]

    assert [history.ended for history in (*found, after)] == ["normally"] * 5
    assert all(told(history)[-1] == ("p0", "q", "put") for history in found)
    assert len({history.actors["p0"].pids[0] for history in found}) == 1
