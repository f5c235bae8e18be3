"""The checkers of what locks and semaphores admit, answer and give back, on histories written by hand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from lock_search import of_lock
from mpconform.checkers import (
    lock_answers,
    lock_data,
    lock_errors,
    lock_exclusion,
    lock_faults,
    lock_initial,
    lock_releases,
    lock_with,
    semaphore_counts,
)
from mpconform.values import ActorRecord, Finding, History, ObjectSpec, Operation, Outcome
from tape import error, history, op

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
VALUE_ERROR = error("ValueError")


def took(actor: str, *at: int | None, **rest: Any) -> Operation:
    begin, end = at
    return op(actor, "lk", "acquire", at=(begin or 0, end), to=True if end else None, **rest)


def refused(actor: str, *at: int, **rest: Any) -> Operation:
    return op(actor, "lk", "acquire", at=(at[0], at[1]), to=False, block=False, **rest)


def gave(actor: str, *at: int | None, **rest: Any) -> Operation:
    begin, end = at
    return op(actor, "lk", "release", at=(begin or 0, end), **rest)


def full(actor: str, *at: int) -> Operation:
    return gave(actor, *at, raised=VALUE_ERROR)


def outcome(check: Callable[[History], Finding], factory: str, *operations: Operation) -> Outcome:
    name, _, first = factory.partition(" ")
    return check(of_lock(operations, name, *([int(first)] if first else []))).outcome


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param((4, 9), FAIL, id="inside"),
        pytest.param((4, 10), PASS, id="touching-intervals-order-nothing"),
        pytest.param((11, 20), UNKNOWN, id="after"),
    ],
)
def test_a_lock_is_held_by_one_at_a_time(second: tuple[int, int], expected: Outcome) -> None:
    """Two holds that surely overlap break it; two that may just not, do not."""
    found = [took("p0", 0, 3), gave("p0", 10, 12), took("p1", *second), gave("p1", 30, 31)]

    assert outcome(lock_exclusion.lock, "Lock", *found) is expected


def test_two_holders_are_shown_with_both_acquires() -> None:
    """And with the release that came too late."""
    found = of_lock([took("p0", 0, 3), took("p1", 4, 9), gave("p0", 10, 12)], "Lock")

    (violation,) = lock_exclusion.lock(found).violations
    assert [(one.actor, one.method) for one in violation.witness] == [
        ("p0", "acquire"), ("p1", "acquire"), ("p0", "release"),
    ]  # fmt: skip
    assert "p0" in violation.summary


def test_whoever_releases_a_lock_frees_it() -> None:
    """Also a process that never took it; and it is free once for each release that was accepted."""
    held = took("p0", 0, 3)

    assert outcome(lock_exclusion.lock, "Lock", held, gave("p1", 4, 5), took("p2", 5, 6)) is not FAIL
    assert outcome(lock_exclusion.lock, "Lock", held, full("p1", 4, 5), took("p2", 5, 6)) is FAIL


def test_a_use_must_find_an_instant_at_which_it_is_free() -> None:
    """What a verb does under the lock is no longer than its interval."""
    line = op("p1", "lk", "emit", 0, 2, {"$object": "lk"}, at=(4, 9))

    assert outcome(lock_exclusion.lock, "Lock", took("p0", 0, 3), line, gave("p0", 10, 12)) is FAIL
    assert outcome(lock_exclusion.lock, "Lock", took("p0", 0, 3), line, gave("p0", 9, 12)) is PASS


def test_the_hold_of_a_dead_process_may_have_ended() -> None:
    """Nothing says that a lock stays held when its holder is killed."""
    found = of_lock([took("p0", 0, 3), took("p1", 5, 9)], "Lock")
    records = {"p0": ActorRecord(pids=(7,), finished=False), "p1": ActorRecord(pids=(8,), finished=True)}
    dead = msgspec.structs.replace(found, actors=records)
    alive = {"p0": ActorRecord(pids=(7,), finished=True), "p1": ActorRecord(pids=(8,), finished=True)}
    held = msgspec.structs.replace(found, actors=alive)

    assert lock_exclusion.lock(dead).outcome is not FAIL
    assert lock_exclusion.lock(held).outcome is FAIL


def test_who_is_overtaken_twice_is_noted() -> None:
    """It is no violation: no order is promised."""
    found = of_lock(
        [took("p0", 0, 1), took("p1", 2, 30), gave("p0", 3, 4), took("p0", 5, 6), gave("p0", 7, 8),
         took("p0", 9, 10), gave("p0", 11, 12)],
        "Lock",
    )  # fmt: skip

    assert lock_exclusion.lock(found).outcome is PASS
    assert lock_exclusion.lock(found).notes == {"overtaken-twice": 1}


@pytest.mark.parametrize(("first", "expected"), [(1, FAIL), (2, UNKNOWN)])
def test_a_semaphore_admits_as_many_as_it_has(first: int, expected: Outcome) -> None:
    """Two at once need two; whoever comes while all are taken is judged."""
    both = took("p0", 0, 3), took("p1", 2, 5)

    assert outcome(lock_exclusion.semaphore_admission, f"Semaphore {first}", *both) is expected
    assert outcome(lock_exclusion.bounded_admission, f"BoundedSemaphore {first}", *both) is expected
    third = gave("p0", 9, 10), took("p2", 6, 12)
    assert outcome(lock_exclusion.semaphore_admission, "Semaphore 2", *both, *third) is PASS


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param((4, 9), PASS, id="while-held"),
        pytest.param((0, 1), PASS, id="it-may-just-have-been-taken"),
        pytest.param((12, 13), PASS, id="it-may-not-be-given-back-yet"),
        pytest.param((13, 14), FAIL, id="after"),
    ],
)
def test_false_is_said_of_what_is_taken(asked: tuple[int, int], expected: Outcome) -> None:
    """At one instant of the call at least."""
    found = [took("p0", 1, 3), gave("p0", 10, 12), refused("p1", *asked)]

    assert outcome(lock_answers.lock_honest, "Lock", *found) is expected
    assert outcome(lock_answers.semaphore_honest, "Semaphore 1", *found) is expected
    assert outcome(lock_answers.lock_honest, "RLock", *found) is expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        pytest.param(op("p0", "lk", "acquire", at=(0, 1), to=True), PASS, id="true"),
        pytest.param(op("p0", "lk", "acquire", at=(0, 1), to=False), FAIL, id="false-without-timeout"),
        pytest.param(op("p0", "lk", "acquire", True, None, at=(0, 1), to=False), FAIL, id="without-any"),  # noqa: FBT003
        pytest.param(op("p0", "lk", "acquire", True, 1, at=(0, 1), to=False), PASS, id="false-in-time"),  # noqa: FBT003
        pytest.param(op("p0", "lk", "acquire", block=False, at=(0, 1), to=False), PASS, id="false-at-once"),
        pytest.param(op("p0", "lk", "acquire", at=(0, 1), to=1), FAIL, id="one"),
        pytest.param(op("p0", "lk", "acquire", at=(0, 1)), FAIL, id="none"),
        pytest.param(op("p0", "lk", "release", at=(0, 1)), PASS, id="release"),
        pytest.param(op("p0", "lk", "release", at=(0, 1), to=True), FAIL, id="release-answers"),
        pytest.param(op("p0", "lk", "__enter__", at=(0, 1), to="lk"), UNKNOWN, id="with-may-answer-anything"),
    ],
)
def test_acquire_answers_true_or_false(operation: Operation, expected: Outcome) -> None:
    """And release answers nothing."""
    assert outcome(lock_answers.answer, "Lock", operation) is expected
    assert outcome(lock_answers.semaphore_answer, "BoundedSemaphore 2", operation) is expected


def test_answers_that_contradict_each_other_break_the_order_only() -> None:
    """Each fits to the one release there is, but not both: first it was free, then taken."""
    found = [
        took("p0", 0, 1), gave("p0", 2, 20),
        full("p1", 3, 4), refused("p1", 5, 6),
    ]  # fmt: skip

    assert outcome(lock_answers.lock_honest, "Lock", *found) is PASS
    assert outcome(lock_releases.lock_anyone, "Lock", *found) is not FAIL
    assert outcome(lock_answers.all_together, "Lock", *found) is FAIL
    assert outcome(lock_answers.all_together, "Lock", *found[:3], took("p1", 5, 6)) is PASS


def test_a_semaphore_may_be_released_above_its_initial_value() -> None:
    """Then it admits more, and does not refuse."""
    gives = gave("p0", 0, 1), gave("p0", 2, 3)

    assert (
        outcome(lock_answers.above_initial, "Semaphore 0", *gives, took("p1", 4, 5), took("p1", 6, 7)) is PASS
    )
    assert outcome(lock_answers.above_initial, "Semaphore 0", *gives, refused("p1", 4, 5)) is FAIL
    capped = outcome(lock_answers.above_initial, "Semaphore 1", *gives, took("p1", 4, 5), refused("p1", 6, 7))
    assert capped is FAIL


@pytest.mark.parametrize(
    ("factory", "operations", "expected"),
    [
        pytest.param(
            "Semaphore 2", [took("p0", 0, 1), took("p0", 2, 3), refused("p0", 4, 5)], PASS, id="two"
        ),
        pytest.param("Semaphore 2", [took("p0", 0, 1), refused("p0", 4, 5)], FAIL, id="one-of-two"),
        pytest.param("Semaphore 0", [took("p0", 0, 1)], FAIL, id="one-of-none"),
        pytest.param("Semaphore", [took("p0", 0, 1), took("p0", 2, 3)], FAIL, id="two-of-the-default"),
        pytest.param("Semaphore 0", [gave("p0", 0, 3), took("p0", 4, 5)], UNKNOWN, id="given-before"),
    ],
)
def test_a_new_semaphore_can_be_taken_as_often_as_it_says(
    factory: str, operations: list[Operation], expected: Outcome
) -> None:
    """By default once; what is given back before says nothing."""
    assert outcome(lock_initial.semaphore_initial, factory, *operations) is expected


def test_a_new_lock_is_free() -> None:
    """Who is refused first, was refused wrongly, unless somebody had begun to take it."""
    assert outcome(lock_initial.lock_initial, "Lock", refused("p0", 0, 1)) is FAIL
    assert outcome(lock_initial.lock_initial, "RLock", refused("p0", 0, 1), took("p1", 1, 5)) is PASS
    assert outcome(lock_initial.lock_initial, "RLock", took("p0", 0, 1)) is PASS


def test_a_with_statement_takes_and_gives_back() -> None:
    """Whatever was said to others must fit to that; and it must let exceptions pass."""
    enter = op("p0", "lk", "__enter__", at=(0, 1), to=True)
    leave = op("p0", "lk", "__exit__", None, None, None, at=(2, 3))

    assert outcome(lock_with.with_statement, "Lock", enter, leave, took("p1", 4, 5)) is PASS
    assert outcome(lock_with.with_statement, "Lock", enter, leave, refused("p1", 4, 5)) is FAIL
    assert outcome(lock_with.with_statement, "Lock", enter, took("p1", 4, 5)) is FAIL
    swallows = op("p0", "lk", "__exit__", "E", None, None, at=(2, 3), to=True)
    assert outcome(lock_with.with_statement, "Lock", enter, swallows) is FAIL
    assert outcome(lock_with.with_statement, "Lock", took("p0", 0, 1), took("p1", 4, 5)) is UNKNOWN


def test_anybody_can_release_a_lock_that_is_held() -> None:
    """An owner is not asked for; that it is not held is said only if it is not."""
    held = took("p0", 0, 1)

    assert outcome(lock_releases.lock_anyone, "Lock", held, gave("p1", 2, 3)) is PASS
    assert outcome(lock_releases.lock_anyone, "Lock", held, full("p1", 2, 3)) is FAIL
    assert outcome(lock_releases.lock_anyone, "Lock", held, gave("p1", 2, 3, raised=error("OSError"))) is FAIL
    assert outcome(lock_releases.lock_anyone, "Lock", held, gave("p0", 2, 3)) is UNKNOWN
    assert outcome(lock_releases.lock_anyone, "Lock", held, gave("p0", 2, 5), full("p1", 5, 6)) is PASS
    assert outcome(lock_releases.bounded_release, "BoundedSemaphore 2", held, full("p0", 2, 3)) is FAIL


def test_what_is_not_held_cannot_be_released() -> None:
    """A ValueError says so; nothing, or another exception, does not."""
    for check, factory in (
        (lock_releases.lock_unlocked, "Lock"),
        (lock_releases.bounded_full, "BoundedSemaphore 1"),
    ):
        held = took("p0", 0, 1), gave("p0", 2, 3)

        assert outcome(check, factory, full("p0", 0, 1)) is PASS
        assert outcome(check, factory, gave("p0", 0, 1)) is FAIL
        assert outcome(check, factory, *held, gave("p0", 4, 5)) is FAIL
        assert outcome(check, factory, *held, full("p0", 4, 5)) is PASS
        assert outcome(check, factory, gave("p0", 0, 1, raised=error("RuntimeError"))) is FAIL
        assert outcome(check, factory, *held[:1], gave("p0", 4, 5, raised=error("RuntimeError"))) is UNKNOWN


def test_of_two_releases_at_once_one_is_too_many() -> None:
    """If they overlap it is not known which; both cannot be right."""
    held = took("p0", 0, 1)
    both = gave("p1", 2, 6), gave("p2", 4, 8)

    assert outcome(lock_releases.lock_at_once, "Lock", held, *both) is FAIL
    assert outcome(lock_releases.lock_unlocked, "Lock", held, *both) is not FAIL
    assert outcome(lock_releases.lock_at_once, "Lock", held, both[0], full("p2", 4, 8)) is PASS
    assert (
        outcome(lock_releases.bounded_at_once, "BoundedSemaphore 2", held, took("p0", 1, 2), *both) is UNKNOWN
    )
    assert outcome(lock_releases.bounded_at_once, "BoundedSemaphore 2", held, *both) is FAIL
    assert outcome(lock_releases.lock_at_once, "Lock", held, both[0], took("p0", 3, 9), both[1]) is UNKNOWN


def test_a_semaphore_can_be_released_at_any_time() -> None:
    """It raises nothing."""
    assert outcome(lock_releases.semaphore_release, "Semaphore 1", gave("p0", 0, 1)) is PASS
    assert outcome(lock_releases.semaphore_release, "Semaphore 1", full("p0", 0, 1)) is FAIL


def test_the_value_of_a_semaphore_is_what_it_can_be() -> None:
    """At some instant of the call; that it is not implemented is allowed."""
    taken = took("p0", 2, 5)

    def asked(value: object, *at: int, **rest: Any) -> Operation:
        return op("p1", "lk", "get_value", at=(at[0], at[1]), to=value, **rest)

    for value, at, expected in ((2, (0, 1), PASS), (1, (0, 1), FAIL), (1, (5, 6), PASS), (2, (6, 7), FAIL)):
        assert outcome(semaphore_counts.counted, "Semaphore 2", taken, asked(value, *at)) is expected
    assert outcome(semaphore_counts.counted, "Semaphore 2", asked("two", 0, 1)) is FAIL
    missing = asked(None, 0, 1, raised=error("NotImplementedError"))
    assert outcome(semaphore_counts.counted, "Semaphore 2", missing) is UNKNOWN
    both = taken, asked(1, 2, 3), asked(2, 4, 5)
    assert outcome(semaphore_counts.counted, "Semaphore 2", *both) is FAIL


def test_a_negative_value_is_refused_with_value_error() -> None:
    """By position or by keyword, of both kinds."""
    for given, raised, expected in (
        ({"value": -1}, VALUE_ERROR, PASS), ({"value": -1}, error("OSError"), FAIL),
        ({"value": -1}, None, FAIL), ({"value": 0}, None, UNKNOWN),
    ):  # fmt: skip
        made = op("main", "@", "Semaphore", at=(0, 1), raised=raised, **given)
        assert semaphore_counts.negative(history(made, family="lock")).outcome is expected


@pytest.mark.parametrize(
    ("factory", "operation", "expected"),
    [
        pytest.param("Lock", full("p0", 0, 1), PASS, id="lock-unlocked"),
        pytest.param("Lock", gave("p0", 0, 1, raised=error("AssertionError")), FAIL, id="lock-another"),
        pytest.param("RLock", gave("p0", 0, 1, raised=error("AssertionError")), PASS, id="rlock"),
        pytest.param("RLock", full("p0", 0, 1), FAIL, id="rlock-another"),
        pytest.param("Semaphore 1", full("p0", 0, 1), FAIL, id="semaphore"),
        pytest.param("Lock", took("p0", 0, 1, raised=error("TimeoutError")), FAIL, id="acquire"),
        pytest.param("Lock", op("p0", "lk", "emit", 0, 1, {"$object": "lk"}, at=(0, 1)), PASS, id="verb"),
    ],
)
def test_nothing_raises_what_is_not_documented(factory: str, operation: Operation, expected: Outcome) -> None:
    """A release may say that there is nothing to release, in the way of its kind."""
    assert outcome(lock_errors.documented, factory, operation) is expected


def test_data_under_a_lock_is_judged_by_the_checkers_of_memory() -> None:
    """Two increments under one Lock add two; of a history with an RLock, LOCK-DATA says nothing."""
    guard = {"$object": "lk"}
    found = [
        op("p0", "v", "increment", {"$object": "v"}, 1, guard, at=(0, 5)),
        op("p1", "v", "increment", {"$object": "v"}, 1, guard, at=(1, 6)),
        op("main", "v", ".value", at=(8, 9), to=1),
    ]
    for factory, check, other in (
        ("Lock", lock_data.under_lock, lock_data.under_recursive_lock),
        ("RLock", lock_data.under_recursive_lock, lock_data.under_lock),
    ):
        objects = {
            "lk": ObjectSpec(factory=factory),
            "v": ObjectSpec(factory="RawValue", arguments=("i", 0)),
        }
        seen = history(*found, family="lock", objects=objects)

        assert check(seen).outcome is FAIL
        assert other(seen).outcome is UNKNOWN


def test_who_dies_with_one_lock_leaves_the_others_alone() -> None:
    """A lock that the dead never used must not block; what it held is noted, however it is."""
    objects = {"lk": ObjectSpec(factory="Lock"), "r": ObjectSpec(factory="Lock")}
    records = {"v0": ActorRecord(pids=(7,), finished=False), "p0": ActorRecord(pids=(8,), finished=True),
               "main": ActorRecord(pids=(1,), finished=True)}  # fmt: skip
    before = [
        op("v0", "lk", "acquire", at=(1, 2), to=True),
        refused("main", 5, 6),
    ]

    def judged(name: str, begin: int, end: int | None) -> Finding:
        taking = op(name, "r", "acquire", at=(begin, end), to=True if end else None)
        ended = "normally" if end else "hung"
        joining = [op("main", "p0", "join", at=(7, None))] if name == "p0" else []
        seen = history(*before, taking, *joining, family="lock", objects=objects, ended=ended)
        return lock_faults.others_survive(msgspec.structs.replace(seen, actors=records))

    good = judged("main", 10, 11)
    assert good.outcome is PASS
    assert good.notes == {"Lock of a dead process: stayed held": 1}
    assert judged("main", 10, None).outcome is FAIL
    # What was under way when it died is as good a proof; what had ended by then is none of anything.
    assert judged("p0", 0, None).outcome is FAIL
    assert judged("p0", 0, 3).outcome is UNKNOWN
