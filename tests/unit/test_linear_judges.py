"""The judges of columns: against every order of small histories, and on both sides of each boundary."""

from typing import Any

import pytest

from linear_search import OBJECT_MODELS, explained, history, object_explained
from mpconform.linear import counter, fifo, lock, models, register, semaphore
from mpconform.linear.columns import NOTHING, OPEN, Columns, Judged, columns_of
from mpconform.linear.judge import CODES, MODELS, Settings, judge
from mpconform.linear.search import Calls, _just_in_time, search
from mpconform.linear.spending import Budget
from mpconform.linear.table import Table

FEW, MANY = 1_000, 100_000

#: For each model: the judge, and initial state and step of its model.
JUDGED: dict[str, Any] = {
    "queue": (fifo.judge, ((), models.queue)),
    "register": (lambda c: register.judge(c, initial=-1), (-1, models.register)),
    "counter": (counter.judge, (0, models.counter)),
    "lock": (lock.judge, (-1, models.lock)),
    "semaphore": (lambda c: semaphore.judge(c, value=2), (2, models.semaphore)),
}


def compared(model: str, seeds: range) -> dict[str, int]:
    """Judge a history for each seed, and by every order: how many were legal, illegal, and missed."""
    decide, modelled = JUDGED[model]
    counts = {"legal": 0, "illegal": 0, "missed": 0}
    for seed in seeds:
        columns = history(model, seed)
        found, truth = decide(columns), explained(columns, *modelled)
        assert found.legal is not None, seed
        counts["legal" if truth else "illegal"] += 1
        if found.legal and not truth:
            assert not found.exact, f"{model} {seed}: {found}"
            counts["missed"] += 1
        assert found.legal or not truth, f"{model} {seed}: {found}"
        assert found.legal or (found.witness and found.story), f"{model} {seed}: no witness"
    return counts


@pytest.mark.parametrize("model", JUDGED)
def test_a_judge_agrees_with_every_order(model: str) -> None:
    """Exact where it says so, and it never calls a legal history illegal; both kinds are met."""
    counts = compared(model, range(FEW))

    assert counts["legal"] > 100
    assert counts["illegal"] > 50


@pytest.mark.slow
@pytest.mark.dense
@pytest.mark.parametrize("model", JUDGED)
def test_a_judge_agrees_with_every_order_of_many(model: str) -> None:
    """A hundred thousand histories; what is only sound misses few."""
    counts = compared(model, range(FEW, FEW + MANY))

    assert counts["missed"] <= 0.03 * counts["illegal"]
    assert counts["missed"] == 0 or model in ("queue", "semaphore")


@pytest.mark.parametrize("model", JUDGED)
def test_both_searches_agree_with_every_order(model: str) -> None:
    """Whichever is asked: the general ones decide every small history."""
    initial, step = JUDGED[model][1]
    for seed in range(FEW):
        columns = history(model, seed)
        calls = Calls(columns.invoked, columns.returned, models.operations(columns))
        answers = {
            search(calls, initial, step, budget=Budget()).exists,
            _just_in_time(calls, initial, step, Budget()).exists,
        }
        assert answers == {explained(columns, initial, step)}, seed


def agreeing(model: str, seeds: range) -> dict[bool, int]:
    """Judge a history of objects for each seed, and by every order of the whole: how many of each kind."""
    counts = {True: 0, False: 0}
    for seed in seeds:
        columns = history(model, seed)
        found, truth = judge(columns), object_explained(columns)
        assert found.legal is truth, f"{model} {seed}: {found}"
        assert found.legal or (found.witness and found.story), f"{model} {seed}: no witness"
        counts[truth] += 1
    return counts


@pytest.mark.parametrize("model", OBJECT_MODELS)
def test_the_search_of_an_object_agrees_with_every_order(model: str) -> None:
    """Key by key where that can be, and otherwise as a whole: always what all orders of the whole say."""
    counts = agreeing(model, range(FEW))

    assert counts[True] > 100
    assert counts[False] > 50


@pytest.mark.slow
@pytest.mark.dense
@pytest.mark.parametrize("model", OBJECT_MODELS)
def test_the_search_of_an_object_agrees_with_every_order_of_many(model: str) -> None:
    """A hundred thousand histories."""
    agreeing(model, range(FEW, FEW + MANY))


def of(model: str, *rows: tuple[Any, ...]) -> Columns:
    """Columns of (process, what, argument or answer, invoked, returned); None for what there is not."""
    answering = {"get", "read"}
    return columns_of(
        model,
        CODES[model],
        [
            (
                process, CODES[model].index(what), 0,
                NOTHING if value is None or what in answering else value,
                value if value is not None and what in answering else NOTHING,
                begin, OPEN if end is None else end,
            )
            for process, what, value, begin, end in rows
        ],
    )  # fmt: skip


def verdict(columns: Columns, **settings: Any) -> tuple[bool | None, str, tuple[int, ...]]:
    found: Judged = judge(columns, Settings(**settings))
    return found.legal, found.kind, tuple(sorted(found.witness))


def test_a_queue_keeps_the_order_of_puts_that_did_not_overlap() -> None:
    """One instant of overlap, of the puts or of the gets, and any order will do."""
    rows = [(0, "put", 1, 0, 10), (0, "put", 2, 11, 20), (1, "get", 2, 30, 40), (2, "get", 1, 41, 50)]
    assert verdict(of("queue", *rows)) == (False, "overtaken", (0, 1, 2, 3))
    assert verdict(of("queue", *rows[:3], (2, "get", 1, 40, 50)))[0]
    assert verdict(of("queue", rows[0], (1, "put", 2, 10, 20), *rows[2:]))[0]


def test_a_queue_passes_nothing_over() -> None:
    """Unless a get that never returned can have taken it in time."""
    rows = [(0, "put", 1, 0, 10), (0, "put", 2, 11, 20), (1, "get", 2, 30, 40)]
    assert verdict(of("queue", *rows)) == (False, "passed-over", (0, 1, 2))
    assert verdict(of("queue", *rows, (2, "get", None, 40, None)))[0]
    assert verdict(of("queue", *rows, (2, "get", None, 41, None))) == (False, "passed-over", (0, 1, 2))


def test_a_queue_gives_each_value_once_and_none_of_its_own() -> None:
    """Twice, never put, and before it was put."""
    put = (0, "put", 1, 10, 20)
    assert verdict(of("queue", put, (1, "get", 1, 30, 40), (2, "get", 1, 30, 40))) == (
        False,
        "got-twice",
        (0, 1, 2),
    )
    assert verdict(of("queue", put, (1, "get", 2, 30, 40))) == (False, "invented", (1,))
    assert verdict(of("queue", put, (1, "get", 1, 0, 9))) == (False, "got-too-early", (0, 1))
    assert verdict(of("queue", put, (1, "get", 1, 0, 10)))[0]


def test_an_empty_queue_held_nothing_at_some_instant() -> None:
    """Values that hand over to each other within the call cover it together."""
    rows = [(0, "put", 1, 0, 10), (1, "put", 2, 12, 27), (2, "get", 1, 30, 31), (2, "get", 2, 60, 61)]
    assert verdict(of("queue", *rows, (3, "empty", None, 25, 40))) == (
        False,
        "empty-though-filled",
        (0, 1, 4),
    )
    assert verdict(of("queue", *rows, (3, "empty", None, 5, 40)))[0]
    assert verdict(of("queue", *rows, (3, "empty", None, 25, 61)))[0]
    touching = [(0, "put", 1, 0, 10), (1, "put", 2, 12, 30), (2, "get", 1, 30, 31), (2, "get", 2, 60, 61)]
    assert verdict(of("queue", *touching, (3, "empty", None, 25, 40)))[0]


def test_a_bounded_queue_is_never_overfull_nor_full_without_cause() -> None:
    """Surely inside, and possibly inside."""
    rows = [(0, "put", 1, 0, 10), (1, "put", 2, 0, 11), (2, "get", 1, 12, 13), (2, "get", 2, 20, 21)]
    assert verdict(of("queue", *rows), capacity=1) == (False, "overfull", (0, 1))
    assert verdict(of("queue", *rows), capacity=2)[0]
    assert verdict(of("queue", *rows, (3, "full", 9, 14, 15)), capacity=2) == (False, "full-though-not", (4,))
    assert verdict(of("queue", *rows, (3, "full", 9, 13, 15)), capacity=2)[0]


def test_a_register_does_not_change_back() -> None:
    """Read, then the other, then the first again: with one overlap it may have been."""
    rows = [(0, "write", 1, 0, 10), (0, "write", 2, 11, 20), (1, "read", 2, 21, 30), (1, "read", 1, 31, 40)]
    assert verdict(of("register", *rows))[:2] == (False, "changed-back")
    assert verdict(of("register", rows[0], (2, "write", 2, 10, 30), rows[2], rows[3]))[0] is False
    assert verdict(of("register", rows[0], (2, "write", 2, 10, 30), (1, "read", 1, 31, 40)))[0]


def test_a_counter_loses_no_update() -> None:
    """Two increments were done; a later read must see both."""
    adds = [(0, "add", None, 0, 10), (1, "add", None, 0, 12)]
    assert verdict(of("counter", *adds, (2, "read", 1, 13, 20)))[:2] == (False, "lost-update")
    assert verdict(of("counter", *adds, (2, "read", 1, 12, 20)))[0]
    assert verdict(of("counter", *adds, (2, "read", 2, 0, 5)))[0]
    assert verdict(of("counter", (0, "add", None, 6, 10), (2, "read", 1, 0, 5)))[:2] == (
        False,
        "read-too-early",
    )
    assert verdict(of("counter", *adds, (2, "read", 3, 13, 20)))[:2] == (False, "invented")


def test_a_lock_is_held_by_one() -> None:
    """From the return of the acquire to the call of the release."""
    first = [(0, "acquire", None, 0, 10), (0, "release", None, 20, 30)]
    assert verdict(of("lock", *first, (1, "acquire", None, 5, 19))) == (False, "held-by-two", (0, 1, 2))
    assert verdict(of("lock", *first, (1, "acquire", None, 5, 20)))[0]
    assert verdict(of("lock", *first, (1, "failed", None, 31, 40)))[:2] == (False, "refused-though-free")
    assert verdict(of("lock", *first, (1, "failed", None, 30, 40)))[0]


def test_a_lock_that_another_releases_is_judged_as_a_semaphore() -> None:
    """Who may do that, is not for this judge to say."""
    rows = [(0, "acquire", None, 0, 10), (1, "release", None, 20, 30), (2, "acquire", None, 40, 50)]
    assert verdict(of("lock", *rows))[0]
    assert verdict(of("lock", *rows, (3, "acquire", None, 51, 60)))[:2] == (False, "over-admitted")


def test_a_semaphore_admits_as_many_as_there_is_room_for() -> None:
    """Two of two; the third only after a release was called."""
    two = [(0, "acquire", None, 0, 10), (1, "acquire", None, 0, 11)]
    assert verdict(of("semaphore", *two, (2, "acquire", None, 0, 12)), value=2)[:2] == (
        False,
        "over-admitted",
    )
    assert verdict(of("semaphore", *two, (0, "release", None, 12, 20), (2, "acquire", None, 0, 12)), value=2)[
        0
    ]
    assert verdict(of("semaphore", *two, (2, "failed", None, 12, 13)), value=3)[:2] == (
        False,
        "refused-though-free",
    )


def test_what_cannot_be_told_apart_is_left_to_the_search() -> None:
    """The same value put twice: sorting cannot tell, trying can, and beyond that nobody knows."""
    rows = [(0, "put", 1, 0, 10), (0, "put", 1, 11, 20), (1, "get", 1, 30, 40), (1, "get", 1, 41, 50)]

    assert fifo.judge(of("queue", *rows)).legal is None
    assert judge(of("queue", *rows)).legal
    assert judge(of("queue", *rows, (2, "get", 1, 60, 70))).legal is False


def test_a_spent_budget_is_no_verdict() -> None:
    """It says how much was explored."""
    rows = [(n, "put", 1, 0, 100) for n in range(12)] + [(20, "get", 2, 0, 100)]

    found = judge(of("queue", *rows), Settings(budget=Budget(steps=50)))

    assert (found.legal, found.explored) == (None, 100)
    assert found.story.startswith("after 100 steps and 47 configurations")
    assert found.story.endswith("nobody knows; the budget of steps is spent")


def test_a_part_that_is_illegal_is_found_beside_one_that_is_hard() -> None:
    """Keys take turns: whoever is stuck does not keep the others waiting."""
    hard = [(n, "set", ["hard", 100 + n], None, 0, 1000) for n in range(14)]
    plain = [(40, "set", ["plain", 1], None, 0, 10), (41, "get", "plain", 2, 20, 30)]

    found = judge(object_of("dict", *hard, (30, "get", "hard", 99, 0, 1000), *plain))

    assert found.legal is False
    assert found.explored < 10_000


def object_of(model: str, *rows: tuple[Any, ...]) -> Columns:
    """Columns of (process, what, argument, answer, invoked, returned)."""
    table = Table()
    told = [
        (who, CODES[model].index(what), 0, table.number(argument), table.number(answer), begin,
         OPEN if end is None else end)
        for who, what, argument, answer, begin, end in rows
    ]  # fmt: skip
    return columns_of(model, CODES[model], told, table=tuple(table.values))


@pytest.mark.parametrize("model", MODELS)
def test_nothing_at_all_is_legal(model: str) -> None:
    """An empty history holds no contradiction."""
    assert judge(columns_of(model, CODES[model], [])).legal
