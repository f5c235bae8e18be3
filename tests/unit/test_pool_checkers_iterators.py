"""Checkers of imap and imap_unordered."""

import random

import pytest

from mpconform.checkers.pool_iterators import imap_results, imap_timeout, imap_unordered_results
from mpconform.checkers.pool_tasks import Element, one_call
from mpconform.values import History, Json, Outcome
from pool_search import assignable
from pool_tape import bound, done, on, pool, run, tape, task, tasks
from scale import SCALE
from tape import error

STOP = object()
MS = 1_000_000


def iterated(method: str, elements: Json, *outcomes: object, size: int = 1, workers: int = 2) -> History:
    """A history in which the iterator of *method* gave *outcomes*, one after the other."""
    lines = [pool(workers), bound("i", run(method, elements, size, at=(2, 3)))]
    for n, outcome in enumerate(outcomes):
        at = (10 + 2 * n, 11 + 2 * n)
        if outcome is STOP:
            lines.append(on("i", "__next__", at=at, raised=error("StopIteration")))
        elif isinstance(outcome, dict) and "mro" in outcome:
            lines.append(on("i", "__next__", at=at, raised=outcome))
        else:
            lines.append(on("i", "__next__", at=at, to=outcome))
    return tape(*lines)


THREE = tasks(1, 3, "square")


@pytest.mark.parametrize(
    ("outcomes", "kind"),
    [
        pytest.param((1, 4, 9, STOP, STOP), None, id="right"),
        pytest.param((1, 4), None, id="not-read-to-the-end"),
        pytest.param((1, 9), "imap-skipped", id="skipped"),
        pytest.param((1, 1), "imap-repeated", id="repeated"),
        pytest.param((1, 5), "imap-wrong", id="wrong"),
        pytest.param((1, 4, STOP), "ended-early", id="short"),
        pytest.param((1, 4, 9, 9), "yielded-too-much", id="long"),
        pytest.param((1, 4, 9, STOP, 16), "yielded-too-much", id="after-the-end"),
    ],
)
def test_imap_yields_each_result_in_turn(outcomes: tuple[object, ...], kind: str | None) -> None:
    """The first result that is not the next element's is the witness."""
    found = imap_results(iterated("imap", THREE, *outcomes))

    assert found.judged == len(outcomes)
    assert [v.kind for v in found.violations] == ([kind] if kind else [])
    assert all(v.witness[-1].invoked_ns == 8 + 2 * len(outcomes) for v in found.violations)


def test_a_failing_element_takes_its_own_turn() -> None:
    """With chunk size 1 the elements after it follow; its exception may not come before its turn."""
    mixed = [task(1, "square"), task(2, "fail"), task(3, "square")]
    failed = error("TaskError", 2)

    assert imap_results(iterated("imap", mixed, 1, failed, 9, STOP)).outcome is Outcome.PASS
    assert imap_results(iterated("imap", mixed, 1, failed, STOP)).outcome is Outcome.FAIL
    assert imap_results(iterated("imap", mixed, failed)).violations[0].kind == "imap-out-of-order"


def test_what_follows_a_failed_chunk_is_not_judged() -> None:
    """A chunk fails as a whole, and the iterator may be over then."""
    mixed = [task(1, "square"), task(2, "fail"), task(3, "square")]

    found = imap_results(iterated("imap", mixed, error("TaskError", 2), STOP, size=2))

    assert found.outcome is Outcome.PASS


@pytest.mark.parametrize("end", ["open", "terminated", "none"])
def test_imap_without_evidence_is_unknown(end: str) -> None:
    """An open next, one after terminate, and none at all say nothing."""
    lines = [pool(), bound("i", run("imap", THREE, at=(2, 3)))]
    if end == "open":
        lines.append(on("i", "__next__", at=(4, None)))
    if end == "terminated":
        lines += [on("pool", "terminate", at=(4, 5)), on("i", "__next__", at=(6, 7), to=9)]

    assert imap_results(tape(*lines)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("outcomes", "kind"),
    [
        pytest.param((9, 1, 4, STOP), None, id="any-order"),
        pytest.param((9, 9), "unordered-repeated", id="repeated"),
        pytest.param((9, 5), "unordered-wrong", id="wrong"),
        pytest.param((9, 1, STOP), "unordered-lost", id="lost"),
    ],
)
def test_imap_unordered_yields_each_result_once(outcomes: tuple[object, ...], kind: str | None) -> None:
    """Order does not matter, multiplicity does."""
    found = imap_unordered_results(iterated("imap_unordered", THREE, *outcomes))

    assert [v.kind for v in found.violations] == ([kind] if kind else [])


def test_one_worker_yields_in_order() -> None:
    """The documentation promises the order when there is only one worker."""
    assert imap_unordered_results(iterated("imap_unordered", THREE, 1, 4, 9, workers=1)).judged == 3
    assert imap_unordered_results(iterated("imap_unordered", THREE, 4, workers=1)).violations


def _random_task(source: random.Random) -> Json:
    behaviour = source.choice([["square"], ["square"], ["pid"], ["initialised"], ["fail"]])
    return task(source.randrange(3), *behaviour)


@pytest.mark.parametrize("seeds", SCALE)
def test_unordered_agrees_with_trying_all_assignments(seeds: range) -> None:
    """On random small histories the checker is as exact as exhaustive search."""

    def fits(element: Element, value: object) -> bool:
        if isinstance(value, dict):
            return element.raises(value)
        return element.gives(value)

    verdicts = []
    for seed in seeds:
        source = random.Random(seed)
        elements = [_random_task(source) for _ in range(source.randrange(5))]
        values = [
            error("TaskError", source.randrange(3))
            if source.random() < 0.2
            else source.choice([0, 1, 4, "x"])
            for _ in elements
        ]
        calls = [one_call("run_task", [e]) for e in elements]
        foreign = any(isinstance(v, dict) and not any(c.raises(v) for c in calls if c) for v in values)
        if foreign:
            continue  # The exception of no task at all is the business of another requirement.
        verdict = imap_unordered_results(iterated("imap_unordered", elements, *values, STOP)).outcome
        verdicts.append(verdict)

        assert (verdict is Outcome.PASS) == assignable(values, calls, fits), (elements, values)
    assert verdicts.count(Outcome.PASS) > 50
    assert verdicts.count(Outcome.FAIL) > 50


LATE = error("TimeoutError", bases=("ProcessError", "Exception"))
BUILTIN = error("TimeoutError", bases=("OSError", "Exception"))


@pytest.mark.parametrize(
    ("took", "raised", "kind"),
    [
        pytest.param(10 * MS, LATE, None, id="in-time"),
        pytest.param(8 * MS, LATE, None, id="within-the-granularity"),
        pytest.param(8 * MS - 1, LATE, "next-timeout-too-early", id="too-early"),
        pytest.param(10 * MS, BUILTIN, "next-timeout-of-another-class", id="builtin-class"),
    ],
)
def test_a_next_gives_up_at_its_timeout(took: int, raised: dict[str, Json], kind: str | None) -> None:
    """Too early is judged with 2 ms of grace; the class must be the package's own."""
    history = tape(
        pool(),
        bound("i", run("imap", tasks(1, 1, "square"), at=(2, 3))),
        on("i", "next", at=(4, 4 + took), raised=raised, timeout_s=0.01),
        executions=(done(1, at=(5, took + 9)),),
    )

    found = imap_timeout(history)

    assert found.judged == 1
    assert [v.kind for v in found.violations] == ([kind] if kind else [])


@pytest.mark.parametrize(("ended", "judged"), [(10, 0), (9, 0), (11, 1)])
def test_a_result_before_its_task_ended_is_premature(ended: int, judged: int) -> None:
    """A next that returned when the task ended, or later, is fine: equal stamps order nothing."""
    history = tape(
        pool(),
        bound("i", run("imap", tasks(1, 1, "square"), at=(2, 3))),
        on("i", "next", at=(4, 10), to=1, timeout_s=1.0),
        executions=(done(1, at=(5, ended)),),
    )

    found = imap_timeout(history)

    assert found.judged == judged
    assert len(found.violations) == judged
