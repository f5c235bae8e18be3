"""What is allowed but surprising: counted, with its chances and its worst, and never a failure."""

import json
from pathlib import Path
from typing import Any

import pytest

import report_record as made
from lock_search import of_lock
from memory_search import play
from mpconform import store
from mpconform.checkers import lock_exclusion, memory_patterns, queue_answers, queue_order
from mpconform.checkers.queue_book import books
from mpconform.checkers.queue_occupancy import Filled
from mpconform.checkers.surprises import Surprises
from mpconform.events import ResultEvent
from mpconform.values import Finding, ObjectSpec, Operation, Outcome, Requirement
from mpconform_conformance.tally import Tally
from mpconform_reports import html, observations, record, terminal
from queue_search import queue_history
from tape import error, history, item, op, received

EMPTY = error("Empty")


def put(actor: str, n: int, *at: int) -> Operation:
    return op(actor, "q", "put", item(actor, n), at=(at[0], at[1]))


def got(actor: str, n: int, *at: int, by: str = "c0", method: str = "get_nowait") -> Operation:
    return op(by, "q", method, at=(at[0], at[1]), to=received(actor, n))


def empty(*at: int, by: str = "c0") -> Operation:
    return op(by, "q", "get_nowait", at=(at[0], at[1]), raised=EMPTY)


def surprise(finding: Finding, note: str) -> tuple[int, int, int]:
    """How often, of how many chances, and the worst in ns."""
    assert finding.outcome is not Outcome.FAIL
    return finding.notes.get(note, 0), finding.chances.get(note, 0), finding.worst_ns.get(note, 0)


@pytest.mark.parametrize(
    ("operations", "seen"),
    [
        pytest.param([put("p0", 0, 0, 1), empty(50, 60), got("p0", 0, 70, 71)], (1, 2, 49), id="stale"),
        pytest.param([put("p0", 0, 0, 50), empty(50, 60), got("p0", 0, 70, 71)], (0, 1, 0), id="put-touches"),
        pytest.param(
            [put("p0", 0, 0, 1), empty(50, 60), got("p0", 0, 60, 71, by="c1")], (0, 2, 0), id="get-touches"
        ),
        pytest.param(
            # One value after the other: neither was there throughout, but the queue never was empty.
            [put("p0", 0, 0, 10), put("p0", 1, 11, 20), got("p0", 0, 55, 56, by="c1", method="get"),
             empty(50, 60), got("p0", 1, 70, 71)],
            (1, 2, 40), id="one-after-the-other",
        ),
        pytest.param(
            [put("p0", 0, 0, 10), got("p0", 0, 20, 21), put("p0", 1, 20, 20), empty(50, 60),
             got("p0", 1, 70, 71)],
            (1, 3, 30), id="stays-that-touch-are-two",
        ),
    ],
)  # fmt: skip
def test_an_empty_answer_is_as_stale_as_the_queue_was_surely_filled(
    operations: list[Operation], seen: tuple[int, int, int]
) -> None:
    """From the instant from which on something was surely there, to the beginning of the call."""
    assert surprise(queue_answers.empty_honest(queue_history(*operations)), "spurious-empty") == seen


def test_stays_are_united_by_their_inside_only() -> None:
    """The queue of two stays that only touch may be empty between them."""
    calls = [put("p0", 0, 0, 1), got("p0", 0, 5, 6), put("p0", 1, 2, 5), got("p0", 1, 9, 10)]
    (book,) = books(queue_history(*calls), "Queue")
    filled = Filled(book)

    assert [filled.since(*at) for at in ((2, 4), (1, 4), (4, 5), (4, 6), (6, 8), (8, 9))] == [
        1, None, None, None, 5, None
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("operations", "seen"),
    [
        pytest.param(
            [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p1", 0, 4, 5), got("p0", 0, 25, 26)],
            (1, 1, 20), id="across",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p1", 0, 4, 25), got("p0", 0, 25, 26, by="c1")],
            (0, 1, 0), id="gets-that-touch",
        ),
        pytest.param(
            [put("p0", 0, 0, 2), put("p1", 0, 2, 3), got("p1", 0, 4, 5), got("p0", 0, 25, 26)],
            (0, 0, 0), id="puts-that-touch",
        ),
        pytest.param(
            # The slowest of all is of the same producer: another one is overtaken all the same.
            [put("p1", 0, 0, 1), put("p0", 0, 0, 1), put("p1", 1, 2, 3), got("p1", 1, 4, 5, by="c1"),
             got("p0", 0, 15, 16), got("p1", 0, 5, 30, by="c1")],
            (1, 1, 10), id="whoever-else-is-slower",
        ),
    ],
)  # fmt: skip
def test_values_overtake_those_of_other_producers(
    operations: list[Operation], seen: tuple[int, int, int]
) -> None:
    """By the time between the two gets; within one producer it would be a violation."""
    finding = queue_order.per_producer_fifo(queue_history(*operations))

    assert surprise(finding, "overtaken-across-producers") == seen


def test_who_waits_while_another_comes_twice_waits_unfairly() -> None:
    """As long as the wait lasted; once is no proof of anything."""

    def lk(actor: str, method: str, *at: int) -> Operation:
        return op(actor, "lk", method, at=(at[0], at[1]), to=True if method == "acquire" else None)

    once = [lk("a", "acquire", 0, 1), lk("b", "acquire", 2, 90), lk("a", "release", 3, 4)]
    once += [lk("a", "acquire", 5, 6), lk("a", "release", 7, 8)]
    twice = [lk("a", "acquire", 9, 10), lk("a", "release", 11, 12)]

    assert surprise(lock_exclusion.lock(of_lock(once, "Lock")), "overtaken-twice") == (0, 1, 0)
    assert surprise(lock_exclusion.lock(of_lock([*once, *twice], "Lock")), "overtaken-twice") == (1, 1, 88)


ALL = {"$slice": [0, 3]}
RAW = {"o": ObjectSpec(factory="RawArray", arguments=("i", 3))}
LOCKED = {"o": ObjectSpec(factory="Array", arguments=("i", 3))}


def wrote(number: int, *at: int, actor: str = "p0", where: Any = ALL) -> Operation:
    value = [number] * (where["$slice"][1] - where["$slice"][0]) if isinstance(where, dict) else number
    return op(actor, "o", "__setitem__", where, value, at=(at[0], at[1]))


def looked(seen: list[int], *at: int) -> Operation:
    return op("main", "o", "__getitem__", ALL, at=(at[0], at[1]), to=seen)


@pytest.mark.parametrize(
    ("operations", "seen"),
    [
        pytest.param([wrote(7, 0, 20), looked([7, 7, 0], 10, 30)], (1, 1, 10), id="the-first-half"),
        pytest.param([wrote(7, 0, 20), looked([0, 7, 7], 10, 30)], (1, 1, 10), id="the-second-half"),
        pytest.param([wrote(7, 0, 20), looked([7, 7, 7], 10, 30)], (0, 1, 0), id="all-of-it"),
        pytest.param([wrote(7, 0, 20), looked([0, 0, 0], 10, 30)], (0, 1, 0), id="nothing-of-it"),
        pytest.param([wrote(7, 0, 9), looked([7, 7, 7], 10, 30)], (0, 0, 0), id="it-was-over"),
        pytest.param(
            [wrote(7, 0, 20), wrote(8, 5, 25, actor="p1"), looked([7, 8, 7], 10, 30)],
            (1, 1, 15),
            id="two-that-mix",
        ),
        pytest.param(
            # One element of its own, written later by another: one order of whole writes explains it.
            [wrote(7, 0, 20), wrote(8, 5, 25, actor="p1", where=1), looked([7, 8, 7], 10, 30)],
            (0, 1, 0),
            id="an-element-that-another-wrote-after-it",
        ),
        pytest.param(
            [wrote(8, 0, 1, actor="p1", where=1), wrote(7, 5, 20), looked([7, 8, 7], 10, 30)],
            (1, 1, 10),
            id="an-element-that-another-had-written-before-it",
        ),
        pytest.param([wrote(0, 0, 20), looked([0, 0, 0], 10, 30)], (0, 1, 0), id="it-wrote-what-was-there"),
        pytest.param([wrote(7, 0, 20, where=2), looked([0, 0, 7], 10, 30)], (0, 0, 0), id="one-element"),
        pytest.param([wrote(7, 0, 20), looked([9, 9, 0], 10, 30)], (0, 1, 0), id="nobody-wrote-that"),
    ],
)
def test_a_slice_without_a_lock_may_be_torn(operations: list[Operation], seen: tuple[int, int, int]) -> None:
    """It shows one write in part: noted with the time for which both were under way."""
    assert surprise(memory_patterns.torn(play(*operations, objects=RAW)), "torn-unlocked-slice") == seen


def test_a_slice_under_the_array_s_lock_is_no_surprise() -> None:
    """It is a mistake."""
    torn = [wrote(7, 0, 20), looked([7, 7, 0], 10, 30)]

    finding = memory_patterns.torn(play(*torn, objects=LOCKED))

    assert [violation.kind for violation in finding.violations] == ["torn-slice"]
    assert (finding.notes, finding.chances) == ({}, {})


def test_a_call_that_never_returned_lasted_to_the_end() -> None:
    """To the last stamp of the history."""
    stuck = op("a", "x", "m", at=(10, None))
    surprises = Surprises(history(stuck, op("b", "x", "m", at=(20, 45))))
    surprises.took("stuck", stuck)
    surprises.took("stuck", op("b", "x", "m", at=(20, 45)))

    finding = surprises.finding(0, ())

    assert (finding.notes, finding.worst_ns, finding.chances) == ({"stuck": 2}, {"stuck": 35}, {})


def test_of_all_histories_the_worst_is_kept() -> None:
    """Counts and chances add up."""
    findings = iter(
        [
            Finding(judged=1, notes={"n": 1}, chances={"n": 5}, worst_ns={"n": 70}),
            Finding(judged=1, notes={"n": 2}, chances={"n": 4}, worst_ns={"n": 30}),
        ]
    )
    requirement = Requirement(
        id="X", statement="", level="MUST", source="", needs=(), family="queue", kind="certain", checker=""
    )
    tally = Tally(requirement, lambda _: next(findings))
    for _ in range(2):
        tally.judge(queue_history())

    result = tally.result("b", witness=None)

    assert (result.notes, result.chances, result.worst_ns) == ({"n": 3}, {"n": 9}, {"n": 70})


def test_reports_show_how_often_of_how_many_and_how_bad(tmp_path: Path) -> None:
    """In the page, in the terminal, and in results.json."""
    told = made.events()
    for event in told:
        if event.get("notes"):
            event |= {"chances": {"spurious-empty": 60}, "worst_ns": {"spurious-empty": 24_130_000}}
    made.make(tmp_path)
    run = record.read(made.write_events(tmp_path, told))

    late, spurious = observations.observations(run)
    page = html.render(run)
    lines = terminal.plain(terminal.surprises(run)).splitlines()

    assert [(o.note, o.sightings[0].chances) for o in (late, spurious)] == [
        ("late-qsize", 2301), ("spurious-empty", 60)
    ]  # fmt: skip
    assert (spurious.sightings[0].worst, late.sightings[0].worst) == ("24.1 ms", "")
    assert spurious.sightings[0].grade == "occasional"
    assert '<td class="figure">24.1 ms</td>' in page
    assert any("spurious empty" in line and "3 of 60" in line and "24.1 ms" in line for line in lines)
    store.write_results(tmp_path, run.results.values())
    rows = json.loads((tmp_path / "results.json").read_text("utf-8"))["results"]
    (notes,) = [row["notes"] for row in rows if row["notes"]]
    assert notes == {
        "late-qsize": {"count": 400, "of": 2301, "worst_ms": None},
        "spurious-empty": {"count": 3, "of": 60, "worst_ms": 24.13},
    }


def test_a_record_without_chances_and_worst_can_be_read() -> None:
    """As earlier versions wrote it."""
    result = ResultEvent(requirement="X", backend="b", status="conforms", notes={"n": 1})

    assert (result.chances, result.worst_ns) == ({}, {})


def test_what_no_search_decided_is_unknown_for_that_reason() -> None:
    """Without a single situation judged, the reason is that the search was given up."""
    requirement = Requirement(
        id="X", statement="", level="MUST", source="", needs=(), family="queue", kind="certain", checker=""
    )
    tally = Tally(requirement, lambda _: Finding(measures={"undecided": 2}))
    tally.judge(queue_history())

    result = tally.result("b", witness=None)

    assert (result.status, result.reason) == ("unknown", "the search for an order was given up 2 times")
