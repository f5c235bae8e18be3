"""Faults in real processes: they strike at their step, and shortages take themselves back."""

import os

import msgspec
import pytest

from mpconform.values import Fault, History, ObjectSpec, Preemption, Scenario
from mpconform_scenarios.build import call, join_all, make, start_all, verb
from running import METHODS, running, scenario

LINGERING = scenario(
    [*start_all(("v0",)), *join_all(("v0",)), call("v0", ".exitcode")], v0=[verb("pid"), verb("linger")]
)


def struck(what: Scenario, **fault: object) -> Scenario:
    return msgspec.structs.replace(what, faults=(msgspec.convert(fault, Fault),))


def run(method: str, *several: Scenario) -> list[History]:
    with running(method) as runner:
        return [runner.run(one).history for one in several]


def code(history: History) -> object:
    return next(op.result for op in history.on("v0", ".exitcode"))


@pytest.mark.parametrize("method", METHODS)
def test_a_signal_strikes_at_its_step_before_the_call_or_while_it_waits(method: str) -> None:
    """The step was begun and never ended; the hold names the step, and no function."""
    at_once = struck(LINGERING, actor="v0", signal="SIGKILL", step=0)
    later = struck(LINGERING, actor="v0", signal="SIGTERM", step=1, later_s=0.02)
    gone = struck(LINGERING, actor="v0", signal="exit", step=1)
    interrupted = struck(LINGERING, actor="v0", signal="SIGINT", step=1, later_s=0.01)
    found = run(method, at_once, later, gone, interrupted)

    assert [code(history) for history in found] == [-9, -15, 77, 1]
    assert [[op.method for op in history.by("v0")] for history in found] == [
        ["pid"],
        *[["pid", "linger"]] * 3,
    ]
    assert all(history.by("v0")[-1].open for history in found)
    assert [(h.actor, h.fault, h.function, h.line) for history in found for h in history.holds] == [
        ("v0", "SIGKILL", "", 0),
        ("v0", "SIGTERM", "", 1),
        ("v0", "exit", "", 1),
        ("v0", "SIGINT", "", 1),
    ]
    assert found[1].by("v0")[-1].invoked_ns + 20_000_000 <= found[1].holds[0].began_ns


def test_instructions_are_counted_from_the_step_on() -> None:
    """The first call of the backend's code passes unhurt; the second one is hit at its first instruction."""
    what = scenario(
        [*start_all(("v0",)), *join_all(("v0",)), call("v0", ".exitcode")],
        v0=[make("me", "current_process"), call("me", ".name"), call("me", ".name")],
    )
    (history,) = run("fork", struck(what, actor="v0", signal="SIGKILL", step=1, after=1))

    assert [(op.method, op.outcome) for op in history.by("v0")] == [
        ("current_process", "ok"),
        (".name", "open"),
    ]
    assert [hold.function.startswith("process.") for hold in history.holds] == [True]


def test_a_stopped_process_is_continued() -> None:
    """A stop at a step takes itself back: the process comes to its end."""
    what = scenario([*start_all(("v0",)), *join_all(("v0",)), call("v0", ".exitcode")], v0=[verb("pid")] * 2)
    (history,) = run("fork", struck(what, actor="v0", signal="SIGSTOP", step=1, length_s=0.1))
    first, second = history.by("v0")

    assert code(history) == 0
    assert second.elapsed_s > 0.1 > first.elapsed_s


PIPES = scenario([make("x", "Pipe"), make("y", "Pipe")])
BLOCKS = scenario(
    [
        make(name, "shared_memory.SharedMemory", create=True, size=size)
        for name, size in (("warm", 5000), ("small", 100), ("large", 5000), ("again", 5000))
    ]
    + [call(name, "unlink") for name in ("warm", "small", "again")]
)


@pytest.mark.parametrize("method", METHODS)
def test_a_shortage_lasts_for_one_step(method: str) -> None:
    """Exactly so many descriptors are left, and all of them again at the next step; files are as short."""
    none, one, two = (struck(PIPES, actor="main", signal="EMFILE", step=0, left=left) for left in range(3))
    small = struck(BLOCKS, actor="main", signal="EFBIG", step=1, left=4096)
    large = struck(BLOCKS, actor="main", signal="EFBIG", step=2, left=4096)
    found = run(method, none, one, two, small, large)

    assert [[op.outcome for op in h.on("@", "Pipe")] for h in found[:3]] == [
        ["raised", "ok"],
        ["raised", "ok"],
        ["ok", "ok"],
    ]
    assert [op.outcome for op in found[3].on("@")] == ["ok"] * 4
    assert [op.outcome for op in found[4].on("@")] == ["ok", "ok", "raised", "ok"]
    assert [op.result["args"][0] for op in found[4].on("@") if op.outcome == "raised"] == [27]


@pytest.mark.parametrize(("left", "agents"), [(0, 3), (2, 2)])
def test_what_was_refused_in_a_shortage_is_not_met_again_in_the_next_run(left: int, agents: int) -> None:
    """A backend may keep it in mind: the next has an agent of its own, if anything was refused.

    What adds up from one scenario to the next without any shortage, goes on to do so.
    """
    short = struck(PIPES, actor="main", signal="EMFILE", step=0, left=left)
    with running("fork") as runner:
        first, *_, last = (runner.run(one).history for one in (PIPES, short, short, PIPES))

    assert runner.agents == agents
    assert first.actors["main"].pids == last.actors["main"].pids


@pytest.mark.parametrize("method", METHODS)
def test_a_full_shm_is_full_for_the_whole_tree_and_for_nobody_else(method: str) -> None:
    """Locks need a page that there is not, in the process and in a child, until the step is over."""
    what = scenario(
        [
            *start_all(("p0",)),
            verb("rendezvous", 0, ["main", "p0"]),
            call("p0", "join"),
            make("again", "Lock"),
            make("short", "Lock"),
            make("last", "Lock"),
        ],
        p0=[
            make("warm", "Lock"),
            verb("rendezvous", 0, ["main", "p0"]),
            verb("await_invoked", "main", 2),
            make("lock", "Lock"),
        ],
    )
    theirs = struck(what, actor="main", signal="ENOSPC", step=2)
    both = msgspec.structs.replace(
        theirs, faults=(*theirs.faults, Fault(actor="main", signal="ENOSPC", step=4))
    )
    room = struck(what, actor="main", signal="ENOSPC", step=4, left=4096)
    others = os.statvfs("/dev/shm").f_blocks
    with running(method) as runner:
        runner.run(what)
        private = runner.private_shm
        full, enough = (runner.run(one).history for one in (both, room))

    raised = [op.step for op in full.on("@", "Lock") if op.raised("OSError")]
    if private and os.geteuid() == 0:
        assert [(hold.fault, hold.line) for hold in full.holds] == [("ENOSPC", 2), ("ENOSPC", 4)]
        assert [op.step for op in full.by("p0") if op.raised("OSError")] == [3]
        assert raised == [3, 4]
        assert [op.outcome for op in enough.on("@", "Lock")] == ["ok"] * 5
    else:  # It cannot strike, and says so.
        assert not full.holds
        assert not raised
    assert os.statvfs("/dev/shm").f_blocks == others


@pytest.mark.parametrize("method", METHODS)
def test_a_child_that_was_started_in_a_shortage_has_what_it_needs(method: str) -> None:
    """It inherits the limit of that moment, and is given back what the agent had."""
    what = scenario(
        [*start_all(("p0",)), *join_all(("p0",)), call("n0", "start"), call("n0", "join")],
        objects={"q": ObjectSpec(factory="SimpleQueue")},
        p0=[call("q", "empty")],
        n0=[*(make(f"pipe{n}", "Pipe") for n in range(20)), call("q", "empty")],
    )
    (history,) = run(method, struck(what, actor="main", signal="EMFILE", step=2, left=12))

    assert [op.outcome for op in history.by("n0")] == ["ok"] * 21


def test_a_task_that_kills_its_worker_says_that_it_was_begun() -> None:
    """Its execution never ends, and there is one of each other task."""
    tasks = [{"$task": [0, "square"]}, {"$task": [1, "die", "SIGKILL"]}, {"$task": [2, "square"]}]
    what = scenario(
        [
            make("pool", "Pool", 1),
            *[
                call("pool", "apply_async", {"$function": "run_task"}, [t], bind=f"r{n}")
                for n, t in enumerate(tasks)
            ],
            call("r2", "get", timeout_s=20.0),
            call("pool", "terminate"),
            call("pool", "join"),
        ]
    )
    (history,) = run("fork", what)
    ended = {e.task: e.returned_ns is not None for e in history.executions}

    assert ended == {0: True, 1: False, 2: True}
    assert len({e.pid for e in history.executions}) == 2


def test_what_is_held_in_a_shortage_leaves_no_half_lines() -> None:
    """No file can grow: then what holds a process up is not told, instead of being told by halves."""
    plan = Preemption(strategy="x", seed=1, probability=1.0, grain="line", pause_s=(1e-6, 2e-6))
    several = [
        msgspec.structs.replace(
            struck(BLOCKS, actor="main", signal="EFBIG", step=2, left=left), preemption=plan
        )
        for left in range(20_000, 40_000, 1_000)  # one of them is met in the middle of the step
    ]

    assert all(len(history.holds) > 5 for history in run("fork", *several))
