"""The checkers of Value and raw objects, on histories written by hand."""

import pytest

from memory_search import bound, play
from mpconform.checkers import memory_counters, memory_locks, memory_registers, memory_values
from mpconform.values import Finding, History, ObjectSpec, Operation, Outcome
from tape import error, op

V = {"v": ObjectSpec(factory="Value", arguments=("i", 7))}
US = 1000


def only(finding: Finding) -> tuple[str, list[str]]:
    """The kind of the one violation, and who did what in its witness."""
    (violation,) = finding.violations
    return violation.kind, [f"{one.actor}.{one.method}" for one in violation.witness]


def wrote(actor: str, value: object, at: tuple[int, int | None], target: str = "v") -> Operation:
    return op(actor, target, ".value=", value, at=at)


def saw(actor: str, value: object, at: tuple[int, int], target: str = "v") -> Operation:
    return op(actor, target, ".value", at=at, to=value)


@pytest.mark.parametrize(
    ("arguments", "seen", "outcome"),
    [
        pytest.param(("i", 7), 7, Outcome.PASS, id="as-made"),
        pytest.param(("i", 7), 0, Outcome.FAIL, id="forgotten"),
        pytest.param(("i", 7), 7.0, Outcome.FAIL, id="a-float-is-no-int"),
        pytest.param(("i",), 0, Outcome.PASS, id="zero-by-default"),
        pytest.param(("d",), 0.0, Outcome.PASS, id="zero-of-its-type"),
        pytest.param(("f", 0.1), 0.10000000149011612, Outcome.PASS, id="as-precise-as-its-type"),
        pytest.param(("f", 0.1), 0.1, Outcome.FAIL, id="more-precise-than-its-type"),
        pytest.param(("c", {"$hex": "41"}), {"$digest": [1, 3554254475]}, Outcome.PASS, id="a-byte"),
        pytest.param(("b", 300), 44, Outcome.UNKNOWN, id="out-of-range-is-not-documented"),
        pytest.param(("u", "x"), "x", Outcome.UNKNOWN, id="a-type-that-we-do-not-know"),
    ],
)
def test_a_value_begins_with_what_it_was_made_with(
    arguments: tuple[object, ...], seen: object, outcome: Outcome
) -> None:
    """A read to which no write had begun returns the initial value, in value and type."""
    objects = {"v": ObjectSpec(factory="Value", arguments=arguments)}

    finding = memory_values.initial(play(saw("p0", seen, (5, 6)), objects=objects))

    assert finding.outcome is outcome


def test_a_read_that_may_have_met_a_write_says_nothing_of_the_beginning() -> None:
    """A write that begins at the very stamp at which the read ends is concurrent with it."""
    touching = play(saw("p0", 9, (5, 6)), wrote("main", 9, (6, 8)), objects=V)
    later = play(saw("p0", 9, (5, 6)), wrote("main", 9, (7, 8)), objects=V)

    assert memory_values.initial(touching).outcome is Outcome.UNKNOWN
    assert only(memory_values.initial(later)) == ("value-initial-differs", ["p0..value"])


def test_a_wrong_beginning_is_told_with_values_and_times() -> None:
    """The story names the object, what it was made with, the reader, and the instant."""
    history = play(
        op("main", "v", "Value", "i", 7, at=(0, US), step=-1), saw("p0", 0, (5 * US, 6 * US)), objects=V
    )

    (violation,) = memory_values.initial(history).violations

    assert violation.summary == "p0's v.value returned 0, though v could only show 7."
    assert "v was made with 7" in violation.story
    assert "begun at 5.0 µs" in violation.story
    assert [one.method for one in violation.witness] == ["Value", ".value"]


@pytest.mark.parametrize(
    ("write", "read", "outcome"),
    [
        pytest.param((1, 2), (3, 4), Outcome.FAIL, id="strictly-before"),
        pytest.param((1, 3), (3, 4), Outcome.PASS, id="touching-intervals-order-nothing"),
        pytest.param((1, None), (3, 4), Outcome.PASS, id="an-open-write-may-never-have-happened"),
    ],
)
def test_what_one_process_stored_the_others_see(
    write: tuple[int, int | None], read: tuple[int, int], outcome: Outcome
) -> None:
    """After a write of another process has returned, the old value is gone."""
    history = play(wrote("p0", 9, write), saw("main", 7, read), objects=V)

    assert memory_values.shared(history).outcome is outcome


def test_a_stale_read_is_shown_with_the_write_that_it_missed() -> None:
    """The witness of a value that is not shared is the write, then the read."""
    history = play(wrote("p0", 9, (1, 2)), saw("main", 7, (3, 4)), objects=V)

    assert only(memory_values.shared(history)) == ("value-not-shared", ["p0..value=", "main..value"])


def test_an_open_write_may_take_effect_late() -> None:
    """What an open write would have stored may be read at any time after it began."""
    history = play(
        wrote("p0", 9, (1, None)), wrote("main", 8, (2, 3)), saw("main", 9, (4, 5)), saw("main", 8, (6, 7)),
        objects=V, ended="hung",
    )  # fmt: skip

    assert not memory_values.shared(history).violations
    assert not memory_values.round_trip(history).violations


def test_a_process_reads_what_it_stored() -> None:
    """A value that only the reader's own write explains comes back in value and type."""
    kept = play(wrote("p0", 2**31 - 1, (1, 2)), saw("p0", 2**31 - 1, (3, 4)), objects=V)
    cut = play(wrote("p0", 2**31 - 1, (1, 2)), saw("p0", -1, (3, 4)), objects=V)

    assert memory_values.round_trip(kept).outcome is Outcome.PASS
    assert memory_values.shared(kept).judged == 0
    assert only(memory_values.round_trip(cut)) == ("value-not-kept", ["p0..value=", "p0..value"])


def test_a_write_of_what_the_type_does_not_hold_is_not_judged() -> None:
    """Nothing documents what 300 becomes in a signed char."""
    objects = {"v": ObjectSpec(factory="Value", arguments=("b", 1))}

    history = play(wrote("p0", 300, (1, 2)), saw("p0", 44, (3, 4)), objects=objects)

    assert memory_values.round_trip(history).outcome is Outcome.UNKNOWN


def test_a_value_that_something_unknown_may_write_is_not_judged() -> None:
    """An object that went to somebody we do not follow may hold anything."""
    given = op("p0", "pool", "apply", {"$object": "v"}, at=(1, 2))

    history = play(given, saw("p0", 99, (3, 4)), objects=V)

    assert memory_values.initial(history).outcome is Outcome.UNKNOWN


RAW = {
    "r": ObjectSpec(factory="RawValue", arguments=("q", 5)),
    "s": ObjectSpec(factory="RawArray", arguments=("h", 2)),
}


def test_raw_objects_begin_and_are_shared_like_others() -> None:
    """Raw values and arrays are judged for their first contents and for what was stored."""
    history = play(
        op("p0", "s", "__getitem__", {"$slice": [0, 2]}, at=(1, 2), to=[0, 0]),
        op("p0", "s", "__setitem__", 1, 8, at=(3, 4)),
        op("main", "s", "__getitem__", 1, at=(5, 6), to=8),
        saw("main", 6, (7, 8), "r"),
        objects=RAW,
    )

    assert memory_values.raw_shared(history).outcome is Outcome.PASS
    assert only(memory_values.raw_initial(history))[0] == "raw-initial-differs"


def test_a_raw_read_that_overlaps_a_write_may_be_torn() -> None:
    """Only a raw read that begins strictly after the write is judged."""
    torn = play(wrote("p0", 9, (1, 4), "r"), saw("main", 77, (4, 5), "r"), objects=RAW)
    after = play(wrote("p0", 9, (1, 4), "r"), saw("main", 77, (5, 6), "r"), objects=RAW)
    both = play(
        wrote("p0", 9, (1, 4), "r"), wrote("p1", 10, (2, 5), "r"), saw("main", 77, (6, 7), "r"), objects=RAW
    )

    assert memory_values.raw_shared(torn).outcome is Outcome.UNKNOWN
    assert memory_values.raw_shared(after).outcome is Outcome.FAIL
    assert memory_values.raw_shared(both).outcome is Outcome.UNKNOWN


def test_a_value_of_another_object_shows_an_alias() -> None:
    """A read that returns what was only ever written to another object proves shared memory."""
    history = play(
        op("p0", "s", "__setitem__", 0, 1234, at=(1, 2)), saw("main", 1234, (3, 4), "r"), objects=RAW
    )

    kind, witness = only(memory_values.no_aliases(history))

    assert kind == "objects-share-memory"
    assert witness == ["p0.__setitem__", "main..value"]


def test_a_change_while_another_object_is_written_shows_an_alias() -> None:
    """Between two reads nothing but another object was written, and yet the second differs."""
    history = play(
        saw("main", 5, (1, 2), "r"), op("p0", "s", "__setitem__", 0, 1, at=(3, 4)),
        saw("main", 1 << 32, (5, 6), "r"), objects=RAW,
    )  # fmt: skip
    before = play(
        op("p0", "s", "__setitem__", 0, 1, at=(1, 2)), saw("main", 1 << 32, (3, 4), "r"), objects=RAW
    )  # fmt: skip
    copied = play(
        saw("main", 5, (1, 2), "r"), wrote("p0", 9, (3, 4), "r"), saw("p0", 9, (5, 6), "r"),
        op("p0", "s", "__setitem__", 0, 1, at=(7, 8)), saw("main", 5, (9, 10), "r"), objects=RAW,
    )  # fmt: skip

    assert only(memory_values.no_aliases(history))[0] == "objects-share-memory"
    assert memory_values.no_aliases(before).outcome is Outcome.PASS
    assert memory_values.no_aliases(copied).outcome is Outcome.PASS


def counted(*operations: Operation, factory: str = "Value") -> Finding:
    return memory_counters.value_counters(
        play(*operations, objects={"v": ObjectSpec(factory=factory, arguments=("i", 7))})
    )


def added(actor: str, at: tuple[int, int | None], *lock: object) -> Operation:
    return op(actor, "v", "increment", {"$object": "v"}, 1, *lock, at=at)


def test_a_lost_update_is_shown_with_the_increment_and_the_count() -> None:
    """Two increments were over; a read that begins later shows one."""
    finding = counted(added("p0", (1, 4)), added("p1", (2, 5)), saw("main", 8, (6, 7)))

    assert only(finding) == ("lost-update", ["p1.increment", "main..value"])
    assert "shows 1 increment of v; 2 were over before it began" in finding.violations[0].summary


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        pytest.param(5, Outcome.FAIL, id="over-before"),
        pytest.param(6, Outcome.PASS, id="touching-intervals-order-nothing"),
        pytest.param(None, Outcome.PASS, id="an-open-increment-may-never-have-happened"),
    ],
)
def test_an_increment_counts_from_its_end_at_the_latest(end: int | None, outcome: Outcome) -> None:
    """A read that begins strictly after an increment has returned must show it."""
    assert counted(added("p0", (1, end)), saw("main", 7, (6, 7))).outcome is outcome


def test_a_count_ahead_of_its_increments_is_found() -> None:
    """A read shows an increment that begins only after the read has returned."""
    assert only(counted(saw("main", 8, (1, 2)), added("p0", (3, 4))))[0] == "count-ahead-of-increments"
    assert counted(saw("main", 8, (1, 3)), added("p0", (3, 4))).outcome is Outcome.PASS


def test_an_impossible_count_is_found() -> None:
    """A counter that shows more than all increments together, or less than its first value."""
    assert only(counted(added("p0", (1, 2)), saw("main", 9, (3, 4))))[0] == "impossible-count"
    assert only(counted(added("p0", (3, 4)), saw("main", 6, (1, 2))))[0] == "impossible-count"


def test_a_value_that_is_also_stored_to_is_no_counter() -> None:
    """A counter is judged only if nothing but increments under one lock change it."""
    stored = counted(added("p0", (1, 2)), wrote("p1", 3, (1, 2)), saw("main", 99, (3, 4)))
    two_locks = memory_counters.value_counters(
        play(
            added("p0", (1, 2)), added("p1", (1, 2), {"$object": "lk"}), saw("main", 8, (3, 4)),
            objects={"lk": ObjectSpec(factory="RLock"), **V},
        )
    )  # fmt: skip

    assert stored.outcome is Outcome.UNKNOWN
    assert two_locks.outcome is Outcome.UNKNOWN


def test_a_raw_counter_is_judged_under_a_lock_given_by_hand() -> None:
    """Raw reads count only where no increment overlaps them."""
    objects = {"lk": ObjectSpec(factory="RLock"), "v": ObjectSpec(factory="RawValue", arguments=("i", 7))}
    lock = {"$object": "lk"}

    lost = play(added("p0", (1, 2), lock), saw("main", 7, (3, 4)), objects=objects)
    torn = play(added("p0", (1, 4), lock), saw("main", 99, (3, 4)), objects=objects)

    assert only(memory_counters.value_counters(lost))[0] == "lost-update"
    assert memory_counters.value_counters(torn).outcome is Outcome.UNKNOWN


def registered(*operations: Operation) -> Finding:
    return memory_registers.registers(play(*operations, objects=V))


def test_a_register_that_goes_back_is_found() -> None:
    """Somebody had read the new value before another read of the old one began."""
    finding = registered(wrote("p0", 9, (1, 9)), saw("p1", 9, (2, 3)), saw("p2", 7, (4, 5)))

    assert only(finding) == ("register-stale-value", ["p1..value", "p2..value"])
    assert (
        registered(wrote("p0", 9, (1, 9)), saw("p1", 9, (2, 4)), saw("p2", 7, (4, 5))).outcome is Outcome.PASS
    )


def test_a_register_shows_only_what_was_written_before() -> None:
    """A value that nobody wrote, and one that is read before it is written, are found."""
    assert only(registered(wrote("p0", 9, (1, 2)), saw("p1", 8, (3, 4))))[0] == "register-never-written"
    assert only(registered(saw("p1", 9, (1, 2)), wrote("p0", 9, (3, 4))))[0] == "register-read-before-written"


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(
            (wrote("p0", 9, (1, 2)), wrote("p1", 9, (3, 4)), saw("p1", 9, (5, 6))), id="twice-the-same"
        ),
        pytest.param((saw("p1", 7, (1, 2)),), id="nothing-written"),
        pytest.param((added("p0", (1, 2)), saw("p1", 8, (3, 4))), id="incremented"),
    ],
)
def test_a_register_needs_values_that_differ(operations: tuple[Operation, ...]) -> None:
    """Without unique written values there is no evidence."""
    assert registered(*operations).outcome is Outcome.UNKNOWN


def locked(*operations: Operation | tuple[Operation, str], given: str = "") -> History:
    keywords = {"lock": {"$object": "lk"}} if given else {}
    objects = {"lk": ObjectSpec(factory=given)} if given else {}
    objects["v"] = ObjectSpec(factory="Value", arguments=("i", 7), keywords=keywords)
    return play(*operations, objects=objects)


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        pytest.param((5, 6), True, id="inside"),
        pytest.param((2, 6), False, id="begun-as-the-lock-was-taken"),
        pytest.param((5, 9), False, id="ended-as-the-lock-was-given-back"),
    ],
)
@pytest.mark.parametrize("through", ["get_lock", "object", "given"])
def test_an_access_waits_while_another_process_holds_the_lock(
    at: tuple[int, int], *, wrong: bool, through: str
) -> None:
    """However the lock is reached, an access that lies wholly inside the hold proves a second lock."""
    name = {"get_lock": "held", "object": "v", "given": "lk"}[through]

    history = locked(
        bound(op("main", "v", "get_lock", at=(0, 0)), "held"),
        op("main", name, "acquire", at=(1, 2), to=True),
        saw("p0", 7, at),
        op("main", name, "release", at=(9, 10)),
        given="Lock" if through == "given" else "",
    )
    finding = memory_locks.guarded(history)

    assert bool(finding.violations) == wrong
    if wrong:
        assert only(finding) == ("lock-not-used", ["main.acquire", "p0..value", "main.release"])


def test_a_try_that_succeeds_inside_a_hold_proves_another_lock() -> None:
    """acquire(False) through get_lock answers True while main holds the lock."""

    def tried(answer: object) -> Finding:
        history = locked(
            op("main", "v", "acquire", at=(1, 2), to=True),
            bound(op("p0", "v", "get_lock", at=(3, 4)), "mine"),
            op("p0", "mine", "acquire", False, at=(5, 6), to=answer),  # noqa: FBT003  # as the scenario says
            op("main", "v", "release", at=(9, 10)),
        )
        return memory_locks.guarded(history)

    (violation,) = tried(answer=True).violations

    assert violation.kind == "lock-not-shared"
    assert not tried(answer=False).violations


def test_a_lock_that_is_never_given_back_proves_nothing() -> None:
    """A process that died may have lost the lock; only a hold with an end is judged."""
    history = locked(op("p0", "v", "acquire", at=(1, 2), to=True), saw("main", 7, (5, 6)))

    assert memory_locks.guarded(history).outcome is Outcome.UNKNOWN


def test_a_lock_is_offered_exactly_if_there_is_one() -> None:
    """get_lock raises AttributeError for lock=False, and for nothing else."""
    no_such = error("AttributeError", "get_lock")
    objects = {"b": ObjectSpec(factory="Value", arguments=("i",), keywords={"lock": False})}

    bare = play(op("p0", "b", "get_lock", at=(1, 2), raised=no_such), objects=objects)
    surprising = play(op("p0", "b", "get_lock", at=(1, 2), to={"$other": ["RLock", ""]}), objects=objects)
    lacking = locked(op("p0", "v", "get_lock", at=(1, 2), raised=no_such))

    assert memory_locks.unguarded(bare).outcome is Outcome.PASS
    assert only(memory_locks.unguarded(surprising))[0] == "lock-without-lock"
    assert only(memory_locks.guarded(lacking))[0] == "no-lock-offered"
    assert memory_locks.unguarded(lacking).judged == 0


def test_a_lock_by_position_is_refused() -> None:
    """Value("i", 0, False) raises TypeError."""
    refused = play(op("main", "@", "Value", "i", 0, False, at=(1, 2), raised=error("TypeError")))  # noqa: FBT003
    taken = play(op("main", "@", "Value", "i", 0, False, at=(1, 2)))  # noqa: FBT003

    assert memory_locks.keyword_only(refused).outcome is Outcome.PASS
    assert only(memory_locks.keyword_only(taken))[0] == "positional-lock-accepted"
