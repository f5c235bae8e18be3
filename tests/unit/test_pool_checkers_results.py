"""Checkers of whole results: map, starmap, apply, get, exceptions, chunk sizes."""

import pytest

from mpconform.checkers.pool_results import (
    apply_result,
    async_result,
    chunk_sizes_agree,
    exceptions,
    map_results,
    starmap_results,
)
from mpconform.values import Json, Outcome
from pool_tape import bound, on, pool, run, tape, task, tasks
from tape import error, received

THREE = tasks(1, 3, "square")


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        pytest.param([1, 4, 9], None, id="right"),
        pytest.param([4, 1, 9], "results-out-of-order", id="exchanged"),
        pytest.param([1, 1, 9], "results-out-of-order", id="repeated"),
        pytest.param([1, 4], "wrong-length", id="short"),
        pytest.param([1, 4, 9, 16], "wrong-length", id="long"),
        pytest.param([1, 4, None], "wrong-result", id="none"),
        pytest.param([1, 4, 9.0], "wrong-result", id="another-type"),
        pytest.param([True, 4, 9], "wrong-result", id="true-is-not-one"),
        pytest.param(None, "no-list", id="no-list"),
    ],
)
def test_map_returns_every_result_in_its_place(result: Json, kind: str | None) -> None:
    """A list is compared element by element, length and types included."""
    found = map_results(tape(pool(), run("map", THREE, at=(2, 9), to=result)))

    assert found.judged == 1
    assert [v.kind for v in found.violations] == ([kind] if kind else [])


def test_map_of_nothing_returns_an_empty_list() -> None:
    """No element is a case like any other."""
    good, bad = ([], None)

    assert map_results(tape(pool(), run("map", [], at=(2, 9), to=good))).outcome is Outcome.PASS
    assert map_results(tape(pool(), run("map", [], at=(2, 9), to=bad))).outcome is Outcome.FAIL


def test_a_map_that_raises_what_no_task_raises_is_wrong() -> None:
    """An error instead of the list breaks the rule too; the story names the call."""
    found = map_results(tape(pool(), run("map", THREE, at=(2, 9), raised=error("OSError"))))

    assert [v.kind for v in found.violations] == ["raised-unasked"]
    assert [o.method for o in found.violations[0].witness] == ["map"]
    assert "pool.map(" in found.violations[0].story


@pytest.mark.parametrize("close_at", [(9, 10), (5, 10), (2, 3)])
def test_a_map_during_which_the_pool_is_closed_is_not_judged(close_at: tuple[int, int]) -> None:
    """Closing that touches the interval may have come first, and then ValueError is right."""
    history = tape(
        pool(), run("map", THREE, at=(2, 9), raised=error("ValueError")), on("pool", "close", at=close_at)
    )

    assert map_results(history).outcome is Outcome.UNKNOWN


def test_no_evidence_is_no_pass() -> None:
    """Open calls, calls with failing elements and calls that are not understood are not judged."""
    history = tape(
        pool(),
        run("map", [task(1, "fail")], at=(2, 3), to=[1]),
        run("map", [task(1, "dance")], at=(4, 5), to=[1]),
        run("map", THREE, 0, at=(6, 7), to=[None] * 3),
        run("map", THREE, at=(8, None)),
        ended="hung",
    )

    assert map_results(history).outcome is Outcome.UNKNOWN


def test_payloads_are_compared_to_the_byte() -> None:
    """An echoed item must arrive whole."""
    good, bad = received("task", 1, 64), received("task", 1, 63)
    echo = tasks(1, 1, "echo", 64)

    assert map_results(tape(pool(), run("map", echo, at=(2, 9), to=[good]))).outcome is Outcome.PASS
    assert map_results(tape(pool(), run("map", echo, at=(2, 9), to=[bad]))).outcome is Outcome.FAIL


def test_starmap_unpacks_its_elements() -> None:
    """Pairs become two arguments, and come back as the square and the second."""
    pairs = [{"$tuple": [task(3, "square"), "b"]}]

    def history(result: Json) -> Outcome:
        star = on("pool", "starmap", {"$function": "run_pair"}, pairs, at=(2, 9), to=result)
        return starmap_results(tape(pool(), star)).outcome

    assert history([[9, "b"]]) is Outcome.PASS
    assert history([[9, None]]) is Outcome.FAIL
    assert history([]) is Outcome.FAIL


def test_apply_returns_the_value_itself() -> None:
    """Apply takes a list or a tuple of arguments."""
    plain = on("pool", "apply", {"$function": "square"}, {"$tuple": [4]}, at=(2, 3), to=16)

    assert apply_result(tape(pool(), plain)).outcome is Outcome.PASS
    assert apply_result(tape(pool(), run("apply", [task(4, "square")], at=(2, 3), to=[16]))).violations


def test_every_get_of_an_async_result_is_judged() -> None:
    """A second get must return the same; one that timed out or came after terminate is not judged."""
    history = tape(
        pool(),
        bound("r", run("map_async", THREE, at=(2, 3))),
        on("r", "get", at=(4, 5), raised=error("TimeoutError", bases=("ProcessError",)), timeout_s=1e-9),
        on("r", "get", at=(6, 7), to=[1, 4, 9]),
        on("r", "get", at=(8, 9), to=[1, 4]),
        on("pool", "terminate", at=(10, 11)),
        on("r", "get", at=(12, 13), to=[]),
    )

    found = async_result(history)

    assert found.judged == 2
    assert [[o.method for o in v.witness] for v in found.violations] == [["map_async", "get"]]


def test_a_name_means_what_it_was_bound_to_last() -> None:
    """Results are told apart by the binding, not by the name alone."""
    history = tape(
        pool(),
        bound("r", run("apply_async", [task(2, "square")], at=(2, 3))),
        on("r", "get", at=(4, 5), to=4),
        bound("r", run("apply_async", [task(3, "square")], at=(6, 7))),
        on("r", "get", at=(8, 9), to=9),
    )

    assert async_result(history).outcome is Outcome.PASS


FAILING = [task(1, "square"), task(2, "fail"), task(3, "value_error")]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        pytest.param({"raised": error("TaskError", 2)}, None, id="first"),
        pytest.param({"raised": error("ValueError", "task 3")}, None, id="any-of-several"),
        pytest.param({"raised": error("TaskError", 1)}, "exception-changed", id="other-arguments"),
        pytest.param({"raised": error("TaskError")}, "exception-changed", id="no-arguments"),
        pytest.param({"raised": error("RuntimeError", 2)}, "exception-changed", id="other-type"),
        pytest.param({"to": [1, None, 9]}, "exception-swallowed", id="returned"),
    ],
)
def test_an_exception_comes_back_as_it_was_raised(outcome: dict[str, Json], kind: str | None) -> None:
    """Type and arguments are compared; which of several is not prescribed."""
    found = exceptions(tape(pool(), run("map", FAILING, at=(2, 9), **outcome)))

    assert found.judged == 1
    assert [v.kind for v in found.violations] == ([kind] if kind else [])


def test_an_iterator_that_ends_without_the_exception_has_swallowed_it() -> None:
    """StopIteration without any exception before it accuses; one that was raised acquits."""
    submitted = bound("i", run("imap", [task(1, "fail")], at=(2, 3)))
    end = on("i", "__next__", at=(6, 7), raised=error("StopIteration"))

    found = exceptions(tape(pool(), submitted, on("i", "__next__", at=(4, 5), to=1), end))
    fine = exceptions(
        tape(pool(), submitted, on("i", "__next__", at=(4, 5), raised=error("TaskError", 1)), end)
    )

    assert [v.kind for v in found.violations] == ["exception-swallowed"]
    assert fine.judged == 1
    assert not fine.violations


def test_chunk_sizes_are_compared_on_the_same_elements_only() -> None:
    """A difference between two chunk sizes accuses both calls; other elements say nothing."""
    one = run("map", THREE, 1, at=(2, 3), to=[1, 4, 9])
    two = run("map", {"$iterator": THREE}, 2, at=(4, 5), to=[1, 4])
    other = run("map", tasks(2, 2, "square"), 2, at=(6, 7), to=[4, 9])

    found = chunk_sizes_agree(tape(pool(), one, two, other))

    assert found.judged == 1
    assert [[o.invoked_ns for o in v.witness] for v in found.violations] == [[2, 4]]
    assert chunk_sizes_agree(tape(pool(), one, other)).outcome is Outcome.UNKNOWN
    assert chunk_sizes_agree(tape(pool(), one, run("map", THREE, 1, at=(4, 5), to=[]))).judged == 0


def test_unordered_chunks_are_compared_as_multisets() -> None:
    """Order is no result of imap_unordered."""

    def history(last: int) -> Outcome:
        lines = [bound("a", run("imap_unordered", tasks(1, 2, "square"), at=(2, 3)))]
        lines += [bound("b", run("imap_unordered", tasks(1, 2, "square"), 2, at=(4, 5)))]
        lines += [on("a", "__next__", at=(6 + 2 * i, 7 + 2 * i), to=v) for i, v in enumerate((4, 1))]
        lines += [on("b", "__next__", at=(16 + 2 * i, 17 + 2 * i), to=v) for i, v in enumerate((1, last))]
        lines += [on(n, "__next__", at=(30, 31), raised=error("StopIteration")) for n in "ab"]
        return chunk_sizes_agree(tape(pool(), *lines)).outcome

    assert history(4) is Outcome.PASS
    assert history(9) is Outcome.FAIL
