"""The checkers of Array, on histories written by hand."""

from typing import Any

import pytest

from _mpconform_agent.payload import digest
from memory_search import play
from mpconform.checkers import memory_arrays, memory_counters, memory_patterns
from mpconform.values import Finding, History, ObjectSpec, Operation, Outcome
from tape import error, op

A = {"a": ObjectSpec(factory="Array", arguments=("i", [1, 2, 3]))}
Z = {"a": ObjectSpec(factory="Array", arguments=("i", 3))}
C = {"a": ObjectSpec(factory="Array", arguments=("c", 4))}


def only(finding: Finding) -> tuple[str, list[str]]:
    """The kind of the one violation, and who did what in its witness."""
    (violation,) = finding.violations
    return violation.kind, [f"{one.actor}.{one.method}" for one in violation.witness]


def get(actor: str, where: object, to: object, at: tuple[int, int]) -> Operation:
    return op(actor, "a", "__getitem__", where, at=at, to=to)


def put(actor: str, where: object, value: object, at: tuple[int, int | None]) -> Operation:
    return op(actor, "a", "__setitem__", where, value, at=at)


def span(*ends: int | None) -> dict[str, Any]:
    return {"$slice": list(ends)}


def sha(data: bytes) -> dict[str, Any]:
    return {"$digest": list(digest(data))}


def test_an_array_begins_with_its_sequence() -> None:
    """Every element that nobody wrote to is what the sequence gave."""
    right = play(get("p0", span(None, None), [1, 2, 3], (1, 2)), get("p0", -1, 3, (3, 4)), objects=A)
    wrong = play(get("p0", span(None, None), [1, 2, 4], (1, 2)), objects=A)
    short = play(get("p0", span(None, None), [1, 2], (1, 2)), objects=A)

    assert memory_arrays.initial(right).judged == 2
    assert memory_arrays.initial(right).outcome is Outcome.PASS
    assert only(memory_arrays.initial(wrong)) == ("array-initial-differs", ["p0.__getitem__"])
    assert memory_arrays.initial(short).outcome is Outcome.FAIL
    assert memory_arrays.zeroed(right).outcome is Outcome.UNKNOWN


def test_an_element_does_not_change_back() -> None:
    """Each read alone may be right: the old value before the write, the new one, and the old one again."""
    writing = put("p0", 0, 9, (10, 50))
    reads = [get("p1", 0, 1, (12, 14)), get("p1", 0, 9, (20, 22)), get("p1", 0, 1, (30, 32))]

    back = memory_arrays.elements(play(writing, *reads, objects=A))
    there = memory_arrays.elements(play(writing, *reads[:2], objects=A))
    slowly = memory_arrays.elements(play(writing, *reads[:2], get("p2", 0, 1, (22, 32)), objects=A))

    assert only(back)[0] == "register-stale-value"
    assert "a[0] showed" in back.violations[0].summary
    assert there.outcome is Outcome.PASS
    assert slowly.outcome is Outcome.PASS


def test_an_array_of_a_length_begins_with_zeros() -> None:
    """Memory that is used again is cleared first."""
    dirty = play(get("p0", 1, 77, (1, 2)), objects=Z)

    assert only(memory_arrays.zeroed(dirty))[0] == "array-not-zeroed"
    assert memory_arrays.zeroed(play(get("p0", 1, 0, (1, 2)), objects=Z)).outcome is Outcome.PASS
    assert memory_arrays.initial(dirty).outcome is Outcome.UNKNOWN


def test_the_end_of_a_long_array_is_judged() -> None:
    """A slice of few elements is, however many there are; one of more than are recorded is not."""
    long = {"a": ObjectSpec(factory="Array", arguments=("i", 4200))}
    end = span(4198, 4200)

    assert memory_arrays.zeroed(play(get("p0", end, [0, 0], (1, 2)), objects=long)).outcome is Outcome.PASS
    assert memory_arrays.zeroed(play(get("p0", end, [0, 7], (1, 2)), objects=long)).outcome is Outcome.FAIL
    whole = [*([0] * 1000), {"$more": 3200}]
    assert not memory_arrays.zeroed(play(get("p0", span(0, 4200), whole, (1, 2)), objects=long)).judged


@pytest.mark.parametrize(
    ("write", "read", "seen", "outcome"),
    [
        pytest.param((1, 2), (3, 4), 2, Outcome.FAIL, id="strictly-before"),
        pytest.param((1, 3), (3, 4), 2, Outcome.PASS, id="touching"),
        pytest.param((1, None), (3, 4), 9, Outcome.PASS, id="open"),
        pytest.param((1, 2), (3, 4), 9, Outcome.PASS, id="seen"),
    ],
)
def test_an_element_holds_what_was_last_stored(
    write: tuple[int, int | None], read: tuple[int, int], seen: int, outcome: Outcome
) -> None:
    """A negative index means the same element as the positive one."""
    history = play(put("p0", -2, 9, write), get("main", 1, seen, read), objects=A)

    assert memory_arrays.elements(history).outcome is outcome
    assert memory_arrays.slices(history).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("where", "seen", "outcome"),
    [
        pytest.param(span(0, 2), [8, 9], Outcome.PASS, id="as-a-list"),
        pytest.param(span(0, 2), [8, 2], Outcome.FAIL, id="last-element-left-out"),
        pytest.param(span(None, None, 2), [8, 3], Outcome.PASS, id="with-a-step"),
        pytest.param(span(None, None, -1), [3, 9, 8], Outcome.PASS, id="backwards"),
        pytest.param(span(1, 99), [9, 3], Outcome.PASS, id="beyond-the-end"),
        pytest.param(1, 9, Outcome.PASS, id="by-index"),
        pytest.param(1, 2, Outcome.FAIL, id="by-index-unassigned"),
    ],
)
def test_a_slice_is_that_of_a_list(where: object, seen: object, outcome: Outcome) -> None:
    """What a slice assigned is what slices and indices read."""
    history = play(put("p0", span(0, 2), [8, 9], (1, 2)), get("main", where, seen, (3, 4)), objects=A)

    assert memory_arrays.slices(history).outcome is outcome


def test_a_slice_that_was_refused_is_not_judged() -> None:
    """Nothing says what a refused assignment leaves."""
    refused = op("p0", "a", "__setitem__", span(0, 2), [8], at=(1, 2), raised=error("ValueError"))

    history = play(refused, get("main", 0, 8, (3, 4)), objects=A)

    assert not memory_arrays.slices(history).violations
    assert not memory_arrays.elements(history).violations


def test_an_array_is_as_long_as_it_was_made() -> None:
    """Length and bounds are judged on both sides."""
    outside = error("IndexError")
    right = play(
        op("p0", "a", "__len__", at=(1, 2), to=3),
        op("p0", "a", "__getitem__", 3, at=(3, 4), raised=outside),
        op("p0", "a", "__setitem__", -4, 1, at=(5, 6), raised=outside),
        get("p0", -3, 1, (7, 8)),
        objects=A,
    )
    longer = play(op("p0", "a", "__len__", at=(1, 2), to=4), objects=A)
    beyond = play(get("p0", 3, 0, (1, 2)), objects=A)
    refused = play(op("p0", "a", "__getitem__", 2, at=(1, 2), raised=outside), objects=A)

    assert memory_arrays.bounds(right) == Finding(judged=4)
    assert only(memory_arrays.bounds(longer))[0] == "array-length-differs"
    assert only(memory_arrays.bounds(beyond))[0] == "index-outside-accepted"
    assert only(memory_arrays.bounds(refused))[0] == "index-inside-refused"


@pytest.mark.parametrize(
    ("method", "seen", "outcome"),
    [
        pytest.param(".value", sha(b"ab"), Outcome.PASS, id="value-ends-at-nul"),
        pytest.param(".value", sha(b"ab\0"), Outcome.FAIL, id="value-with-nul"),
        pytest.param(".raw", sha(b"ab\0\0"), Outcome.PASS, id="raw-is-all"),
        pytest.param(".raw", sha(b"ab"), Outcome.FAIL, id="raw-cut"),
    ],
)
def test_chars_show_all_as_raw_and_a_part_as_value(method: str, seen: object, outcome: Outcome) -> None:
    """A value ends at its first NUL."""
    history = play(
        op("p0", "a", ".value=", {"$hex": "6162"}, at=(1, 2)), op("main", "a", method, at=(3, 4), to=seen),
        objects=C,
    )  # fmt: skip

    assert memory_arrays.chars(history).outcome is outcome


def test_elements_count_on_their_own() -> None:
    """An update that is lost at one index is found there, and only there."""

    def added(index: int, at: tuple[int, int]) -> Operation:
        return op("p0", "a", "increment_index", {"$object": "a"}, index, 1, at=at)

    history = play(
        added(0, (1, 2)), added(1, (3, 4)), get("main", 0, 1, (5, 6)), get("main", 1, 0, (7, 8)), objects=Z
    )

    finding = memory_counters.array_counters(history)

    assert finding.judged == 2
    assert only(finding) == ("lost-update", ["p0.increment_index", "main.__getitem__"])
    assert "a[1]" in finding.violations[0].summary


def filled(number: int, at: tuple[int, int | None], actor: str = "p0") -> Operation:
    return op(actor, "a", "fill", {"$object": "a"}, number, at=at)


def scanned(seen: list[int], at: tuple[int, int]) -> Operation:
    return op("main", "a", "scan", {"$object": "a"}, at=at, to=seen)


@pytest.mark.parametrize(
    ("fill", "seen", "kind"),
    [
        pytest.param((1, 2), [9], "", id="whole"),
        pytest.param((1, 5), [0], "", id="concurrent-before"),
        pytest.param((1, 5), [9], "", id="concurrent-after"),
        pytest.param((1, 5), [0, 9], "torn-pattern", id="torn"),
        pytest.param((1, 2), [0], "wrong-pattern", id="stale"),
        pytest.param((1, 4), [0], "", id="touching"),
    ],
)
def test_a_scan_under_the_lock_sees_one_pattern(fill: tuple[int, int], seen: list[int], kind: str) -> None:
    """One number, and one that a fill could have left there."""
    finding = memory_patterns.torn(play(filled(9, fill), scanned(seen, (4, 6)), objects=Z))

    assert finding.judged == 1
    assert [violation.kind for violation in finding.violations] == ([kind] if kind else [])


def test_a_torn_pattern_is_shown_with_the_fills_that_it_mixes() -> None:
    """The witness are the fills that may have met the scan, and the scan."""
    history = play(filled(8, (1, 2)), filled(9, (3, 6), "p1"), scanned([8, 9], (4, 7)), objects=Z)

    assert only(memory_patterns.torn(history)) == ("torn-pattern", ["p0.fill", "p1.fill", "main.scan"])


@pytest.mark.parametrize(
    ("first", "then", "kinds"),
    [
        pytest.param(9, 8, ["patterns-out-of-order"], id="back again"),
        pytest.param(8, 9, [], id="one after the other"),
        pytest.param(9, 9, [], id="the new one at once"),
    ],
)
def test_scans_show_patterns_in_an_order_of_the_fills(first: int, then: int, kinds: list[str]) -> None:
    """While 9 takes the place of 8, each scan may show either; but not first the new and then the old one."""
    history = play(
        filled(8, (1, 2)),
        filled(9, (3, 20), "p1"),
        scanned([first], (4, 6)),
        scanned([then], (8, 10)),
        objects=Z,
    )

    assert [violation.kind for violation in memory_patterns.torn(history).violations] == kinds


@pytest.mark.parametrize(
    ("seen", "at", "kinds"),
    [
        pytest.param([7, 7, 7], (4, 7), [], id="the-first"),
        pytest.param([8, 8, 8], (4, 7), [], id="the-second"),
        pytest.param([7, 7, 8], (4, 7), ["torn-slice"], id="both"),
        pytest.param([8, 0, 0], (4, 7), ["torn-slice"], id="the-second-and-what-was-there"),
        pytest.param([7, 8, 8], (10, 11), ["torn-slice"], id="both-when-they-are-over"),
        pytest.param([8, 8, 8], (10, 11), [], id="the-second-when-they-are-over"),
    ],
)
def test_a_slice_of_an_array_with_a_lock_is_one_access(
    seen: list[int], at: tuple[int, int], kinds: list[str]
) -> None:
    """It shows one of two assignments, whether it meets them, or they each other."""
    history = play(
        put("p0", span(0, 3), [7, 7, 7], (1, 5)),
        put("p1", span(0, 3), [8, 8, 8], (2, 6)),
        get("main", span(0, 3), seen, at),
        objects=Z,
    )

    finding = memory_patterns.torn(history)

    assert finding.judged == 1
    assert [violation.kind for violation in finding.violations] == kinds


def test_a_slice_may_show_several_assignments_if_these_are_no_accesses_to_all_of_it() -> None:
    """Two halves; without a lock; beside one that raised and may have stopped half-way; one that is over."""
    mixed = get("main", span(0, 3), [7, 8, 8], (4, 7))
    first, second = put("p0", span(0, 3), [7, 7, 7], (1, 5)), put("p1", span(0, 3), [8, 8, 8], (2, 6))
    refused = op("p1", "a", "__setitem__", span(0, 3), [8, 8, "x"], at=(2, 6), raised=error("TypeError"))
    bare = {"a": ObjectSpec(factory="Array", arguments=("i", 3), keywords={"lock": False})}

    assert torn_outcome(first, put("p1", span(1, 3), [8, 8], (2, 6)), mixed) is Outcome.PASS
    assert torn_outcome(first, second, mixed, **bare) is Outcome.UNKNOWN
    assert torn_outcome(first, refused, mixed) is Outcome.UNKNOWN
    assert torn_outcome(first, get("main", span(0, 3), [7, 7, 7], (6, 7))) is Outcome.UNKNOWN


def torn_outcome(*operations: Operation, **objects: ObjectSpec) -> Outcome:
    history: History = play(*operations, objects=objects or Z)
    return memory_patterns.torn(history).outcome


def test_a_pattern_needs_one_lock_and_whole_fills() -> None:
    """Element writes, different first elements and open or refused fills give no evidence."""
    mixed = scanned([1, 2], (5, 6))

    assert torn_outcome(filled(9, (1, 2)), put("p1", 0, 1, (3, 4)), mixed) is Outcome.UNKNOWN
    assert torn_outcome(mixed, **A) is Outcome.UNKNOWN
    assert torn_outcome(filled(9, (1, None)), mixed) is Outcome.UNKNOWN
    assert torn_outcome(op("p0", "a", "fill", {"$object": "a"}, 9, {"$object": "lk"}, at=(1, 2)), mixed) is (
        Outcome.UNKNOWN
    )
