"""A worker that is killed in a task: the other tasks, the other pools, and the end of its own."""

import pytest

from mpconform.checkers import pool_faults
from mpconform.values import Census, Execution, History, Outcome, ProcessRecord
from pool_tape import Line, bound, done, on, pool, run, tape, task
from tape import error, op

DEADLY = bound("lost", run("apply_async", [task(100, "die", "SIGKILL")], at=(2, 3)))
OTHER = bound("r1", run("apply_async", [task(1, "square")], at=(4, 5)))
DEATH = Execution(task=100, pid=20, invoked_ns=10, returned_ns=None)
LATE = error("TimeoutError")


def told(*lines: Line, executions: tuple[Execution, ...] = (DEATH, done(1, 21)), **more: object) -> History:
    return tape(pool(), DEADLY, OTHER, *lines, executions=executions, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "judged", "kind"),
    [
        pytest.param(on("r1", "get", at=(20, 21), to=1), 1, None, id="its-result"),
        pytest.param(on("r1", "get", at=(20, 21), to=2), 1, "kill-wrong-result", id="another-result"),
        pytest.param(on("r1", "get", at=(20, 21), to=None), 1, "kill-wrong-result", id="none"),
        pytest.param(
            on("r1", "get", at=(20, 21), raised=error("WorkerLostError")), 1, None, id="an-exception"
        ),
        pytest.param(on("r1", "get", at=(20, 21), raised=LATE, timeout_s=1.0), 0, None, id="not-in-time"),
        pytest.param(on("lost", "get", at=(20, 21), raised=LATE, timeout_s=1.0), 0, None, id="never"),
        pytest.param(
            on("lost", "get", at=(20, 21), raised=error("WorkerLostError")), 1, None, id="lost-told"
        ),
        pytest.param(
            on("lost", "get", at=(20, 21), to=None), 1, "kill-lost-task-returned", id="lost-returned"
        ),
    ],
)
def test_what_is_delivered_after_a_kill(line: Line, judged: int, kind: str | None) -> None:
    """Of another task its result or an exception; of the lost one nothing or an exception."""
    finding = pool_faults.results(told(line))

    assert finding.judged == judged
    assert [violation.kind.partition("-")[0] for violation in finding.violations] == (
        [] if kind is None else ["kill"]
    )
    if kind == "kill-lost-task-returned":
        assert finding.violations[0].kind == kind


def test_a_deadly_task_that_was_never_begun_killed_nobody() -> None:
    """There is nothing to judge."""
    line = on("r1", "get", at=(20, 21), to=2)

    assert pool_faults.results(told(line, executions=(done(1, 21),))).judged == 0
    assert pool_faults.ends(told(on("pool", "terminate", at=(20, 21)), executions=())).judged == 0


SECOND = bound("other", op("main", "@", "Pool", 1, at=(6, 7)))


def mapped(at: tuple[int, int | None], **more: object) -> Line:
    return op("main", "other", "map", {"$function": "run_task"}, [task(7, "square")], at=at, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "ended", "judged", "kind"),
    [
        pytest.param(mapped((20, 21), to=[49]), "normally", 1, None, id="works"),
        pytest.param(mapped((8, 9), to=[49]), "normally", 0, None, id="before-the-kill"),
        pytest.param(mapped((20, 21), to=[48]), "normally", 1, "other-pool-wrong", id="wrong"),
        pytest.param(
            mapped((20, 21), raised=error("OSError")), "normally", 1, "other-pool-failed", id="raises"
        ),
        pytest.param(mapped((20, None)), "hung", 1, "other-pool-blocked", id="blocks"),
        pytest.param(mapped((20, None)), "crashed", 0, None, id="open-in-a-crash"),
    ],
)
def test_another_pool_goes_on(line: Line, ended: str, judged: int, kind: str | None) -> None:
    """Whatever it is asked after the kill works."""
    finding = pool_faults.others_survive(told(SECOND, line, ended=ended))

    assert finding.judged == judged
    assert [violation.kind for violation in finding.violations] == ([kind] if kind else [])


def after(*alive: tuple[int, str]) -> dict[str, Census]:
    processes = tuple(ProcessRecord(pid=pid, parent_pid=10, state=state) for pid, state in alive)
    return {"joined": Census(at_ns=50, agent_pid=10, processes=processes)}


TERMINATE, JOINED = on("pool", "terminate", at=(20, 21)), on("pool", "join", at=(22, 23))


@pytest.mark.parametrize(
    ("lines", "census", "ended", "kind"),
    [
        pytest.param((TERMINATE, JOINED), after((10, "S"), (99, "S")), "normally", None, id="gone"),
        pytest.param(
            (TERMINATE, JOINED), after((21, "Z")), "normally", None, id="a-zombie-is-another-matter"
        ),
        pytest.param((TERMINATE, JOINED), after((21, "S")), "normally", "worker-left", id="a-worker-lives"),
        pytest.param(
            (on("pool", "terminate", at=(20, None)),), {}, "hung", "kill-terminate-fails", id="blocks"
        ),
        pytest.param(
            (TERMINATE, on("pool", "join", at=(22, None))), {}, "hung", "kill-join-fails", id="join-blocks"
        ),
        pytest.param(
            (on("pool", "terminate", at=(20, 21), raised=error("OSError")),),
            {},
            "normally",
            "kill-terminate-fails",
            id="raises",
        ),
    ],
)
def test_terminate_ends_it(
    lines: tuple[Line, ...], census: dict[str, Census], ended: str, kind: str | None
) -> None:
    """It returns, and so does join; no worker lives after that."""
    finding = pool_faults.ends(told(*lines, census=census, ended=ended))

    assert finding.judged
    assert [violation.kind for violation in finding.violations] == ([kind] if kind else [])
    assert (finding.outcome is Outcome.PASS) == (kind is None)


def test_a_terminate_before_the_kill_is_not_judged() -> None:
    """Nobody was killed by then."""
    assert pool_faults.ends(told(on("pool", "terminate", at=(8, 9)))).judged == 0
