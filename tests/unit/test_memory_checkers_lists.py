"""The checkers of ShareableList, on histories written by hand."""

from typing import Any

import pytest

from _mpconform_agent.payload import digest
from memory_search import bound, play
from mpconform.checkers import memory_lists
from mpconform.values import Finding, History, Operation, Outcome
from tape import error, op

LIST = "shared_memory.ShareableList"
NAME = {"$unique": "list"}


def only(finding: Finding) -> tuple[str, list[str]]:
    """The kind of the one violation, and who did what in its witness."""
    (violation,) = finding.violations
    return violation.kind, [f"{one.actor}.{one.method.rpartition('.')[2]}" for one in violation.witness]


def listed(*operations: Operation | tuple[Operation, str], values: Any = (5, "abc", True)) -> History:
    """A history in which main makes the list ``sl``, and p0 attaches to it as ``mine``."""
    make = op("main", "@", LIST, list(values), at=(0, 1), name=NAME)
    attach = op("p0", "@", LIST, at=(2, 3), name=NAME)
    return play(bound(make, "sl"), bound(attach, "mine"), *operations)


def get(index: object, to: object, at: tuple[int, int] = (20, 21), actor: str = "main") -> Operation:
    return op(actor, "sl" if actor == "main" else "mine", "__getitem__", index, at=at, to=to)


def put(index: int, value: object, at: tuple[int, int | None] = (10, 11), **rest: Any) -> Operation:
    return op("main", "sl", "__setitem__", index, value, at=at, **rest)


@pytest.mark.parametrize(
    ("index", "seen", "outcome"),
    [
        pytest.param(0, 5, Outcome.PASS, id="int"),
        pytest.param(0, 5.0, Outcome.FAIL, id="float-for-int"),
        pytest.param(2, True, Outcome.PASS, id="bool"),
        pytest.param(2, 1, Outcome.FAIL, id="int-for-bool"),
        pytest.param(-2, "abc", Outcome.PASS, id="negative-index"),
        pytest.param(1, {"$digest": list(digest(b"abc"))}, Outcome.FAIL, id="bytes-for-str"),
    ],
)
def test_values_come_out_as_they_went_in(index: int, seen: object, outcome: Outcome) -> None:
    """Value and type must be the same; who made the list reads its own."""
    assert memory_lists.round_trip(listed(get(index, seen))).outcome is outcome


def test_values_that_end_in_nul_are_not_judged() -> None:
    """The documentation admits since 3.12 that they may be cut (gh-96779)."""
    history = listed(get(0, "a"), values=["a\0"])

    assert memory_lists.round_trip(history).outcome is Outcome.UNKNOWN


def test_an_attached_list_shows_what_was_stored() -> None:
    """What another process stored, at creation or later, is judged as shared."""
    right = listed(put(0, 6), get(0, 6, actor="p0"), get(1, "abc", (22, 23), "p0"))
    stale = listed(put(0, 6), get(0, 5, actor="p0"))
    touching = listed(put(0, 6, (10, 20)), get(0, 99, actor="p0"))

    assert memory_lists.shared(right) == Finding(judged=3)
    assert only(memory_lists.shared(stale)) == ("list-not-shared", ["main.__setitem__", "p0.__getitem__"])
    assert not memory_lists.shared(touching).violations


def test_a_list_that_stands_can_be_attached_to() -> None:
    """An attachment that fails although the list was made and not unlinked is found."""
    make = op("main", "@", LIST, [1], at=(0, 1), name=NAME)
    failed = play(
        bound(make, "sl"), op("p0", "@", LIST, at=(2, 3), name=NAME, raised=error("FileNotFoundError"))
    )

    assert only(memory_lists.shared(failed))[0] == "list-not-found"


def test_text_beyond_ascii_is_judged_apart() -> None:
    """Text that comes out shorter, or not at all, is no matter of other values."""
    cut = listed(get(0, "日本"), values=["日本語"])
    broken = error("UnicodeDecodeError", bases=("UnicodeError", "ValueError", "Exception"))
    raised = listed(op("main", "sl", "__getitem__", 0, at=(20, 21), raised=broken), values=["日本語"])

    assert only(memory_lists.texts(cut))[0] == "text-differs"
    assert only(memory_lists.texts(raised))[0] == "text-broken"
    assert memory_lists.texts(listed(get(0, "日本語"), values=["日本語"])).outcome is Outcome.PASS
    assert not memory_lists.round_trip(cut).violations
    assert not memory_lists.bounds(raised).violations


TOO_LONG = error("ValueError", "bytes/str item exceeds available storage")


def test_what_was_refused_left_the_old_value() -> None:
    """After ValueError the place holds what it held; anything else was stored as a whole."""
    kept = listed(put(1, "x" * 40, raised=TOO_LONG), get(1, "abc"))
    cut = listed(put(1, "x" * 40), get(1, "xxxxxxxx"))
    half = listed(put(1, "x" * 40, raised=TOO_LONG), get(1, "xxxxxxxx"))
    taken = listed(put(1, "x" * 40), get(1, "x" * 40))

    assert memory_lists.replaced(kept).outcome is Outcome.PASS
    assert only(memory_lists.replaced(cut))[0] == "value-not-replaced"
    assert only(memory_lists.replaced(half))[0] == "value-not-replaced"
    assert memory_lists.replaced(taken).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("index", "value", "wrong"),
    [
        pytest.param(1, "xyz", True, id="as-long-as-before"),
        pytest.param(1, "four", False, id="longer-than-before"),
        pytest.param(1, None, True, id="no-text"),
        pytest.param(0, "dry ice", True, id="as-the-documentation-shows"),
        pytest.param(0, "dry ice!", False, id="longer-than-it-shows"),
    ],
)
def test_what_fits_is_not_refused(index: int, value: object, *, wrong: bool) -> None:
    """A refusal is right only for text that is longer than the place was made with."""
    finding = memory_lists.replaced(listed(put(index, value, raised=TOO_LONG)))

    assert finding.judged == 1
    assert [violation.kind for violation in finding.violations] == ["replacement-refused"] * wrong


def test_another_exception_is_no_refusal() -> None:
    """Too long is ValueError, and nothing else."""
    struct_error = listed(put(1, "x" * 40, raised=error("error")))

    assert only(memory_lists.replaced(struct_error))[0] == "replacement-refused"


def test_a_list_has_a_fixed_length_and_no_slices() -> None:
    """Append and slices must raise, whatever they raise."""
    span = {"$slice": [0, 1]}
    right = listed(
        op("main", "sl", "append", 1, at=(5, 6), raised=error("AttributeError")),
        op("main", "sl", "__getitem__", span, at=(7, 8), raised=error("TypeError")),
    )

    assert memory_lists.fixed(right) == Finding(judged=2)
    assert (
        only(memory_lists.fixed(listed(op("main", "sl", "append", 1, at=(5, 6)))))[0] == "list-changed-length"
    )
    assert only(memory_lists.fixed(listed(get(span, [5]))))[0] == "list-sliced"


@pytest.mark.parametrize(
    ("method", "argument", "answer", "outcome"),
    [
        pytest.param("count", 5, 1, Outcome.PASS, id="count"),
        pytest.param("count", 6, 1, Outcome.FAIL, id="count-of-none"),
        pytest.param("count", 1, 1, Outcome.PASS, id="True-equals-1"),
        pytest.param("index", "abc", 1, Outcome.PASS, id="index"),
        pytest.param("index", "abc", 0, Outcome.FAIL, id="wrong-index"),
        pytest.param("index", "xyz", 0, Outcome.FAIL, id="index-of-what-is-absent"),
    ],
)
def test_a_list_is_searched_by_value(method: str, argument: object, answer: int, outcome: Outcome) -> None:
    """Count and index answer as those of a list."""
    history = listed(op("p0", "mine", method, argument, at=(20, 21), to=answer))

    assert memory_lists.search(history).outcome is outcome


def test_a_search_that_overlaps_a_write_is_not_judged() -> None:
    """While a value may be changing, no answer is wrong."""
    search = op("p0", "mine", "index", 6, at=(20, 21), raised=error("ValueError"))

    assert memory_lists.search(listed(put(0, 6, (10, 20)), search)).outcome is Outcome.UNKNOWN
    assert memory_lists.search(listed(put(0, 6, (10, 19)), search)).outcome is Outcome.FAIL
    assert memory_lists.search(listed(search)).outcome is Outcome.PASS


def test_a_list_is_as_long_as_it_was_made() -> None:
    """Len is judged always."""
    assert memory_lists.search(listed(op("p0", "mine", "__len__", at=(20, 21), to=3))).outcome is Outcome.PASS
    assert memory_lists.search(listed(op("p0", "mine", "__len__", at=(20, 21), to=4))).outcome is Outcome.FAIL


@pytest.mark.parametrize("index", [3, -4])
def test_an_index_outside_raises_index_error(index: int) -> None:
    """On both sides; any other exception, and any value, is wrong."""
    right = op("main", "sl", "__getitem__", index, at=(20, 21), raised=error("IndexError"))
    other = op("main", "sl", "__getitem__", index, at=(20, 21), raised=error("KeyError"))
    inside = op("main", "sl", "__getitem__", 2, at=(20, 21), raised=error("IndexError"))

    assert memory_lists.bounds(listed(right)).outcome is Outcome.PASS
    assert only(memory_lists.bounds(listed(other)))[0] == "index-outside-accepted"
    assert only(memory_lists.bounds(listed(get(index, 1))))[0] == "index-outside-accepted"
    assert only(memory_lists.bounds(listed(inside)))[0] == "index-inside-refused"


def test_a_closed_list_is_not_judged() -> None:
    """Nothing says what a list does after its block was closed."""
    history = listed(
        bound(op("main", "sl", ".shm", at=(4, 5)), "block"),
        op("main", "block", "close", at=(6, 7)),
        op("main", "sl", "__len__", at=(8, 9), raised=error("TypeError")),
    )

    assert memory_lists.search(history).outcome is Outcome.UNKNOWN
