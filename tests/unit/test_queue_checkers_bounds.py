"""The checkers of bounds and timeouts, on tapes written by hand and at random."""

import pytest

from mpconform.checkers import queue_capacity, queue_slots, queue_timeouts
from mpconform.payload import code_of, item_of
from mpconform.values import Finding, History, Operation, Outcome
from queue_search import explained, legal, queue_history, random_puts
from scale import SCALE
from tape import error, item, op, received

FULL, EMPTY = error("Full"), error("Empty")
MS = 1_000_000

#: Positional block and timeout.
PATIENT, HASTY = (True, 0.03), (False, 0.03)


def put(n: int, at: tuple, **rest: object) -> Operation:
    return op("p0", "q", "put", item("p0", n), at=at, **rest)


def get(n: int, at: tuple) -> Operation:
    return op("c0", "q", "get", at=at, to=received("p0", n))


@pytest.mark.parametrize(
    ("first_get", "outcome"),
    [
        pytest.param((4, 9), Outcome.FAIL, id="begun-after-the-second-put"),
        pytest.param((3, 9), Outcome.PASS, id="begun-as-the-second-put-returned"),
        pytest.param((1, 9), Outcome.UNKNOWN, id="begun-before-it-was-full"),
    ],
)
def test_two_items_surely_inside_are_too_many_for_one(first_get: tuple, outcome: Outcome) -> None:
    """An item is surely inside after its put has returned and before its get begins."""
    told = queue_history(put(0, (0, 1)), put(1, (2, 3)), get(0, first_get), get(1, (10, 11)), maxsize=1)

    finding = queue_capacity.capacity(told)

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert [o.method for o in explained(finding)] == ["put", "put", "get"]
        assert "maxsize 1 and held 2 items" in finding.violations[0].summary


def test_an_item_that_nobody_got_takes_no_room() -> None:
    """It may have been lost, which is another requirement's matter."""
    told = queue_history(put(0, (0, 1)), put(1, (2, 3)), get(1, (10, 11)), maxsize=1)

    assert queue_capacity.capacity(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("maxsize", [None, 0, -1])
def test_a_queue_without_bound_is_never_too_full_and_never_full(maxsize: int | None) -> None:
    """A maxsize of zero or less is no bound: every Full is wrong."""
    told = queue_history(
        put(0, (0, 1)),
        put(1, (2, 3)),
        put(2, (4, 5), raised=FULL, timeout_s=0.0),
        get(0, (6, 7)),
        get(1, (8, 9)),
        maxsize=maxsize,
    )

    assert queue_capacity.capacity(told).outcome is Outcome.UNKNOWN
    assert explained(queue_capacity.full_honest(told))[-1].raised("Full")
    assert queue_capacity.full_honest(told).violations[0].kind == "full-without-bound"


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        pytest.param((put(0, (0, 1)),), Outcome.PASS, id="full"),
        pytest.param((), Outcome.FAIL, id="empty"),
        pytest.param((put(0, (11, 12)),), Outcome.PASS, id="a-put-began-as-it-ended"),
        pytest.param((put(0, (12, 13)),), Outcome.FAIL, id="a-put-began-after-it"),
        pytest.param((put(0, (0, None)),), Outcome.PASS, id="an-open-put-may-be-inside"),
        pytest.param((put(0, (0, 1), raised=error("OSError")),), Outcome.PASS, id="a-broken-put-too"),
        pytest.param((put(0, (0, 1), raised=FULL),), Outcome.FAIL, id="a-refused-one-not"),
        pytest.param((put(0, (0, 1)), get(0, (2, 9))), Outcome.FAIL, id="taken-before"),
        pytest.param((put(0, (0, 1)), get(0, (2, 10))), Outcome.PASS, id="taken-as-it-began"),
        pytest.param((put(0, (0, 1)), get(9, (2, 9))), Outcome.PASS, id="what-was-taken-is-unknown"),
    ],
)
def test_full_needs_a_full_queue_at_some_instant(others: tuple, outcome: Outcome) -> None:
    """A put that does not wait may fail only if maxsize items could be inside."""
    refused = op("p1", "q", "put_nowait", item("p1", 0), at=(10, 11), raised=FULL)

    assert queue_capacity.full_honest(queue_history(*others, refused, maxsize=1)).outcome is outcome


@pytest.mark.parametrize(("freed", "outcome"), [(49 * MS, Outcome.FAIL), (51 * MS, Outcome.PASS)])
def test_a_slot_that_is_freed_in_time_has_to_be_used(freed: int, outcome: Outcome) -> None:
    """A put with a timeout may not raise Full if a slot was free for its second half."""
    told = queue_history(
        put(0, (0, 1)),
        get(0, (2, freed)),
        op("p1", "q", "put", item("p1", 0), at=(2, 100 * MS), raised=FULL, timeout_s=0.1),
        maxsize=1,
    )

    assert queue_capacity.full_honest(told).outcome is outcome


@pytest.mark.parametrize(
    ("begun", "outcome"), [(40 * MS, Outcome.PASS), (99 * MS, Outcome.PASS), (100 * MS, Outcome.FAIL)]
)
def test_a_slot_may_be_on_its_way_to_another_who_waits(begun: int, outcome: Outcome) -> None:
    """Free from 30 ms on: p2 was woken for it, but ran only when p1 had given up and come again."""
    told = queue_history(
        put(0, (0, 1)),
        get(0, (2, 30 * MS)),
        op("p1", "q", "put", item("p1", 0), at=(2, 100 * MS), raised=FULL, timeout_s=0.1),
        op("p1", "q", "put", item("p1", 1), at=(101 * MS, 102 * MS)),
        op("p2", "q", "put", item("p2", 0), at=(begun, 110 * MS)),
        op("c1", "q", "get", at=(31 * MS, 109 * MS), to=received("p1", 1)),
        op("c1", "q", "get", at=(109 * MS, 120 * MS), to=received("p2", 0)),
        maxsize=1,
    )

    assert queue_capacity.full_honest(told).outcome is outcome


def _bounded_step(maxsize: int, got: frozenset) -> object:
    def step(state: tuple, operation: Operation) -> tuple | None:
        if operation.method == "get":
            code = code_of(operation.result)
            return tuple(c for c in state if c != code) if code in state else None
        if operation.raised("Full"):
            return state if len(state) == maxsize else None
        return (*state, item_of(operation.arguments[0])[:2]) if len(state) < maxsize else None

    return step


def _with_drops(told: History) -> tuple[Operation, ...]:
    """The calls; of what nobody got, that it may be dropped at any time after its put began."""
    got = {code_of(one.result) for one in told.on("q", "get")}
    lost = [one for one in told.on("q", "put_nowait") if one.ok and _item(one) not in got]
    drops = (op("drop", "q", "drop", *one.arguments, at=(one.invoked_ns, None)) for one in lost)
    return (*told.operations, *drops)


def _item(put: Operation) -> tuple[str, int]:
    producer, n, _ = item_of(put.arguments[0])
    return producer, n


def _bag(maxsize: int) -> object:
    """Which values are inside, in whatever order they are got."""

    def step(state: frozenset, operation: Operation) -> frozenset | None:
        if operation.method in {"get", "drop"}:
            value = code_of(operation.result) if operation.method == "get" else _item(operation)
            return state - {value} if value in state else None
        if operation.raised("Full"):
            return state if len(state) == maxsize else None
        return state | {_item(operation)} if len(state) < maxsize else None

    return step


@pytest.mark.parametrize("seeds", SCALE)
def test_the_bound_is_judged_as_an_exhaustive_search_judges_it(seeds: range) -> None:
    """On random histories without inventions, some checker is red if and only if there is no order."""
    wrong, illegal = [], 0
    for seed in seeds:
        told = random_puts(seed, FULL)
        (maxsize,) = told.scenario.objects["q"].arguments
        got = {code_of(one.result): one for one in told.on("q", "get")}
        puts = [one for one in told.on("q", "put_nowait") if one.ok]
        if any((got.get(_item(put)) or put).precedes(put) for put in puts):
            continue  # What is got before it is put, is for other checkers.
        possible = legal(_with_drops(told), _bag(maxsize), frozenset())
        found = queue_capacity.capacity(told).violations + queue_capacity.full_honest(told).violations
        illegal += not possible
        if bool(found) == possible:
            wrong.append(seed)

    assert wrong == []
    assert illegal > 0.1 * len(seeds)


def test_a_full_that_no_order_explains_is_seen_though_four_might_have_been_inside() -> None:
    """For p1's second put to end, what nobody got must have been dropped: then two are not full."""

    def p(actor: str, n: int, at: tuple, **rest: object) -> Operation:
        return op(actor, "q", "put_nowait", item(actor, n), at=at, **rest)

    told = queue_history(
        p("p0", 0, (1, 6)), p("p1", 0, (1, 5)), p("p0", 1, (7, 12)), p("p1", 1, (7, 8)),
        op("c0", "q", "get", at=(6, 11), to=received("p0", 1)), get(0, (14, 19)),
        p("p0", 3, (20, 21), raised=FULL), op("c0", "q", "get", at=(22, 27), to=received("p1", 1)),
        maxsize=2,
    )  # fmt: skip

    finding = queue_capacity.full_honest(told)

    assert explained(finding)[-1].raised("Full")
    assert "no order of the puts and gets fills q" in finding.violations[0].summary


def test_many_calls_are_judged_by_sweeps_alone_and_counted_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many moves no search is begun: the verdict says that it is only sound."""
    monkeypatch.setattr(queue_slots, "SMALL", 1)
    refused = op("p1", "q", "put_nowait", item("p1", 0), at=(10, 11), raised=FULL)

    finding = queue_capacity.full_honest(queue_history(put(0, (0, 1)), refused, maxsize=1))

    assert (finding.outcome, finding.measures) == (Outcome.PASS, {"judged_soundly": 1})


def test_no_alarm_of_the_bound_is_false() -> None:
    """On 1,000 random histories, what is called illegal has no legal order; most illegal ones are seen."""
    false, seen, illegal = [], 0, 0
    for seed in range(1_000):
        told = random_puts(seed, FULL)
        (maxsize,) = told.scenario.objects["q"].arguments
        possible = legal(told.operations, _bounded_step(maxsize, frozenset()), ())
        found = queue_capacity.capacity(told).violations + queue_capacity.full_honest(told).violations
        illegal += not possible
        seen += bool(found) and not possible
        if found and possible:
            false.append(seed)

    assert false == []
    assert seen > illegal * 0.5 > 100


def late(call: Operation, *before: Operation, ended: str = "hung", maxsize: int | None = 1) -> Finding:
    return queue_capacity.blocking_put(queue_history(*before, call, ended=ended, maxsize=maxsize))


WAITING = op("main", "q", "put", item("main", 0), at=(10, None))


@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        pytest.param(late(put(1, (10, 11), raised=FULL), ended="normally"), Outcome.FAIL, id="full"),
        pytest.param(
            late(put(1, (10, 11), raised=FULL, timeout_s=1.0), ended="normally"), Outcome.UNKNOWN, id="timed"
        ),
        pytest.param(late(WAITING), Outcome.FAIL, id="blocks-though-empty"),
        pytest.param(late(WAITING, put(0, (0, 1))), Outcome.UNKNOWN, id="blocks-when-full"),
        pytest.param(late(WAITING, put(0, (0, None))), Outcome.UNKNOWN, id="blocks-when-perhaps-full"),
        pytest.param(late(WAITING, put(0, (0, 1)), get(0, (2, 3))), Outcome.FAIL, id="blocks-when-freed"),
        pytest.param(
            late(WAITING, put(0, (0, 1)), op("c0", "q", "get", at=(2, None))), Outcome.UNKNOWN, id="open-get"
        ),
        pytest.param(late(WAITING, maxsize=None), Outcome.FAIL, id="blocks-without-bound"),
        pytest.param(late(WAITING, ended="crashed"), Outcome.UNKNOWN, id="main-crashed"),
        pytest.param(
            late(put(1, (5, 9)), put(0, (0, 1)), get(0, (6, 7)), ended="normally"), Outcome.PASS, id="waited"
        ),
        pytest.param(
            late(put(1, (5, 9)), put(0, (0, 1)), get(0, (5, 7)), ended="normally"),
            Outcome.UNKNOWN,
            id="need-not-have-waited",
        ),
    ],
)
def test_a_put_without_timeout_waits_for_a_slot_and_goes_on(finding: Finding, outcome: Outcome) -> None:
    """It is wrong if it raises Full, or if it blocks for ever in a live process with a slot free."""
    assert finding.outcome is outcome


def timed(method: str, *arguments: object, **rest: object) -> Operation:
    return op("main", "q", method, *((item("main", 0),) if method == "put" else ()), *arguments, **rest)


@pytest.mark.parametrize(
    ("method", "answer", "check"),
    [("get", EMPTY, queue_timeouts.get_timeout), ("put", FULL, queue_timeouts.put_timeout)],
)
def test_a_timeout_has_to_pass(method: str, answer: dict, check: object) -> None:
    """The answer may come 2 ms early and not earlier; that it is late is nobody's fault."""

    def judge(call: Operation, ended: str = "normally") -> Outcome:
        return check(queue_history(call, ended=ended)).outcome

    early = timed(method, at=(0, 30 * MS - 2 * MS - 1), raised=answer, timeout_s=0.03)

    assert judge(early) is Outcome.FAIL
    assert judge(timed(method, *PATIENT, at=(0, 20 * MS), raised=answer)) is Outcome.FAIL
    assert judge(timed(method, at=(0, 28 * MS), raised=answer, timeout_s=0.03)) is Outcome.PASS
    assert judge(timed(method, at=(0, 9_000 * MS), raised=answer, timeout_s=0.03)) is Outcome.PASS
    assert judge(timed(method, *HASTY, at=(0, 1), raised=answer)) is Outcome.UNKNOWN
    assert judge(timed(method, block=False, at=(0, 1), raised=answer, timeout_s=0.03)) is Outcome.UNKNOWN
    assert judge(timed(method, at=(0, 1), timeout_s=0.03)) is Outcome.UNKNOWN
    assert judge(timed(method, at=(0, 1), raised=answer, timeout_s=0.002)) is Outcome.UNKNOWN
    assert judge(timed(method, at=(0, 1), raised=answer, timeout_s=-1.0)) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("method", "check"), [("get", queue_timeouts.get_timeout), ("put", queue_timeouts.put_timeout)]
)
def test_a_wait_that_hangs_in_spite_of_its_timeout_is_a_violation(method: str, check: object) -> None:
    """A short timeout has surely passed when a run has hung; a long one may not have."""
    short, long = (timed(method, at=(0, None), timeout_s=seconds) for seconds in (0.5, 0.6))

    assert explained(check(queue_history(short, ended="hung"))) == queue_history(short).operations
    assert check(queue_history(long, ended="hung")).outcome is Outcome.UNKNOWN
    assert check(queue_history(short, ended="crashed")).outcome is Outcome.UNKNOWN
