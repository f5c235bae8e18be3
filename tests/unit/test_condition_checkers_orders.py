"""COND-ORDER: all calls of a condition and its lock have an order; by hand, and against trying all."""

import pytest

import condition_orders as reference
from condition_search import TICK_NS, played
from condition_search import condition_history as told
from mpconform.checkers import condition_orders
from mpconform.values import Finding, History, Operation, Step
from scale import FEW, SCALE
from tape import error, op

MS = TICK_NS


def call(actor: str, method: str, begin: int, end: int | None, *args: object, **rest: object) -> Operation:
    """A call on ``c`` from *begin* to *end*, in milliseconds."""
    to = rest.pop("to", True if method == "acquire" else None)
    return op(
        actor,
        str(rest.pop("on", "c")),
        method,
        *args,
        at=(begin * MS, None if end is None else end * MS),
        to=to,
        **rest,
    )


def wait(
    actor: str, begin: int, end: int | None, to: object = "yes", limit_ms: float | None = None
) -> Operation:
    limit_s = None if limit_ms is None else limit_ms / 1e3
    return call(actor, "wait", begin, end, to=True if to == "yes" else to, timeout_s=limit_s)


def waiter(
    actor: str, begin: int, end: int, to: object = "yes", limit_ms: float | None = None
) -> tuple[Operation, ...]:
    """It acquires at *begin*, waits from then until *end*, and releases."""
    return (
        call(actor, "acquire", begin, begin + 1),
        wait(actor, begin + 1, end, to, limit_ms),
        call(actor, "release", end, end + 1),
    )


def notifier(actor: str, begin: int, *inside: Operation) -> tuple[Operation, ...]:
    """It acquires at *begin*, does what is *inside*, and releases a moment later."""
    end = max(one.returned_ns or 0 for one in inside) // MS
    return (call(actor, "acquire", begin, begin + 1), *inside, call(actor, "release", end, end + 1))


def judged(*operations: Operation, **rest: object) -> Finding:
    return condition_orders.explained(told(*operations, **rest))  # type: ignore[arg-type]


def fails(*operations: Operation, **rest: object) -> bool:
    found = judged(*operations, **rest)
    assert found.judged == len(operations)
    assert [v.kind for v in found.violations] in ([], ["calls-unexplained"])
    return bool(found.violations)


@pytest.mark.parametrize(
    ("to", "limit_ms", "end", "wrong"),
    [
        pytest.param(True, None, 20, False, id="woken"),
        pytest.param(False, 100.0, 20, True, id="given up before its time"),
        pytest.param(False, 10.0, 20, False, id="it may have given up before"),
        pytest.param(False, 14.0, 20, False, id="its time was over as the notify ended"),
        pytest.param(False, 15.0, 20, True, id="its time was over a moment later"),
    ],
)
def test_who_waits_is_woken(to: object, limit_ms: float | None, end: int, wrong: bool) -> None:  # noqa: FBT001
    """A notify from 11 to 13 ms, of one who has waited since 1 ms; two milliseconds are granted."""
    calls = waiter("w", 0, end, to, limit_ms), notifier("n", 10, call("n", "notify", 11, 13))

    assert fails(*calls[0], *calls[1]) == wrong


@pytest.mark.parametrize(
    ("count", "answers", "wrong"),
    [
        pytest.param(1, (True, False), False, id="one of two"),
        pytest.param(1, (False, False), True, id="none"),
        pytest.param(2, (True, False), True, id="one of two that were asked for"),
        pytest.param(1, (True, True), False, id="more than were asked for"),
        pytest.param(5, (True, True), False, id="all that there are"),
    ],
)
def test_as_many_are_woken_as_are_asked_for(count: int, answers: tuple[bool, bool], wrong: bool) -> None:  # noqa: FBT001
    """Of two who wait for 50 ms, one notify at 11 ms; who is not woken gives up."""
    first, second = (
        waiter(f"w{n}", 3 * n, 20 + n if answer else 70 + n, answer, 50.0) for n, answer in enumerate(answers)
    )

    assert fails(*first, *second, *notifier("n", 10, call("n", "notify", 11, 12, count))) == wrong


def test_two_notifies_wake_two() -> None:
    """The second is not lost because the first one's sleeper has not come back; nor is a third one needed."""
    both = notifier("n", 10, call("n", "notify", 11, 12), call("n", "notify", 12, 13))
    first, second = waiter("w0", 0, 20), waiter("w1", 3, 24)
    alone = waiter("w1", 3, 70, to=False, limit_ms=50.0)

    assert not fails(*first, *second, *both)
    assert fails(*first, *alone, *both)
    assert not fails(*first, *alone, *notifier("n", 10, call("n", "notify", 11, 12)))


def test_a_notify_may_be_spent_on_one_whose_time_is_over() -> None:
    """It has not come back yet, so that it may still be counted; once it is back it is not."""
    gone, patient = waiter("w0", 0, 30, to=False, limit_ms=5.0), waiter("w1", 2, 80, to=False, limit_ms=60.0)
    back = waiter("w0", 0, 9, to=False, limit_ms=5.0)
    one = notifier("n", 11, call("n", "notify", 12, 13))

    assert not fails(*gone, *patient, *one)
    assert fails(*back, *patient, *one)


def test_the_lock_is_had_by_one_at_a_time() -> None:
    """Also by who comes back from a wait."""
    early = (call("w", "acquire", 0, 1), wait("w", 1, 12), call("w", "release", 12, 14))

    assert fails(*early, *notifier("n", 10, call("n", "notify_all", 11, 13)))
    assert fails(
        call("a", "acquire", 0, 1), wait("a", 2, 4, to=False, limit_ms=1), call("b", "acquire", 1, 2)
    )


@pytest.mark.parametrize(
    ("lock", "wrong"), [pytest.param("RLock", False, id="again"), pytest.param("Lock", True, id="not again")]
)
def test_a_lock_is_had_again_by_its_owner_if_it_is_recursive(lock: str, wrong: bool) -> None:  # noqa: FBT001
    """A wait gives up all levels of it."""
    owner = (
        call("w", "acquire", 0, 1, on="l"),
        call("w", "acquire", 1, 2, on="l"),
        wait("w", 2, 20),
        call("w", "release", 20, 21, on="l"),
        call("w", "release", 21, 22, on="l"),
    )
    one = notifier("n", 10, call("n", "notify", 11, 12))

    assert fails(*owner, *one, lock=lock, given=True) == wrong


def test_conditions_of_one_lock_wake_their_own() -> None:
    """A notify of the other one explains no wait."""
    one = waiter("w", 0, 20)
    other = (call("n", "acquire", 10, 11, on="l"), call("n", "notify", 11, 12, on="d"))
    end = call("n", "release", 12, 13, on="l")
    same = (call("n", "acquire", 10, 11, on="l"), call("n", "notify", 11, 12), end)

    assert fails(*one, *other, end, given=True)
    assert not fails(*one, *same, given=True)


@pytest.mark.parametrize(
    ("begin", "end", "args", "timeout_s", "wrong"),
    [
        pytest.param(2, 3, (False,), None, False, id="while somebody has it"),
        pytest.param(30, 31, (False,), None, True, id="while nobody has it"),
        pytest.param(2, 8, (), 0.008, False, id="after its time, by the grain"),
        pytest.param(2, 7, (), 0.008, True, id="before its time"),
    ],
)
def test_an_acquire_that_failed_met_another_owner(
    begin: int,
    end: int,
    args: tuple[bool, ...],
    timeout_s: float | None,
    wrong: bool,  # noqa: FBT001
) -> None:
    """At its end, if it may wait."""
    failed = call("a", "acquire", begin, end, *args, to=False, timeout_s=timeout_s)
    other = (call("n", "acquire", 0, 1), call("n", "notify", 1, 9), call("n", "release", 9, 10))
    third = waiter("w", 20, 28, to=False, limit_ms=5.0)

    assert fails(failed, *other, *third) == wrong


def test_who_could_go_on_may_not_hang() -> None:
    """Who was notified; and who wants a lock that nobody has; but not who waits, and nobody notified."""
    asleep = (call("w", "acquire", 0, 1), wait("w", 1, None))
    one = notifier("n", 10, call("n", "notify", 11, 12))

    assert fails(*asleep, *one, ended="hung")
    assert not fails(*asleep, *one[:1], one[2], ended="hung")
    assert fails(*asleep, *one[:1], one[2], call("x", "acquire", 20, None), ended="hung")
    assert not fails(*asleep, *one[:2], call("x", "acquire", 20, None), ended="hung")


def test_the_wait_that_does_not_fit_is_the_one_that_is_told() -> None:
    """All other calls have an order; what happened while it waited is shown with it."""
    both = notifier("n", 10, call("n", "notify", 11, 12), call("n", "notify", 12, 13))
    (violation,) = judged(
        *waiter("w0", 0, 20), *waiter("w1", 3, 70, to=False, limit_ms=50.0), *both
    ).violations

    assert violation.summary == (
        "w1's c.wait(timeout=0.05) returned False at 70.00 ms: no order of the calls of c explains it."
    )
    assert violation.story.endswith(
        "The other 9 calls of this condition and its lock have an order, but none in which this wait gives "
        "what it gave."
    )
    assert len(violation.witness) == 6


def test_what_no_wait_is_to_blame_for_is_told_of_the_call_that_has_no_place() -> None:
    """Two had the lock at once."""
    two = (
        waiter("w", 0, 9, to=False, limit_ms=5.0),
        call("a", "acquire", 20, 21),
        call("b", "acquire", 22, 23),
    )
    (violation,) = judged(*two[0], *two[1:]).violations

    assert violation.summary.startswith("a's c.acquire() returned True at 21.00 ms: no order")
    assert violation.story.endswith(
        "Of 5 calls of this condition and its lock, 4 at most have an order that respects time and leads to "
        "what each gave."
    )


def test_of_too_many_orders_nothing_is_said() -> None:
    """They are counted; of more calls than can be tried, not even that."""
    many = [one for n in range(13) for one in waiter(f"w{n}", 0, 400 + n, to=False, limit_ms=300.0)]
    more = waiter("x", 0, 500, to=False, limit_ms=300.0)

    assert judged(*many).measures == {"undecided": 1}
    assert not judged(*many).judged
    assert judged(*many, *more).measures == {}


@pytest.mark.parametrize(
    ("calls", "rest"),
    [
        pytest.param(notifier("n", 0, call("n", "notify", 1, 2)), {}, id="nobody waits"),
        pytest.param(
            (
                *waiter("w", 0, 9, to=False, limit_ms=5.0),
                op("x", "c", "notify", at=(20, 30), to=error("RuntimeError")),
            ),
            {},
            id="one raised",
        ),
        pytest.param(
            (*waiter("w", 0, 9, to=False, limit_ms=5.0), call("x", "wait_for", 20, 30)), {}, id="a predicate"
        ),
        pytest.param(
            waiter("w", 0, 9, to=False, limit_ms=1000.0),
            {"steps": {"main": (Step(target="w", method="kill"),)}},
            id="somebody is killed",
        ),
    ],
)
def test_what_is_not_judged(calls: tuple[Operation, ...], rest: dict[str, object]) -> None:
    """What other rules are about."""
    assert judged(*calls, **rest).judged == 0


BUGS = (("", False), ("", True), ("more", False), ("less", False), ("early", True), ("unlocked", False))


def compared(history: History) -> bool | None:
    """Return whether there is an order, by both; None if the checker does not judge it."""
    found = condition_orders.explained(history)
    if not found.judged:
        return None
    assert (not found.violations) == reference.explained(history, strict=False)
    return not found.violations


@pytest.mark.parametrize(("bug", "timed"), BUGS)
@pytest.mark.parametrize("seeds", SCALE)
def test_the_checker_agrees_with_trying_all(bug: str, timed: bool, seeds: range) -> None:  # noqa: FBT001
    """Of random histories, right and broken ones: no disagreement, and hardly any that is not decided."""
    # Of the fast test, a third is enough: each history is tried twice, in every order.
    seeds = seeds[::3] if len(seeds) == FEW else seeds
    verdicts = [compared(played(seed, bug, timed=timed)) for seed in seeds]

    assert (False in verdicts) == (bug not in {"", "more"})
    assert verdicts.count(None) < 0.1 * len(verdicts)
