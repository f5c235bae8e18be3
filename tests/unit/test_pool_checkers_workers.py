"""Checkers of executions: once, elsewhere, by few enough workers, initialised, replaced."""

import pytest

from mpconform.checkers.pool_workers import all_workers, elsewhere, initializer, max_tasks, once, pool_size
from mpconform.values import Execution, Finding, Json, Outcome
from pool_tape import MAIN, Line, bound, census, done, on, pool, ran, run, tape, task, tasks
from tape import error

TWO = run("map", tasks(1, 2, "square"), at=(2, 99), to=[1, 4])
INITIALISE = ({"$function": "initialise"}, [7])


def kinds(found: Finding) -> list[str]:
    """The kinds of the violations."""
    return [v.kind for v in found.violations]


@pytest.mark.parametrize(
    ("executed", "expected"),
    [
        pytest.param((1, 2), [], id="once"),
        pytest.param((1, 2, 2), ["executed-again"], id="twice"),
        pytest.param((1,), ["never-executed"], id="never"),
        pytest.param((1, 2, 3), ["executed-unasked"], id="unasked"),
    ],
)
def test_each_task_is_executed_once(executed: tuple[int, ...], expected: list[str]) -> None:
    """As often as it was submitted, and no more."""
    found = once(tape(pool(), TWO, executions=ran(*executed)))

    assert found.judged == max(len(set(executed)), 2)
    assert kinds(found) == expected


def test_a_number_that_was_submitted_twice_is_executed_twice() -> None:
    """Submissions of one number add up."""
    again = run("map", tasks(2, 1, "square"), at=(100, 101), to=[4])

    assert once(tape(pool(), TWO, again, executions=ran(1, 2, 2))).outcome is Outcome.PASS
    assert kinds(once(tape(pool(), TWO, again, executions=ran(1, 2)))) == ["never-executed"]


@pytest.mark.parametrize(
    "submission",
    [
        pytest.param(run("map", tasks(1, 2, "square"), at=(2, None)), id="open"),
        pytest.param(run("map", tasks(1, 2, "fail"), at=(2, 3), raised=error("TaskError", 1)), id="failed"),
        pytest.param(run("map_async", tasks(1, 2, "square"), at=(2, 3)), id="not-got"),
    ],
)
def test_a_task_whose_result_nobody_has_may_be_outstanding(submission: Line) -> None:
    """No execution is missed where no result says that there was one."""
    assert once(tape(pool(), submission, ended="hung")).outcome is Outcome.UNKNOWN
    assert kinds(once(tape(pool(), submission, executions=ran(1, 1)))) == ["executed-again"]


def test_a_closed_and_joined_pool_has_executed_everything_that_came_before() -> None:
    """What was submitted after close is none of it."""
    early = bound("r", run("map_async", tasks(1, 1, "square"), at=(2, 3)))
    late = bound("s", run("map_async", tasks(2, 1, "square"), at=(12, 13)))
    ending = (on("pool", "close", at=(10, 11)), on("pool", "join", at=(14, 15)))

    assert kinds(once(tape(pool(), early, late, *ending))) == ["never-executed"]
    assert once(tape(pool(), early, late, *ending, executions=ran(1))).outcome is Outcome.PASS


def test_tasks_of_the_program_itself_are_shown_with_their_process() -> None:
    """An execution in the process of main is a violation; without a known process of main, unknown."""
    found = elsewhere(tape(pool(), TWO, executions=(done(1, MAIN), done(2, 20))))

    assert found.judged == 2
    assert kinds(found) == ["executed-in-the-program"]
    assert f"process {MAIN}" in found.violations[0].observed[0]
    assert elsewhere(tape(pool())).outcome is Outcome.UNKNOWN


def test_a_task_tells_the_process_in_which_it_ran() -> None:
    """A pid that is not that of the execution is wrong."""
    told = run("map", tasks(1, 1, "pid"), at=(2, 9), to=[20])

    assert elsewhere(tape(pool(), told, executions=(done(1, 20),))).outcome is Outcome.PASS
    assert kinds(elsewhere(tape(pool(), told, executions=(done(1, 21),)))) == ["another-process-told"]


def test_a_pool_of_two_has_two_workers_in_all() -> None:
    """A third process is too many when none is replaced; too few executions prove nothing."""
    many = run("map", tasks(1, 3, "square"), at=(2, 99), to=[1, 4, 9])
    three = (done(1, 20), done(2, 21), done(3, 22))

    assert kinds(pool_size(tape(pool(2), many, executions=three))) == ["too-many-workers"]
    assert pool_size(tape(pool(2), many, executions=(*three[:2], done(3, 20)))).outcome is Outcome.PASS
    assert pool_size(tape(pool(3), many, executions=three)).outcome is Outcome.UNKNOWN


def test_a_replacement_while_the_pool_ends_is_none_too_many() -> None:
    """A worker that ended because the pool does may be replaced; two that lived together count."""
    many = run("map_async", tasks(1, 4, "square"), at=(2, 30))
    end = on("pool", "terminate", at=(40, 60))
    records = (done(1, 20), done(2, 20, (5, 6)), done(3, 20, (7, 8)))

    late = tape(pool(1), many, end, executions=(*records, done(-1, 21, (50, 51))))
    both = tape(pool(1), many, end, executions=(*records, done(4, 20, (45, 55)), done(-1, 21, (50, 51))))

    assert pool_size(late).outcome is Outcome.PASS
    assert kinds(pool_size(both)) == ["too-many-workers"]
    assert kinds(pool_size(tape(pool(1), many, executions=(*records, done(-1, 21, (50, 51)))))) == [
        "too-many-workers"
    ]


@pytest.mark.parametrize(("third", "expected"), [((6, 7), []), ((5, 7), ["too-many-workers"])])
def test_replaced_workers_count_while_they_live(third: tuple[int, int], expected: list[str]) -> None:
    """Records that touch need not overlap."""
    many = run("map", tasks(1, 4, "square"), 1, at=(2, 99), to=[1, 4, 9, 16])
    executions = (done(1, 20, (3, 6)), done(2, 21, (3, 6)), done(3, 22, third), done(4, 22, (8, 9)))

    assert kinds(pool_size(tape(pool(2, maxtasksperchild=2), many, executions=executions))) == expected


def _initialised(*records: Execution) -> Finding:
    return initializer(tape(pool(2, (0, 1), *INITIALISE), TWO, executions=records))


def test_a_worker_is_initialised_once_before_its_tasks() -> None:
    """Never, twice, and late are violations; stamps that touch are in order."""
    call = done(-1, 20, (2, 3))

    assert _initialised(call, done(1, 20, (3, 4)), done(2, 20, (5, 6))).outcome is Outcome.PASS
    assert kinds(_initialised(done(1, 20))) == ["not-initialised"]
    assert kinds(_initialised(call, call, done(1, 20))) == ["initialised-again"]
    assert kinds(_initialised(done(-1, 20, (2, 4)), done(1, 20, (3, 5)))) == ["initialised-late"]
    assert kinds(_initialised(done(-1, 20, (4, 5)), done(1, 20, (3, 4)))) == ["initialised-late"]


def test_the_initializer_gets_its_arguments() -> None:
    """What it left is what a task finds; without an initializer there is nothing to judge."""
    for got, expected in ((7, Outcome.PASS), (None, Outcome.FAIL)):
        found = run("map", tasks(1, 1, "initialised"), at=(2, 9), to=[got])
        records = (done(-1, 20, (2, 3)), done(1, 20))

        assert initializer(tape(pool(2, (0, 1), *INITIALISE), found, executions=records)).outcome is expected
    assert initializer(tape(pool(), TWO, executions=ran(1, 2))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("got", "expected"), [([7, "b"], Outcome.PASS), (7, Outcome.FAIL), (["b", 7], Outcome.FAIL)]
)
def test_the_initializer_gets_all_of_its_arguments(got: Json, expected: Outcome) -> None:
    """Of several it leaves the list."""
    found = run("map", tasks(1, 1, "initialised"), at=(2, 9), to=[got])
    made = pool(2, (0, 1), {"$function": "initialise"}, [7, "b"])

    finding = initializer(tape(made, found, executions=(done(-1, 20, (2, 3)), done(1, 20))))
    assert (finding.outcome, finding.judged) == (expected, 2)


def test_every_worker_of_a_joined_pool_has_been_initialised() -> None:
    """Fewer processes than workers are too few; a terminated pool proves nothing."""
    records = (done(-1, 20, (2, 3)), done(1, 20), done(2, 20, (5, 6)))
    made = pool(2, (0, 1), *INITIALISE)
    join = on("pool", "join", at=(102, 103))

    def judged(method: str) -> Finding:
        return all_workers(tape(made, TWO, on("pool", method, at=(100, 101)), join, executions=records))

    assert kinds(judged("close")) == ["too-few-workers"]
    assert judged("terminate").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("size", "pids", "expected"),
    [
        pytest.param(1, (20, 20, 21), [], id="replaced-in-time"),
        pytest.param(1, (20, 20, 20), ["too-many-tasks"], id="one-more"),
        pytest.param(2, (20, 20, 20), [], id="chunks-count-as-one"),
    ],
)
def test_a_worker_executes_no_more_tasks_than_its_life_has(
    size: int, pids: tuple[int, ...], expected: list[str]
) -> None:
    """With chunk size 1 each element is a task; larger chunks are only known to be one at least."""
    mapped = run("map", tasks(1, 3, "square"), size, at=(2, 99), to=[1, 4, 9])
    records = tuple(done(n, pid, (2 * n, 2 * n + 1)) for n, pid in enumerate(pids, 1))

    found = max_tasks(tape(pool(1, maxtasksperchild=2), mapped, executions=records))

    assert found.judged == len(set(pids))
    assert kinds(found) == expected


def test_too_few_tasks_prove_nothing_about_the_limit() -> None:
    """A pool that was never asked for more than the limit is no evidence."""
    assert max_tasks(tape(pool(1, maxtasksperchild=2), TWO, executions=ran(1, 2))).judged == 0


def test_two_pools_are_not_mixed_up() -> None:
    """Executions belong to the pool to which their number was submitted, or to none."""
    other = bound("other", on("@", "Pool", 1, at=(1, 2)))
    mine = run("apply", [task(1, "square")], at=(3, 4), to=1)
    its = on("other", "apply", {"$function": "run_task"}, [task(2, "square")], at=(5, 6), to=4)
    more = on("other", "apply", {"$function": "run_task"}, [task(3, "square")], at=(7, 8), to=9)
    records = (done(1, 20), done(2, 21), done(3, 22))

    found = pool_size(tape(pool(1), other, mine, its, more, executions=records))

    assert found.judged == 2
    assert kinds(found) == ["too-many-workers"]


def test_the_process_of_main_is_also_known_from_a_census() -> None:
    """Where no actor told its process, the census does."""
    assert kinds(elsewhere(tape(pool(), TWO, executions=(done(1, MAIN),), census={"c": census(50)}))) == [
        "executed-in-the-program"
    ]
