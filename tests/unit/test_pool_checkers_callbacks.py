"""Checkers of callbacks and error callbacks."""

import random

import pytest

from mpconform.checkers.pool_callbacks import callback, callback_either, callback_empty, error_callback
from mpconform.values import Finding, History, Json, Operation, Outcome
from pool_search import assignable
from pool_tape import Line, bound, on, pool, run, tape, task, tasks
from scale import SCALE
from tape import error, op


def submit(n: int, *behaviour: Json, done: str = "done", failed: str = "failed", **more: Json) -> Line:
    """An apply_async of task *n* with both callbacks."""
    given = {"callback": {"$callback": done}, "error_callback": {"$callback": failed}}
    return bound(f"r{n}", run("apply_async", [task(n, *behaviour)], at=(2 * n, 2 * n + 1), **given, **more))


def called(name: str, value: Json, at: int) -> Operation:
    """A call of the callback *name*."""
    return op("main.callbacks", name, "called", value, at=(at, at + 1))


def failure(name: str, *args: Json) -> Json:
    """An exception instance, as a callback is given it."""
    return {"$exception": error(name, *args)}


def ended(*lines: Line, method: str = "close") -> History:
    """A history of *lines* on a pool that was then closed and joined."""
    return tape(pool(), *lines, on("pool", method, at=(900, 901)), on("pool", "join", at=(902, 903)))


def kinds(found: Finding) -> list[str]:
    """The kinds of the violations."""
    return [v.kind for v in found.violations]


def test_a_callback_is_called_once_with_the_result() -> None:
    """Once is right; never, twice, and another value are wrong, each with its witness."""
    one = submit(3, "square")

    assert callback(ended(one, called("done", 9, 50))).outcome is Outcome.PASS
    assert kinds(callback(ended(one))) == ["callback-missing"]
    repeated = callback(ended(one, called("done", 9, 50), called("done", 9, 60)))
    assert kinds(repeated) == ["callback-repeated"]
    assert [o.invoked_ns for o in repeated.violations[0].witness] == [50, 60]
    assert kinds(callback(ended(one, called("done", 8, 50)))) == ["callback-with-another-value"]


def test_a_callback_is_missed_only_when_a_closed_pool_was_joined() -> None:
    """Before that, and after terminate, it may still come, or be lost."""
    one = submit(3, "square")

    assert callback(tape(pool(), one)).outcome is Outcome.UNKNOWN
    assert callback(ended(one, method="terminate")).outcome is Outcome.UNKNOWN
    assert callback(tape(pool(), one, called("done", 9, 50))).outcome is Outcome.PASS


def test_an_error_callback_gets_the_exception_itself() -> None:
    """A wrapper is another value."""
    one = submit(3, "fail")

    assert error_callback(ended(one, called("failed", failure("TaskError", 3), 50))).outcome is Outcome.PASS
    assert kinds(error_callback(ended(one))) == ["error-callback-missing"]
    wrapped = called("failed", failure("RemoteError", "TaskError(3)"), 50)
    assert kinds(error_callback(ended(one, wrapped))) == ["callback-with-another-value"]
    assert callback(ended(one, wrapped)).outcome is Outcome.UNKNOWN


def test_only_the_callback_that_fits_is_called() -> None:
    """The other one is misdirected, whatever it is given."""
    one = submit(3, "fail")
    good = called("failed", failure("TaskError", 3), 50)

    assert callback_either(ended(one, good)).outcome is Outcome.PASS
    assert kinds(callback_either(ended(one, good, called("done", None, 60)))) == ["wrong-callback"]
    both = ended(submit(3, "square"), called("done", 9, 50), called("failed", 9, 60))
    assert kinds(callback_either(both)) == ["wrong-callback"]
    assert callback(both).outcome is Outcome.PASS


def test_nothing_to_do_is_called_back_too() -> None:
    """The empty map is a requirement of its own, so that it does not hide the others."""
    empty = bound("r", run("map_async", tasks(0, 0), at=(2, 3), callback={"$callback": "done"}))

    assert kinds(callback_empty(ended(empty))) == ["callback-missing"]
    assert callback_empty(ended(empty, called("done", [], 50))).outcome is Outcome.PASS
    assert callback(ended(empty)).outcome is Outcome.UNKNOWN


def test_callbacks_of_the_first_chunk_only_are_another_value() -> None:
    """A map is called back with all of its results."""
    mapped = bound("r", run("map_async", tasks(1, 2, "square"), 1, at=(2, 3), callback={"$callback": "done"}))

    assert callback(ended(mapped, called("done", [1, 4], 50))).outcome is Outcome.PASS
    assert kinds(callback(ended(mapped, called("done", [1], 50)))) == ["callback-with-another-value"]


@pytest.mark.parametrize("seeds", SCALE)
def test_shared_names_agree_with_trying_all_assignments(seeds: range) -> None:
    """On random histories in which calls share one name, the verdict is that of exhaustive search."""
    verdicts = []
    for seed in seeds:
        source = random.Random(seed)
        numbers = [source.randrange(1, 4) for _ in range(source.randrange(1, 4))]
        pids = [source.random() < 0.3 for _ in numbers]
        jobs = []
        for index, (n, pid) in enumerate(zip(numbers, pids, strict=True)):
            behaviour = "pid" if pid else "square"
            asked = [task(n, behaviour)]
            jobs.append(
                bound(
                    f"r{index}",
                    run(
                        "apply_async",
                        asked,
                        at=(2 + 2 * index, 3 + 2 * index),
                        callback={"$callback": "done"},
                    ),
                )
            )
        values = [
            source.choice([1, 4, 9, None]) for _ in range(max(0, len(numbers) - source.randrange(-1, 2)))
        ]
        calls = [called("done", value, 50 + 2 * i) for i, value in enumerate(values)]

        def fits(job: tuple[int, bool], value: Json) -> bool:
            return isinstance(value, int) if job[1] else value == job[0] ** 2

        takers = list(zip(numbers, pids, strict=True))
        legal = len(values) == len(numbers) and assignable(values, takers, fits)
        verdicts.append(legal)

        assert (callback(ended(*jobs, *calls)).outcome is Outcome.PASS) == legal, (takers, values)
    assert 0.05 * len(seeds) < verdicts.count(True) < 0.95 * len(seeds)
