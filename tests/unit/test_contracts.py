"""Which contract was kept: on tapes, on both sides of each boundary; and what all histories say together."""

import json
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from lock_search import of_lock
from manager_tape import made, played
from memory_search import intervals
from mpconform import kept, store
from mpconform.checkers import contract_proxies
from mpconform.checkers.contracts import seen
from mpconform.checkers.manager_orders import explained, parts_of
from mpconform.checkers.manager_reading import read
from mpconform.contracts import LATTICES, Seen
from mpconform.events import ContractEvent, ContractRow
from mpconform.values import History, Operation
from mpconform_conformance import bearing, catalogue
from mpconform_conformance.bearing import Bearing
from queue_search import DRAIN, queue_history
from scale import SCALE
from tape import error, item, op, received

EMPTY = error("Empty")


def put(actor: str, n: int, *at: int | None) -> Operation:
    begin, end = at
    return op(actor, "q", "put", item(actor, n), at=(begin or 0, end))


def got(actor: str, n: int, *at: int, by: str = "c0") -> Operation:
    return op(by, "q", "get", at=(at[0], at[1]), to=received(actor, n))


def empty(*at: int, by: str = "c0", **rest: Any) -> Operation:
    return op(by, "q", "get_nowait", at=(at[0], at[1]), raised=EMPTY, **rest)


def told(history: History) -> dict[str, str]:
    """What became of each contract: ``held``, the ways in which it was broken, or ``no evidence``."""
    return {
        one.contract: ", ".join(one.broken) or ("held" if one.judged else "no evidence")
        for one in seen(history)
    }


@pytest.mark.parametrize(
    ("operations", "strict", "producer", "once"),
    [
        pytest.param(
            [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p0", 0, 4, 5), got("p1", 0, 6, 7)],
            "held", "no evidence", "held", id="in-the-order-of-all",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p1", 0, 4, 5), got("p0", 0, 6, 7)],
            "overtaken", "no evidence", "held", id="across-producers",
        ),
        pytest.param(
            [put("p0", 0, 0, 2), put("p1", 0, 2, 3), got("p1", 0, 4, 5), got("p0", 0, 6, 7)],
            "no evidence", "no evidence", "held", id="touching-puts-have-no-order",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), put("p0", 1, 2, 3), got("p0", 1, 4, 5), got("p0", 0, 6, 7)],
            "overtaken", "overtaken", "held", id="within-one-producer",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), put("p0", 1, 2, 3), got("p0", 0, 4, 5), got("p0", 1, 6, 7)],
            "no evidence", "held", "held", id="one-producer-says-nothing-of-others",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), got("p0", 0, 2, 3), got("p0", 0, 4, 5, by="c1")],
            "got-twice", "got-twice", "got-twice", id="twice",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), got("p9", 5, 2, 3)],
            "invented", "invented", "invented", id="invented",
        ),
        pytest.param(
            [put("p0", 0, 4, 5), got("p0", 0, 2, 3)],
            "got-too-early", "got-too-early", "got-too-early", id="before-its-put",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), empty(2, 3), got("p0", 0, 4, 5)],
            "empty-though-filled", "no evidence", "held", id="empty-though-filled",
        ),
        pytest.param(
            [put("p0", 0, 0, 2), empty(2, 3), got("p0", 0, 4, 5)],
            "held", "no evidence", "held", id="empty-when-it-may-have-been",
        ),
        pytest.param(
            [put("p0", 0, 0, None), put("p1", 0, 2, 3), got("p1", 0, 4, 5)],
            "no evidence", "no evidence", "held", id="a-put-that-never-returned-need-not-come",
        ),
        pytest.param(
            [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p1", 0, 4, 5), got("p0", 0, 5, 7, by="c1")],
            "held", "no evidence", "held", id="touching-gets-have-no-order",
        ),
        pytest.param([empty(0, 1)], "held", "no evidence", "no evidence", id="nothing-was-put"),
    ],
)  # fmt: skip
def test_a_queue_keeps_a_contract_or_breaks_it(
    operations: list[Operation], strict: str, producer: str, once: str
) -> None:
    """What breaks a contract breaks all that imply it, and none that it implies."""
    assert told(queue_history(*operations)) == {
        "strict FIFO": strict, "per-producer FIFO": producer, "exactly-once": once
    }  # fmt: skip


def test_what_a_drain_did_not_find_did_not_come_exactly_once() -> None:
    """A loss is shown by who looked last, alone, after the producer had flushed; else it may still come."""
    lost = [
        put("p0", 0, 0, 1), op("main", "p0", "join", at=(2, 3)),
        op("main", "q", "get", at=(4, 5), raised=EMPTY, step=DRAIN, timeout_s=0.1),
        op("main", "", "drain", {"$object": "q"}, at=(4, 6), to=1, step=DRAIN),
    ]  # fmt: skip

    looked = told(queue_history(*lost, finished=("p0",)))
    alive = told(queue_history(*lost))

    assert looked["exactly-once"] == "item-lost"
    assert looked["per-producer FIFO"] == "item-lost"
    assert alive["exactly-once"] == "no evidence"


def test_a_get_that_never_returned_may_have_taken_what_is_missing() -> None:
    """One such get excuses one value that was passed over, and no second one."""
    passing = [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p1", 0, 6, 7)]
    lost = op("c1", "q", "get", at=(4, None))

    assert told(queue_history(*passing, lost))["strict FIFO"] == "held"
    assert told(queue_history(*passing))["strict FIFO"] == "passed-over"


def test_values_that_are_not_known_again_are_left_out() -> None:
    """Of two puts of one value nobody can say which came first."""
    twice = [op(p, "q", "put", 7, at=(n, n + 1)) for n, p in ((0, "p0"), (10, "p1"))]
    gets = [op("c0", "q", "get", at=(n, n + 1), to=7) for n in (20, 30)]

    assert set(told(queue_history(*twice, *gets)).values()) <= {"no evidence"}


def test_evidence_is_counted_by_what_could_have_been_wrong() -> None:
    """Values after one of another producer; after one of the same; and gets."""
    calls = [put("p0", 0, 0, 1), put("p0", 1, 2, 3), put("p1", 0, 4, 5)]
    calls += [got("p0", 0, 10, 11), got("p0", 1, 12, 13), got("p1", 0, 14, 15), empty(20, 21)]

    counts = {one.contract: (one.judged, one.operations) for one in seen(queue_history(*calls))}

    assert counts == {"strict FIFO": (2, 7), "per-producer FIFO": (1, 7), "exactly-once": (3, 7)}


@pytest.mark.parametrize("factory", ["JoinableQueue", "SimpleQueue"])
def test_each_kind_of_queue_stands_for_itself(factory: str) -> None:
    """A row of its own for each factory."""
    calls = [put("p0", 0, 0, 1), put("p1", 0, 2, 3), got("p0", 0, 4, 5), got("p1", 0, 6, 7)]

    assert {one.kind for one in seen(queue_history(*calls, factory=factory))} == {factory}


def managed(kind: str, *calls: tuple[Any, ...], given: tuple[Any, ...] = ()) -> History:
    """A history of one object of a manager: actor, method, arguments, at, and what came of it."""
    return played(
        made(x=(kind, *given)),
        *(
            op(actor, "x", method, *arguments, at=at, raised=came)
            if isinstance(came, dict) and "mro" in came
            else op(actor, "x", method, *arguments, at=at, to=came)
            for actor, method, arguments, at, came in calls
        ),
    )


def test_the_queue_of_a_manager_is_judged_as_any_queue() -> None:
    """By values and times alone; its documented contract is the strictest."""
    puts = [("p0", "put", [1], (0, 1), None), ("p1", "put", [2], (2, 3), None)]
    right = [
        ("c0", "get", [], (4, 5), 1),
        ("c0", "get", [], (6, 7), 2),
        ("c0", "get_nowait", [], (8, 9), EMPTY),
    ]
    wrong = [("c0", "get", [], (4, 5), 2), ("c0", "get", [], (6, 7), 1)]

    assert told(managed("Queue", *puts, *right))["strict FIFO"] == "held"
    assert told(managed("Queue", *puts, *wrong))["strict FIFO"] == "overtaken"
    assert told(managed("Queue", *puts, ("c0", "get", [], (4, 5), 3)))["exactly-once"] == "invented"
    unknown = [("c0", "get", [], (4, None), None), ("c1", "get", [], (6, 7), 2)]
    assert told(managed("Queue", *puts, *unknown))["strict FIFO"] == "held"
    assert {one.kind for one in seen(managed("Queue", *puts))} == {"Manager().Queue"}
    assert LATTICES["Manager().Queue"].documented == "strict FIFO"


def took(actor: str, *at: int) -> Operation:
    return op(actor, "lk", "acquire", at=(at[0], at[1]), to=True)


def gave(actor: str, *at: int) -> Operation:
    return op(actor, "lk", "release", at=(at[0], at[1]))


TWICE = [took("a", 0, 1), took("b", 2, 40), gave("a", 3, 4), took("a", 5, 6), gave("a", 7, 8)]
AGAIN = [took("a", 9, 10), gave("a", 11, 12)]


@pytest.mark.parametrize(
    ("operations", "fair", "exclusive"),
    [
        pytest.param(TWICE, "held", "held", id="passed-once"),
        pytest.param([*TWICE, *AGAIN], "overtaken-twice", "held", id="passed-twice"),
        pytest.param(
            [took("a", 0, 1), gave("a", 2, 3), took("b", 2, 4)], "no evidence", "no evidence", id="free"
        ),
        pytest.param(
            [took("a", 0, 1), took("b", 2, 3), gave("a", 4, 5)], "held-twice", "held-twice", id="held-by-two"
        ),
        pytest.param(
            [took("a", 0, 1), took("b", 2, 4), gave("a", 4, 5)], "no evidence", "held", id="touching"
        ),
    ],
)
def test_a_lock_keeps_a_contract_or_breaks_it(operations: list[Operation], fair: str, exclusive: str) -> None:
    """Who waits may be passed once by each other, for calls that overlap have no order, and not twice."""
    assert told(of_lock(operations, "Lock")) == {"fair": fair, "exclusive": exclusive}


def test_a_semaphore_and_a_manager_s_lock_are_judged_as_a_lock() -> None:
    """A semaphore of two admits two; the lock of a manager is one like any other."""
    three = [took(actor, n, n + 1) for n, actor in ((0, "a"), (2, "b"), (4, "c"))]
    calls = [("a", "acquire", [], (0, 1), True), ("b", "acquire", [], (2, 3), True)]

    assert told(of_lock(three[:2], "Semaphore", 2))["counted admission"] != "one-too-many"
    assert told(of_lock(three, "Semaphore", 2))["counted admission"] == "one-too-many"
    assert told(managed("Lock", *calls)) == {"fair": "held-twice", "exclusive": "held-twice"}
    assert told(managed("Semaphore", *calls, given=(2,)))["counted admission"] != "one-too-many"


A, B, BOTH = ("__setitem__", ["a", 1]), ("__setitem__", ["b", 1]), [{"$dict": {"a": 1, "b": 1}}]


@pytest.mark.parametrize(
    ("calls", "whole", "keyed", "last"),
    [
        pytest.param(
            [("p0", *A, (0, 1), None), ("p1", "get", ["a"], (2, 3), 1)],
            "no evidence", "held", "held", id="one-key",
        ),
        pytest.param(
            [("p0", *A, (0, 1), None), ("p1", "get", ["a"], (2, 3), None)],
            "no-order, not-the-last-write", "no-order, not-the-last-write", "not-the-last-write", id="stale",
        ),
        pytest.param(
            [("p0", *A, (0, 1), None), ("p1", "get", ["a"], (1, 3), None)],
            "no evidence", "held", "held", id="a-touching-read-may-miss-it",
        ),
        pytest.param(
            # Two that read while one writes: the first finds it, the second, after it, does not.
            [("p0", *A, (0, 9), None), ("p1", "get", ["a"], (1, 2), 1), ("p1", "get", ["a"], (3, 4), None)],
            "no-order", "no-order", "held", id="found-and-lost-again",
        ),
        pytest.param(
            [("p0", "update", BOTH, (0, 9), None), ("p1", "items", [], (2, 3), [{"$tuple": ["a", 1]}]),
             ("p1", "get", ["a"], (4, 5), 1)],
            "no-order", "held", "held", id="half-of-an-update",
        ),
        pytest.param(
            [("p0", "update", BOTH, (0, 1), None), ("p1", "__len__", [], (2, 3), 2),
             ("p1", "pop", ["b"], (4, 5), 1), ("p0", "clear", [], (6, 7), None),
             ("p1", "get", ["a"], (8, 9), None)],
            "held", "held", "held", id="all-of-it",
        ),
        pytest.param(
            [("p0", "update", BOTH, (0, 1), None), ("p1", "__len__", [], (2, 3), 3),
             ("p0", "clear", [], (6, 7), None), ("p1", "get", ["a"], (8, 9), 1)],
            "no-order, not-the-last-write", "no-order, not-the-last-write", "not-the-last-write",
            id="a-clear-that-left-something",
        ),
        pytest.param(
            [("p0", "update", BOTH, (0, 1), None), ("p1", "__len__", [], (2, 3), 3),
             ("p0", "popitem", [], (6, 7), {"$tuple": ["b", 1]}), ("p1", "get", ["a"], (8, 9), 1)],
            "no-order", "held", "held", id="popitem-takes-its-key-only",
        ),
        pytest.param(
            [("p0", "setdefault", ["a", 1], (0, 1), 1), ("p1", "__len__", [], (2, 3), 3),
             ("p1", "setdefault", ["a", 2], (4, 5), 1), ("p1", "__delitem__", ["a"], (6, 7), None),
             ("p1", "__contains__", ["a"], (8, 9), True)],
            "no-order, not-the-last-write", "no-order, not-the-last-write", "not-the-last-write",
            id="deleted-and-there",
        ),
    ],
)  # fmt: skip
def test_a_dictionary_keeps_a_contract_or_breaks_it(
    calls: list[tuple[Any, ...]], whole: str, keyed: str, last: str
) -> None:
    """Of the whole, of each key, and at the least what was written last."""
    assert told(managed("dict", *calls)) == {
        "linearizable": whole, "per-key linearizable": keyed, "last-write-wins": last
    }  # fmt: skip


def random_dictionary(seed: int) -> list[tuple[Any, ...]]:
    """Calls of up to three actors on two keys, mostly as some order answers them, sometimes on the whole."""
    rng = Random(seed)
    held: dict[str, int] = {}
    earlier: dict[str, list[int]] = {"a": [0], "b": [0]}
    calls = []
    found = intervals(rng, rng.randint(1, 3))
    for n, (actor, begin, end) in enumerate(sorted(found, key=lambda one: one[1] + rng.randint(0, 4))):
        key, wrong = rng.choice("ab"), rng.random() < 0.2
        what = rng.choice(("get", "get", "__setitem__", "__setitem__", "pop", "update", "clear", "__len__"))
        arguments: list[Any] = [key]
        came: Any = None
        if what == "get":
            came = rng.choice(earlier[key][-3:]) if wrong else held.get(key)
        elif what == "__setitem__":
            arguments, held[key] = [key, n], n
            earlier[key].append(n)
        elif what == "pop":
            came = held.pop(key, -1) if not wrong else rng.randrange(n + 1)
            arguments = [key, -1]
        elif what == "update":
            arguments = [{"$dict": {"a": n, "b": n}}]
            held = {"a": n, "b": n}
        elif what == "clear":
            arguments, held = [], {}
        else:
            arguments, came = [], len(held) + wrong
        calls.append((actor, what, arguments, (begin, end), came if end is not None else None))
    return calls


@pytest.mark.parametrize("seeds", SCALE)
def test_each_contract_of_a_dictionary_implies_the_next(seeds: range) -> None:
    """What one order of all calls explains is never called stale; a weaker contract is kept more often.

    The weaker ones are asked here whatever the stronger ones say, and not taken from them.
    """
    kept_by = [0, 0, 0]
    for seed in seeds:
        history = managed("dict", *random_dictionary(seed))
        whole = [part for referent in read(history).referents for part in parts_of(referent)]
        keyed = [part for one in whole for part in contract_proxies.by_key(one)]
        linear = all(explained(part).exists for part in whole)
        each = all(explained(part).exists for part in keyed)
        last = all(
            contract_proxies.last_write(call, part)
            for part in keyed
            for call in contract_proxies.reads(part.calls)
        )
        kept_by = [count + held for count, held in zip(kept_by, (linear, each, last), strict=True)]

        assert linear <= each <= last, seed
    assert 0.1 * len(seeds) < kept_by[0] < kept_by[1] < kept_by[2] < len(seeds)


def test_a_list_is_linearizable_or_not() -> None:
    """It has one contract."""
    append = [("p0", "append", [1], (0, 1), None), ("p1", "append", [2], (2, 3), None)]

    assert told(managed("list", *append, ("p0", "pop", [], (4, 5), 2), given=([],))) == {
        "linearizable": "held"
    }
    assert (
        told(managed("list", *append, ("p0", "pop", [], (4, 5), 1), given=([],)))["linearizable"]
        == "no-order"
    )


def test_every_contract_of_a_lattice_is_told_in_its_order() -> None:
    """What a history says has a row for each contract of the kind, the strongest first."""
    told_of = [one.contract for one in seen(queue_history(put("p0", 0, 0, 1), got("p0", 0, 2, 3)))]

    assert tuple(told_of) == LATTICES["Queue"].contracts
    assert all(lattice.documented in lattice.contracts for lattice in LATTICES.values())


def crossed(n: int) -> History:
    """One history in which p1 overtakes p0, or, of an even *n*, does not."""
    first, second = ("p0", "p1") if n % 2 else ("p1", "p0")
    return queue_history(
        put("p0", 0, 0, 1), put("p1", 0, 2, 3), got(second, 0, 4, 5), got(first, 0, 6, 7)
    )  # fmt: skip


def test_the_strongest_contract_is_one_that_no_history_broke() -> None:
    """Three histories of four keep strict FIFO, which is one too few; counts add up."""
    bearing = Bearing()
    for n in (1, 2, 2, 2):
        bearing.judge(crossed(n))

    (event,) = bearing.events("queue", "multiprocessing:fork")

    strict, producer, once = event.rows
    assert (strict.histories, strict.judged, strict.broken, strict.kinds) == (4, 4, 1, {"overtaken": 1})
    assert (once.histories, once.operations, once.judged, once.broken) == (4, 16, 8, 0)
    assert producer.judged == 0
    assert kept.strongest(event) is once
    # That nobody put twice is no proof of the order in which one process's items come.
    assert kept.documented_held(event) is None


def rows(**judged: tuple[int, int]) -> tuple[ContractRow, ...]:
    """Rows of the contracts of a queue: how often each was judged, and broken."""
    names = {"strict": "strict FIFO", "producer": "per-producer FIFO", "once": "exactly-once"}
    return tuple(
        ContractRow(
            contract=name, histories=judged[short][0], judged=judged[short][0], broken=judged[short][1]
        )
        for short, name in names.items()
    )


@pytest.mark.parametrize(
    ("told_rows", "strongest", "held"),
    [
        (rows(strict=(3, 0), producer=(3, 0), once=(3, 0)), "strict FIFO", True),
        (rows(strict=(3, 1), producer=(3, 0), once=(3, 0)), "per-producer FIFO", True),
        (rows(strict=(3, 1), producer=(3, 1), once=(3, 0)), "exactly-once", False),
        (rows(strict=(3, 1), producer=(3, 1), once=(3, 1)), None, False),
        (rows(strict=(0, 0), producer=(0, 0), once=(0, 0)), None, None),
        (rows(strict=(0, 0), producer=(3, 0), once=(3, 0)), "per-producer FIFO", True),
        (rows(strict=(3, 0), producer=(0, 0), once=(3, 0)), "strict FIFO", None),
    ],
)
def test_what_was_never_judged_is_neither_kept_nor_broken(
    told_rows: tuple[ContractRow, ...],
    strongest: str | None,
    held: bool | None,  # noqa: FBT001
) -> None:
    """The strongest needs evidence of its own; so does the documented one."""
    event = ContractEvent(
        kind="Queue", family="queue", backend="b", documented="per-producer FIFO", rows=told_rows
    )
    found = kept.strongest(event)

    assert (found.contract if found else None) == strongest
    assert kept.documented_held(event) is held


def test_evidence_of_several_families_and_runs_is_added_up(tmp_path: Path) -> None:
    """Each backend for itself; results.json says what is concluded, and from how much."""
    one = ContractEvent(
        kind="Queue", family="queue", backend="b", documented="per-producer FIFO",
        rows=rows(strict=(3, 0), producer=(3, 0), once=(3, 0)),
    )  # fmt: skip
    other = msgspec.structs.replace(
        one, family="pool", rows=rows(strict=(2, 1), producer=(2, 0), once=(1, 0))
    )
    third = msgspec.structs.replace(one, backend="c")

    both, alone = kept.together([one, other, third])

    assert (both.family, alone.family) == ("queue, pool", "queue")
    assert [(row.judged, row.broken) for row in both.rows] == [(5, 1), (5, 0), (4, 0)]
    store.write_results(tmp_path, (), [one, other, third])
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [(c["backend"], c["strongest"], c["documented_held"]) for c in document["contracts"]] == [
        ("b", "per-producer FIFO", True), ("c", "strict FIFO", True)
    ]  # fmt: skip


def test_what_is_untested_is_listed_with_its_reason(tmp_path: Path) -> None:
    """In results.json, too, so that no program takes it for granted."""
    known = catalogue.untested()
    store.write_results(tmp_path, (), untested=known)
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))

    assert len(document["untested"]) == len(known) > 20
    assert all(one["reason"] for one in document["untested"])
    assert {one["requirement"] for one in document["untested"]} == {one.id for one in known}


def test_that_a_contract_cannot_be_judged_is_a_defect_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept with its traceback, and nothing more is judged."""

    def broken(_: History) -> tuple[Seen, ...]:
        message = "no such thing"
        raise ValueError(message)

    monkeypatch.setattr(bearing, "seen", broken)
    found = Bearing()
    found.judge(crossed(1))
    found.judge(crossed(2))

    assert "no such thing" in found.fault
    assert found.events("queue", "b") == ()
