"""Checkers of ready, successful, wait, and get with a timeout."""

import pytest

from mpconform.checkers.pool_waiting import ready, result_timeout, successful, wait
from mpconform.values import Execution, Finding, History, Json, Operation, Outcome
from pool_search import answers
from pool_tape import bound, done, on, pool, run, tape, task, tasks
from scale import SCALE
from tape import error, op

MS = 1_000_000
LATE = error("TimeoutError", bases=("ProcessError", "Exception"))
NOT_READY = error("ValueError", bases=("Exception",))


def asked(
    *uses: Operation, task: Json = None, ended: int | None = 50, elements: Json = None, **rest: object
) -> History:
    """A history of one apply_async of task 1, which was executed until *ended*, and its *uses*."""
    submitted = bound("r", run("apply_async", elements or tasks(1, 1, *(task or ["square"])), at=(2, 3)))
    executions: tuple[Execution, ...] = () if ended is None else (done(1, at=(4, ended)),)
    return tape(pool(), submitted, *uses, executions=executions, **rest)


def kinds(found: Finding) -> list[str]:
    """The kinds of the violations."""
    return [v.kind for v in found.violations]


@pytest.mark.parametrize(
    ("at", "answer", "judged", "kind"),
    [
        pytest.param((10, 49), False, 1, None, id="false-before-the-end"),
        pytest.param((10, 49), True, 1, "ready-too-early", id="true-before-the-end"),
        pytest.param((10, 50), True, 0, None, id="true-at-the-end"),
        pytest.param((60, 61), False, 0, None, id="false-while-it-travels"),
    ],
)
def test_ready_is_judged_by_the_end_of_the_execution(
    at: tuple[int, int], *, answer: bool, judged: int, kind: str | None
) -> None:
    """Before the task ended True is wrong; at equal stamps, and on its way back, both will do."""
    found = ready(asked(on("r", "ready", at=at, to=answer)))

    assert found.judged == judged
    assert kinds(found) == ([kind] if kind else [])


@pytest.mark.parametrize(("got", "kind"), [((60, 69), ["not-ready-after-completion"]), ((60, 70), [])])
def test_ready_is_true_once_a_get_has_delivered(got: tuple[int, int], kind: list[str]) -> None:
    """A get that returned strictly before is proof; one that touches is none."""
    history = asked(on("r", "get", at=got, to=1), on("r", "ready", at=(70, 71), to=False))

    found = ready(history)

    assert kinds(found) == kind
    assert all([o.method for o in v.witness] == ["get", "ready"] for v in found.violations)


def test_ready_after_the_join_of_a_closed_pool_is_true() -> None:
    """Joining a terminated pool proves nothing: its tasks may be lost."""
    for method, expected in (("close", 1), ("terminate", 0)):
        history = asked(
            on("pool", method, at=(60, 61)),
            on("pool", "join", at=(62, 63)),
            on("r", "ready", at=(64, 65), to=False),
        )

        assert len(ready(history).violations) == expected


@pytest.mark.parametrize(
    ("later", "fails"),
    [
        (on("r", "ready", at=(62, 63), to=False), True),
        (on("r", "successful", at=(62, 63), raised=NOT_READY), True),
        (on("r", "ready", at=(61, 63), to=False), False),
        (on("r", "ready", at=(62, 63), to=True), False),
    ],
)
def test_what_was_ready_stays_so(later: Operation, fails: bool) -> None:  # noqa: FBT001
    """Whoever asks strictly after that, finds the result."""
    found = ready(asked(on("r", "ready", at=(60, 61), to=True), later))

    assert kinds(found) == ["ready-without-result"] * fails


@pytest.mark.parametrize("seeds", SCALE)
def test_the_answers_about_one_result_are_judged_exactly(seeds: range) -> None:
    """There is an instant at which the result can have come, or one of the four checkers blames an answer."""
    verdicts = []
    for seed in seeds:
        history, expected = answers(seed)
        verdicts.append(expected)

        found = {one.__name__ for one in (ready, successful, wait, result_timeout) if one(history).violations}
        assert (not found) == expected, (seed, found)
    assert 0.1 * len(seeds) < verdicts.count(False) < 0.5 * len(seeds)


def test_a_point_that_main_has_not_reached_holds_the_call_up() -> None:
    """Without any execution, the rendezvous alone tells that the task cannot have ended."""
    meet = op("main", "", "rendezvous", 0, ["main"], at=(20, 21))
    history = tape(
        pool(),
        bound("r", run("map_async", [task(1, "wait_point", 0), task(2, "square")], at=(2, 3))),
        on("r", "ready", at=(10, 19), to=True),
        meet,
    )

    assert kinds(ready(history)) == ["ready-too-early"]


def test_a_map_may_be_over_when_its_first_task_has_raised() -> None:
    """Whether the others are waited for is not documented."""
    elements = [task(1, "fail"), task(2, "wait_point", 0)]
    history = tape(
        pool(),
        bound("r", run("map_async", elements, at=(2, 3))),
        on("r", "ready", at=(10, 19), to=True),
        executions=(done(1, at=(4, 5)),),
    )

    assert ready(history).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("at", "outcome", "failing", "kind"),
    [
        pytest.param((10, 49), {"raised": NOT_READY}, False, None, id="value-error-before"),
        pytest.param((10, 49), {"to": False}, False, "successful-too-early", id="false-before"),
        pytest.param(
            (10, 49), {"raised": error("AssertionError")}, False, "successful-too-early", id="other"
        ),
        pytest.param((60, 61), {"to": True}, False, None, id="true"),
        pytest.param((60, 61), {"to": False}, False, "successful-wrong", id="false-of-success"),
        pytest.param((60, 61), {"to": True}, True, "successful-wrong", id="true-of-failure"),
        pytest.param((60, 61), {"to": False}, True, None, id="false-of-failure"),
    ],
)
def test_successful_refuses_and_then_answers(
    at: tuple[int, int], outcome: dict[str, Json], *, failing: bool, kind: str | None
) -> None:
    """ValueError is due before the end; afterwards the answer must be the truth."""
    found = successful(asked(on("r", "successful", at=at, **outcome), task=["fail"] if failing else None))

    assert found.judged == 1
    assert kinds(found) == ([kind] if kind else [])


def test_successful_may_refuse_while_the_result_travels_and_not_after_a_get() -> None:
    """Between the end of the task and the first proof of completion nothing is known."""
    refused = on("r", "successful", at=(60, 61), raised=NOT_READY)

    assert successful(asked(refused)).outcome is Outcome.UNKNOWN
    assert kinds(successful(asked(on("r", "get", at=(52, 53), to=1), refused))) == [
        "not-successful-after-completion"
    ]


@pytest.mark.parametrize(
    ("use", "judged", "kind"),
    [
        pytest.param(on("r", "wait", at=(10, 60)), 1, None, id="after-the-end"),
        pytest.param(on("r", "wait", at=(10, 50)), 1, None, id="at-the-end"),
        pytest.param(on("r", "wait", at=(10, 49)), 1, "wait-too-early", id="before-the-end"),
        pytest.param(on("r", "wait", at=(10, 49), timeout_s=0.01), 1, "wait-too-early", id="before-both"),
        pytest.param(on("r", "wait", 0.01, at=(10, 49)), 1, "wait-too-early", id="positional"),
        pytest.param(on("r", "wait", at=(10, 49), timeout_s=1e-9), 1, None, id="timeout-passed"),
        pytest.param(on("r", "wait", at=(10, None)), 0, None, id="open"),
    ],
)
def test_wait_comes_back_for_the_result_or_the_timeout(use: Operation, judged: int, kind: str | None) -> None:
    """Before the end of the task only an expired timeout excuses it."""
    found = wait(asked(use))

    assert found.judged == judged
    assert kinds(found) == ([kind] if kind else [])


def test_a_wait_after_which_nothing_is_there_came_back_too_early() -> None:
    """A later ready that says False accuses it, unless ready is known to be wrong."""
    waited, no = on("r", "wait", at=(60, 61)), on("r", "ready", at=(64, 65), to=False)

    assert kinds(wait(asked(waited, no))) == ["wait-without-result"]
    assert kinds(wait(asked(waited, on("r", "get", at=(62, 63), to=1), no))) == []


@pytest.mark.parametrize(
    ("took", "raised", "kind"),
    [
        pytest.param(10 * MS, LATE, None, id="in-time"),
        pytest.param(8 * MS, LATE, None, id="within-the-granularity"),
        pytest.param(8 * MS - 1, LATE, "timeout-too-early", id="too-early"),
        pytest.param(10 * MS, error("TimeoutError"), "timeout-of-another-class", id="builtin-class"),
    ],
)
def test_a_get_gives_up_at_its_timeout(took: int, raised: dict[str, Json], kind: str | None) -> None:
    """Too early is judged with 2 ms of grace; the class must be the package's own."""
    use = on("r", "get", at=(10, 10 + took), raised=raised, timeout_s=0.01)

    found = result_timeout(asked(use, ended=99 * MS))

    assert found.judged == 1
    assert kinds(found) == ([kind] if kind else [])


def test_a_timeout_after_the_result_was_got_is_wrong() -> None:
    """A get delivers what a get before it delivered."""
    history = asked(
        on("r", "get", at=(60, 61), to=1), on("r", "get", at=(62, 63), raised=LATE, timeout_s=1e-9)
    )

    assert kinds(result_timeout(history)) == ["timeout-after-completion"]


def test_a_result_before_its_task_ended_is_no_result() -> None:
    """A get with a timeout may not return while the call surely runs."""
    assert kinds(result_timeout(asked(on("r", "get", at=(10, 49), to=1, timeout_s=9.0)))) == [
        "get-without-timeout"
    ]
    assert result_timeout(asked(on("r", "get", at=(10, 50), to=1, timeout_s=9.0))).judged == 0


def test_a_timeout_does_not_cost_the_result() -> None:
    """The get after it is judged by its value; its witness is the one that timed out."""
    expired = on("r", "get", at=(10, 20), raised=LATE, timeout_s=1e-9)

    assert result_timeout(asked(expired, on("r", "get", at=(60, 61), to=1))).judged == 2
    found = result_timeout(asked(expired, on("r", "get", at=(60, 61), to=None)))

    assert kinds(found) == ["result-lost-after-timeout"]
    assert [o.invoked_ns for o in found.violations[0].witness] == [10, 60]
