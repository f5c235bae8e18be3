"""Checkers of close, terminate, with, join, and of the errors that operations may raise."""

import pytest

from mpconform.checkers.pool_closing import (
    close_completes,
    closed,
    context,
    join_order,
    join_reaps,
    terminate,
)
from mpconform.checkers.pool_errors import no_other_errors, size_error
from mpconform.values import Finding, Json, Operation, Outcome
from pool_tape import MAIN, Line, bound, census, done, on, pool, run, tape, task, tasks
from tape import error

NOT_RUNNING = error("ValueError", "Pool not running")
JOIN = on("pool", "join", at=(30, 40))


def kinds(found: Finding) -> list[str]:
    """The kinds of the violations."""
    return [v.kind for v in found.violations]


@pytest.mark.parametrize("ender", ["close", "terminate", "__exit__"])
@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        pytest.param({"raised": NOT_RUNNING}, None, id="refused"),
        pytest.param({"to": None}, "submission-accepted", id="accepted"),
        pytest.param({"raised": error("OSError")}, "submission-refused-otherwise", id="otherwise"),
    ],
)
def test_a_closed_pool_refuses(ender: str, outcome: dict[str, Json], kind: str | None) -> None:
    """Whatever closed it; the witness are the closing and the submission."""
    late = run("apply_async", [task(1, "square")], at=(22, 23), **outcome)

    found = closed(tape(pool(), on("pool", ender, at=(20, 21)), late))

    assert found.judged == 1
    assert kinds(found) == ([kind] if kind else [])
    assert all([o.method for o in v.witness] == [ender, "apply_async"] for v in found.violations)


@pytest.mark.parametrize("at", [(21, 22), (20, 22), (2, 3)])
def test_a_submission_that_touches_the_close_may_have_come_first(at: tuple[int, int]) -> None:
    """Only what began strictly after close had returned must be refused."""
    history = tape(pool(), on("pool", "close", at=(20, 21)), run("map", [], at=at, to=[]))

    assert closed(history).outcome is Outcome.UNKNOWN


def test_a_refused_task_that_is_executed_was_not_refused() -> None:
    """The execution is the proof; a submission that hangs after close was not refused either."""
    late = run("apply_async", [task(1, "square")], at=(22, 23), raised=NOT_RUNNING)
    hung = run("apply", [task(1, "square")], at=(22, None))
    end = on("pool", "close", at=(20, 21))

    assert kinds(closed(tape(pool(), end, late, executions=(done(1),)))) == ["refused-and-executed"]
    assert kinds(closed(tape(pool(), end, hung, ended="hung"))) == ["submission-accepted"]
    assert closed(tape(pool(), end, hung, ended="crashed")).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("ended", "expected"), [(39, []), (40, []), (41, ["join-left-tasks"]), (None, ["join-left-tasks"])]
)
def test_join_of_a_closed_pool_waits_for_every_task(ended: int | None, expected: list[str]) -> None:
    """A task that ended after join had returned was left; equal stamps are in order."""
    early = bound("r", run("map_async", tasks(1, 1, "square"), at=(2, 3)))
    history = tape(
        pool(), early, on("pool", "close", at=(20, 21)), JOIN, executions=(done(1, at=(4, ended)),)
    )

    assert kinds(close_completes(history)) == expected


def test_a_terminated_pool_need_not_complete() -> None:
    """Neither does one that was never joined, or a submission after close."""
    early = bound("r", run("map_async", tasks(1, 1, "square"), at=(2, 3)))
    late = bound("s", run("map_async", tasks(2, 1, "square"), at=(22, 23)))
    end = on("pool", "close", at=(20, 21))

    assert close_completes(tape(pool(), early, on("pool", "terminate", at=(20, 21)), JOIN)).judged == 0
    assert close_completes(tape(pool(), early, end)).judged == 0
    assert close_completes(tape(pool(), late, end, JOIN)).judged == 0


def test_a_result_is_ready_after_close_and_join() -> None:
    """Also where no execution is recorded."""
    early = bound("r", on("pool", "apply_async", {"$function": "square"}, [3], at=(2, 3)))
    late = on("r", "ready", at=(50, 51), to=False)

    assert kinds(close_completes(tape(pool(), early, on("pool", "close", at=(20, 21)), JOIN, late))) == [
        "not-ready-after-join"
    ]


@pytest.mark.parametrize(
    ("close_at", "judged"),
    [
        pytest.param((50, 51), 1, id="closed-later"),
        pytest.param((40, 51), 0, id="touching"),
        pytest.param((20, 21), 0, id="closed-before"),
    ],
)
def test_join_of_a_running_pool_raises(close_at: tuple[int, int], judged: int) -> None:
    """A close that touches the join may have come first."""
    found = join_order(tape(pool(), JOIN, on("pool", "close", at=close_at)))

    assert found.judged == judged
    assert len(found.violations) == judged


def test_join_of_a_running_pool_that_hangs_should_have_raised() -> None:
    """An open join is judged in a hung run, and in no other."""
    hung = on("pool", "join", at=(30, None))

    assert kinds(join_order(tape(pool(), hung, ended="hung"))) == ["join-before-close"]
    assert join_order(tape(pool(), hung, ended="crashed")).outcome is Outcome.UNKNOWN
    assert join_order(tape(pool(), on("pool", "join", at=(3, 4), raised=NOT_RUNNING))).judged == 1


def _reaped(*processes: tuple[int, int, str], at: int = 50, method: str = "close", **rest: object) -> Finding:
    worked = run("map", tasks(1, 1, "square"), at=(2, 9), to=[1])
    return join_reaps(
        tape(
            pool(at=(1, 2)),
            worked,
            on("pool", method, at=(20, 21)),
            JOIN,
            executions=(done(1, 20),),
            census={"before": census(0), "joined": census(at, *processes)},
            **rest,
        )
    )


@pytest.mark.parametrize("method", ["close", "terminate"])
def test_no_worker_is_left_after_join(method: str) -> None:
    """Alive or dead, a process that worked is gone in every census after the join."""
    assert _reaped(method=method).outcome is Outcome.PASS
    assert kinds(_reaped((20, MAIN, "S"), method=method)) == ["worker-left"]
    assert kinds(_reaped((20, MAIN, "Z"), method=method)) == ["zombie-worker-left"]


def test_other_processes_are_not_taken_for_workers() -> None:
    """A living helper, another's zombie, and a census before the end of the join acquit."""
    assert _reaped((30, MAIN, "S")).outcome is Outcome.PASS
    assert _reaped((30, 29, "Z")).outcome is Outcome.PASS
    assert _reaped((20, MAIN, "S"), at=40).outcome is Outcome.UNKNOWN


def test_a_new_zombie_can_only_be_a_worker_if_pools_alone_make_processes() -> None:
    """A worker that left no record is known by elimination."""
    assert kinds(_reaped((31, MAIN, "Z"))) == ["zombie-worker-left"]


def _terminated(*lines: Line, method: str = "terminate", **rest: object) -> Finding:
    worked = run("map", tasks(1, 1, "square"), at=(2, 9), to=[1])
    checker = terminate if method == "terminate" else context
    return checker(tape(pool(), worked, *lines, **rest))


@pytest.mark.parametrize("method", ["terminate", "__exit__"])
def test_terminate_ends_the_workers(method: str) -> None:
    """A task that ends, or a worker that lives, after join is a violation; a zombie is another's."""
    end = on("pool", method, at=(20, 21))

    def found(ended: int, state: str) -> list[str]:
        left = {} if state == "" else {"c": census(50, (20, MAIN, state))}
        records = (done(1, 20), done(9, 20, (10, ended)))
        queued = bound("r", run("map_async", tasks(9, 1, "square"), at=(10, 11)))
        return kinds(_terminated(queued, end, JOIN, method=method, executions=records, census=left))

    assert found(40, "") == []
    assert found(40, "Z") == []
    assert found(41, "") == ["worker-outlives-terminate"]
    assert found(40, "S") == ["worker-outlives-terminate"]


def test_terminate_that_hangs_or_raises_is_no_terminate() -> None:
    """So is one after which join hangs; in a crash, open operations prove nothing."""
    end = on("pool", "terminate", at=(20, 21))
    open_end, open_join = on("pool", "terminate", at=(20, None)), on("pool", "join", at=(30, None))

    assert kinds(_terminated(open_end, ended="hung")) == ["terminate-hung"]
    assert kinds(_terminated(end, open_join, ended="hung")) == ["join-hung-after-terminate"]
    assert kinds(_terminated(on("pool", "terminate", at=(20, 21), raised=error("OSError")))) == [
        "terminate-raised"
    ]
    assert _terminated(open_end, ended="crashed").outcome is Outcome.UNKNOWN
    assert _terminated().outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("result", "judged"), [({"$object": "pool"}, []), (None, ["enter-not-itself"])])
def test_entering_gives_the_pool_itself(result: Json, judged: list[str]) -> None:
    """Recorded by its name."""
    assert kinds(context(tape(pool(), on("pool", "__enter__", at=(2, 3), to=result)))) == judged


def test_an_alias_by_with_is_the_same_pool() -> None:
    """What __enter__ was bound to means the pool."""
    entered = bound("p", on("pool", "__enter__", at=(2, 3), to={"$object": "p"}))
    late = on("p", "map", {"$function": "run_task"}, [], at=(22, 23), to=[])

    found = context(tape(pool(), entered, on("pool", "__exit__", None, None, None, at=(20, 21)), late))

    assert kinds(found) == ["accepted-after-with"]


@pytest.mark.parametrize(("workers", "judged"), [(1, 0), (0, 1), (-1, 1)])
def test_a_pool_of_none_is_refused(workers: int, judged: int) -> None:
    """ValueError for fewer than one; one is allowed."""
    assert size_error(tape(pool(workers))).judged == judged
    assert len(size_error(tape(pool(workers))).violations) == judged
    refused = bound("pool", on("@", "Pool", workers, at=(0, 1), raised=error("ValueError")))
    assert not size_error(tape(refused)).violations


RESULT = bound("r", run("apply_async", [task(1, "fail")], at=(2, 3)))
ITERATOR = bound("r", run("imap", [task(1, "fail")], at=(2, 3)))
CHUNKED = bound("r", run("imap", [task(1, "fail")], 2, at=(2, 3)))


@pytest.mark.parametrize(
    ("before", "use", "name", "allowed"),
    [
        pytest.param(RESULT, "get", "TaskError", True, id="get-own"),
        pytest.param(RESULT, "get", "TimeoutError", False, id="get-timeout-unasked"),
        pytest.param(RESULT, "get", "OSError", False, id="get-other"),
        pytest.param(RESULT, "ready", "ValueError", False, id="ready"),
        pytest.param(RESULT, "wait", "ValueError", False, id="wait"),
        pytest.param(RESULT, "successful", "ValueError", True, id="successful"),
        pytest.param(RESULT, "successful", "AssertionError", False, id="successful-other"),
        pytest.param(ITERATOR, "__next__", "StopIteration", True, id="next-stop"),
        pytest.param(ITERATOR, "__next__", "OSError", False, id="next-other"),
        pytest.param(ITERATOR, "next", "AttributeError", False, id="next-by-name"),
        pytest.param(CHUNKED, "next", "AttributeError", True, id="next-by-name-of-chunks"),
    ],
)
def test_results_raise_what_is_documented_for_them(
    before: Line, use: str, name: str, *, allowed: bool
) -> None:
    """Each use of a result has its own few exceptions."""
    raised = error(name, *((1,) if name == "TaskError" else ()))

    found = no_other_errors(tape(pool(), before, on("r", use, at=(4, 5), raised=raised)))

    assert found.judged == 3
    assert bool(found.violations) is not allowed


@pytest.mark.parametrize(
    ("operation", "allowed"),
    [
        pytest.param(on("pool", "close", at=(2, 3), raised=error("OSError")), False, id="close"),
        pytest.param(on("pool", "terminate", at=(2, 3), raised=error("OSError")), False, id="terminate"),
        pytest.param(on("pool", "join", at=(2, 3), raised=error("ValueError")), True, id="join-running"),
        pytest.param(on("pool", "__enter__", at=(2, 3), raised=error("ValueError")), False, id="enter"),
        pytest.param(run("map", [], at=(2, 3), raised=error("ValueError")), False, id="map"),
        pytest.param(run("map", [task(1, "value_error")], at=(2, 3), raised=error("ValueError", "task 1")),
                     True, id="map-own"),
        pytest.param(run("map_async", [task(1, "fail")], at=(2, 3), raised=error("TaskError", 1)), False,
                     id="asynchronous-own"),
    ],
)  # fmt: skip
def test_a_running_pool_raises_what_is_documented(operation: Operation, *, allowed: bool) -> None:
    """Judged are the making and the operation."""
    found = no_other_errors(tape(pool(), operation))

    assert found.judged == 2
    assert bool(found.violations) is not allowed


def test_a_join_after_close_raises_nothing() -> None:
    """ValueError is for pools that run; a submission after close may raise nothing else."""
    end = on("pool", "close", at=(2, 3))
    join = on("pool", "join", at=(4, 5), raised=error("ValueError"))

    assert kinds(no_other_errors(tape(pool(), end, join))) == ["join-raised-ValueError"]
    late = run("map", [], at=(4, 5), raised=error("ValueError"))
    assert not no_other_errors(tape(pool(), end, late)).violations
