"""The checkers of what a manager's server holds, on histories written by hand."""

from typing import Any

import pytest

from manager_tape import made, played, ref
from mpconform.checkers import manager_objects, manager_types
from mpconform.checkers.manager_orders import parts_of
from mpconform.checkers.manager_reading import read
from mpconform.values import History, Operation, Outcome
from tape import error, op

KEY = error("KeyError", "k", bases=("LookupError", "Exception"))


def on(actor: str, method: str, *arguments: Any, at: tuple[int, int | None], **more: Any) -> Operation:
    """A call on the one object, called x."""
    return op(actor, "x", method, *arguments, at=at, **more)


def outcome(name: str, history: History) -> Outcome:
    return getattr(manager_objects, name)(history).outcome


CASES = {
    # name of the checker, kind and arguments, calls: actor, method, arguments, at, result or exception
    "a-key-that-was-set-is-found": ("dict_keys", ("dict",), Outcome.PASS, [
        ("p0", "__setitem__", ["k", 1], (0, 1), None), ("p1", "__getitem__", ["k"], (2, 3), 1)]),
    "a-key-that-was-set-is-lost": ("dict_keys", ("dict",), Outcome.FAIL, [
        ("p0", "__setitem__", ["k", 1], (0, 1), None), ("p1", "__getitem__", ["k"], (2, 3), KEY)]),
    "a-touching-read-may-miss-it": ("dict_keys", ("dict",), Outcome.PASS, [
        ("p0", "__setitem__", ["k", 1], (0, 1), None), ("p1", "__getitem__", ["k"], (1, 3), KEY)]),
    "a-set-that-never-returned-may-be-lost": ("dict_keys", ("dict",), Outcome.PASS, [
        ("p0", "__setitem__", ["k", 1], (0, None), None), ("p1", "__getitem__", ["k"], (2, 3), KEY)]),
    "and-may-take-effect-late": ("dict_keys", ("dict",), Outcome.PASS, [
        ("p0", "__setitem__", ["k", 1], (0, None), None), ("p1", "__getitem__", ["k"], (9, 10), 1)]),
    "a-set-whose-connection-broke-may-be-lost": ("dict_keys", ("dict",), Outcome.PASS, [
        ("p0", "__setitem__", ["k", 1], (0, 1), error("EOFError")), ("p1", "get", ["k"], (2, 3), None)]),
    "one-is-not-true": ("dict_keys", ("dict",), Outcome.FAIL, [
        ("p0", "__setitem__", ["k", 1], (0, 1), None), ("p1", "__getitem__", ["k"], (2, 3), True)]),
    "two-that-pop-one-key": ("dict_keys", ("dict", {"$dict": {"k": 1}}), Outcome.FAIL, [
        ("p0", "pop", ["k"], (0, 5), 1), ("p1", "pop", ["k"], (1, 4), 1)]),
    "two-that-set-a-default": ("dict_keys", ("dict",), Outcome.FAIL, [
        ("p0", "setdefault", ["k", 1], (0, 5), 1), ("p1", "setdefault", ["k", 2], (1, 4), 2)]),
    "keys-are-judged-one-by-one": ("dict_keys", ("dict",), Outcome.PASS, [
        ("p0", "__setitem__", ["k", 1], (0, 1), None), ("p1", "__contains__", ["j"], (2, 3), False)]),
    "half-of-an-update": ("dicts", ("dict",), Outcome.FAIL, [
        ("p0", "update", [{"$dict": {"a": 1, "b": 1}}], (0, 9), None), ("p1", "items", [], (2, 3), [
            {"$tuple": ["a", 1]}])]),
    "all-of-an-update": ("dicts", ("dict",), Outcome.PASS, [
        ("p0", "update", [{"$dict": {"a": 1, "b": 1}}], (0, 9), None), ("p1", "items", [], (2, 3), [
            {"$tuple": ["a", 1]}, {"$tuple": ["b", 1]}])]),
    "a-wrong-length": ("dicts", ("dict", {"$dict": {"a": 1}}), Outcome.FAIL, [
        ("p0", "clear", [], (0, 1), None), ("p0", "__len__", [], (2, 3), 1)]),
    "a-copy": ("dicts", ("dict", {"$dict": {"a": [1]}}), Outcome.PASS, [
        ("p0", "copy", [], (0, 1), {"$pairs": [["a", [1]]]})]),
    "appended-twice": ("lists", ("list", []), Outcome.FAIL, [
        ("p0", "append", [1], (0, 2), None), ("p1", "append", [2], (1, 3), None),
        ("p0", "__getitem__", [{"$slice": [None, None]}], (4, 5), [1, 2, 2])]),
    "appended-in-some-order": ("lists", ("list", []), Outcome.PASS, [
        ("p0", "append", [1], (0, 2), None), ("p1", "append", [2], (1, 3), None),
        ("p0", "__getitem__", [{"$slice": [None, None]}], (4, 5), [2, 1])]),
    "appended-in-the-wrong-order": ("lists", ("list", []), Outcome.FAIL, [
        ("p0", "append", [1], (0, 1), None), ("p1", "append", [2], (2, 3), None),
        ("p0", "__getitem__", [{"$slice": [None, None]}], (4, 5), [2, 1])]),
    "an-empty-list-has-no-last": ("lists", ("list", []), Outcome.PASS, [
        ("p0", "pop", [], (0, 1), error("IndexError", bases=("LookupError", "Exception")))]),
    "but-says-so": ("lists", ("list", []), Outcome.FAIL, [("p0", "pop", [], (0, 1), None)]),
    "what-we-do-not-know-says-nothing": ("lists", ("list", []), Outcome.UNKNOWN, [
        ("p0", "swap", [], (0, 1), None), ("p0", "__len__", [], (2, 3), 5)]),
    "an-attribute-of-all": ("namespaces", ("Namespace", {"a": 1}), Outcome.PASS, [
        ("p0", ".a", [], (0, 1), 1), ("p0", ".a=", [2], (2, 3), None), ("p1", ".a", [], (4, 5), 2)]),
    "a-stale-attribute": ("namespaces", ("Namespace", {"a": 1}), Outcome.FAIL, [
        ("p0", ".a=", [2], (2, 3), None), ("p1", ".a", [], (4, 5), 1)]),
    "an-attribute-deleted-twice": ("namespaces", ("Namespace", {"a": 1}), Outcome.FAIL, [
        ("p0", "__delattr__", ["a"], (0, 1), None), ("p1", "__delattr__", ["a"], (2, 3), None)]),
    "a-stale-value": ("values", ("Value", "i", 5), Outcome.FAIL, [
        ("p0", "set", [6], (0, 1), None), ("p1", ".value", [], (2, 3), 5)]),
    "a-value-while-it-is-set": ("values", ("Value", "i", 5), Outcome.PASS, [
        ("p0", ".value=", [6], (0, 3), None), ("p1", "get", [], (1, 2), 5)]),
    "beyond-an-array": ("arrays", ("Array", "i", [7, 8]), Outcome.FAIL, [
        ("p0", "__getitem__", [2], (0, 1), 7)]),
    "an-element": ("arrays", ("Array", "i", [7, 8]), Outcome.PASS, [
        ("p0", "__setitem__", [-1, 9], (0, 1), None), ("p1", "__getitem__", [1], (2, 3), 9)]),
    "empty-after-a-put": ("queues", ("Queue",), Outcome.FAIL, [
        ("p0", "put", [1], (0, 1), None), ("p1", "get_nowait", [], (2, 3), error("Empty"))]),
    "empty-during-a-put": ("queues", ("Queue",), Outcome.PASS, [
        ("p0", "put", [1], (0, 2), None), ("p1", "get_nowait", [], (2, 3), error("Empty"))]),
    "out-of-order": ("queues", ("Queue",), Outcome.FAIL, [
        ("p0", "put", [1], (0, 1), None), ("p0", "put", [2], (2, 3), None), ("p1", "get", [], (4, 5), 2)]),
    "overfull": ("queues", ("Queue", 1), Outcome.FAIL, [
        ("p0", "put", [1], (0, 1), None), ("p0", "put", [2], (2, 3), None)]),
    "full": ("queues", ("Queue", 1), Outcome.PASS, [
        ("p0", "put", [1], (0, 1), None), ("p0", "put", [2, False], (2, 3), error("Full"))]),
    "a-put-that-waits-is-never-full": ("queues", ("Queue", 1), Outcome.FAIL, [
        ("p0", "put", [1], (0, 1), None), ("p0", "put", [2], (2, 3), error("Full"))]),
    "joined-too-early": ("joinable_queues", ("JoinableQueue",), Outcome.FAIL, [
        ("p0", "put", [1], (0, 1), None), ("p1", "get", [], (2, 3), 1), ("p0", "join", [], (4, 5), None)]),
    "joined-when-done": ("joinable_queues", ("JoinableQueue",), Outcome.PASS, [
        ("p0", "put", [1], (0, 1), None), ("p1", "get", [], (2, 3), 1), ("p0", "join", [], (4, 9), None),
        ("p1", "task_done", [], (8, 9), None)]),
    "done-too-often": ("joinable_queues", ("JoinableQueue",), Outcome.FAIL, [
        ("p0", "task_done", [], (0, 1), None)]),
    "two-have-the-lock": ("locks", ("Lock",), Outcome.FAIL, [
        ("p0", "acquire", [], (0, 1), True), ("p1", "acquire", [], (2, 3), True)]),
    "one-after-the-other": ("locks", ("Lock",), Outcome.PASS, [
        ("p0", "__enter__", [], (0, 1), True), ("p1", "acquire", [], (2, 6), True),
        ("p0", "__exit__", [None, None, None], (4, 6), None)]),
    "a-lock-that-is-free-is-had": ("locks", ("Lock",), Outcome.FAIL, [
        ("p0", "acquire", [False], (0, 1), False)]),
    "a-free-lock-is-released": ("locks", ("Lock",), Outcome.FAIL, [("p0", "release", [], (0, 1), None)]),
    "an-rlock-again": ("rlocks", ("RLock",), Outcome.PASS, [
        ("p0", "acquire", [], (0, 1), True), ("p0", "acquire", [], (2, 3), True),
        ("p1", "acquire", [False], (4, 5), False)]),
    "another-s-rlock": ("rlocks", ("RLock",), Outcome.FAIL, [
        ("p0", "acquire", [], (0, 1), True), ("p1", "release", [], (2, 3), None)]),
    "an-rlock-released-once-of-twice": ("rlocks", ("RLock",), Outcome.FAIL, [
        ("p0", "acquire", [], (0, 1), True), ("p0", "acquire", [], (2, 3), True),
        ("p0", "release", [], (4, 5), None), ("p1", "acquire", [], (6, 7), True)]),
    "one-too-many": ("semaphores", ("Semaphore", 1), Outcome.FAIL, [
        ("p0", "acquire", [], (0, 1), True), ("p1", "acquire", [], (2, 3), True)]),
    "without-a-bound": ("semaphores", ("Semaphore", 1), Outcome.PASS, [
        ("p0", "release", [], (0, 1), None), ("p0", "acquire", [], (2, 3), True),
        ("p1", "acquire", [], (4, 5), True)]),
    "beyond-the-bound": ("semaphores", ("BoundedSemaphore", 1), Outcome.FAIL, [
        ("p0", "release", [], (0, 1), None)]),
    "set-for-all": ("events", ("Event",), Outcome.FAIL, [
        ("p0", "set", [], (0, 1), None), ("p1", "is_set", [], (2, 3), False)]),
    "waited-for": ("events", ("Event",), Outcome.PASS, [
        ("p1", "wait", [], (0, 5), True), ("p0", "set", [], (2, 3), None)]),
    "waited-for-nothing": ("events", ("Event",), Outcome.FAIL, [("p1", "wait", [], (0, 5), True)]),
    "in-vain": ("events", ("Event",), Outcome.PASS, [("p1", "wait", [0.1], (0, 5), False)]),
    "by-another-way": ("by_callmethod", ("list", [4]), Outcome.PASS, [
        ("p0", "_callmethod", ["append", {"$tuple": [5]}], (0, 1), None), ("p0", "__len__", [], (2, 3), 2)]),
    "by-another-way-unheard": ("by_callmethod", ("list", [4]), Outcome.FAIL, [
        ("p0", "_callmethod", ["index", {"$tuple": [5]}], (0, 1), None)]),
    "the-string": ("strings", ("list", [4, "a"]), Outcome.PASS, [("p0", "__str__", [], (0, 1), "[4, 'a']")]),
    "another-string": ("strings", ("list", [4, "a"]), Outcome.FAIL, [
        ("p0", "__str__", [], (0, 1), "<proxy>")]),
    "a-view-that-can-be-sent": ("dicts", ("dict", {"$dict": {"a": 1}}), Outcome.PASS, [
        ("p0", "values", [], (0, 1), {"$other": ["builtins.dict_values", "dict_values([1])"]})]),
    "another-view": ("dicts", ("dict", {"$dict": {"a": 1}}), Outcome.FAIL, [
        ("p0", "values", [], (0, 1), {"$other": ["builtins.dict_values", "dict_values([2])"]})]),
    "the-string-of-what-is-wrong-already": ("strings", ("list", []), Outcome.UNKNOWN, [
        ("p0", "__len__", [], (0, 1), 7), ("p0", "__str__", [], (2, 3), "[]")]),
    "the-value": ("copies", ("list", [4]), Outcome.PASS, [("p0", "_getvalue", [], (0, 1), [4])]),
    "another-value": ("copies", ("list", [4]), Outcome.FAIL, [("p0", "_getvalue", [], (0, 1), [5])]),
}  # fmt: skip


def history_of(kind: tuple[Any, ...], calls: list[tuple[Any, ...]]) -> History:
    operations = []
    for actor, method, arguments, at, result in calls:
        raised = result if isinstance(result, dict) and "mro" in result else None
        operations.append(on(actor, method, *arguments, at=at, to=None if raised else result, raised=raised))
    return played(made(x=kind), *operations)


@pytest.mark.parametrize(("name", "kind", "due", "calls"), CASES.values(), ids=CASES)
def test_calls_have_an_order_that_explains_them(
    name: str, kind: tuple[Any, ...], due: Outcome, calls: list[tuple[Any, ...]]
) -> None:
    """Or else they break the rule; touching intervals, and calls that never returned, order nothing."""
    assert outcome(name, history_of(kind, calls)) is due


ALL = {"$slice": [None, None]}
SORTED = ("lists", ("list", [1, 3, 2]), ("sort",), ("__getitem__", ALL))
UPDATED = ("dicts", ("dict", {"$dict": {"a": 1}}), ("update",), ("copy",))
UPDATED_BY_BOTH = ("dicts", ("dict",), ("update", {"$dict": {"a": 1, "b": 1}}), ("copy",))


@pytest.mark.parametrize(
    ("case", "keywords", "seen", "due"),
    [
        (SORTED, {"reverse": True}, [3, 2, 1], Outcome.PASS),
        (SORTED, {"reverse": True}, [1, 2, 3], Outcome.FAIL),
        (SORTED, {"reverse": True, "key": None}, [1, 2, 3], Outcome.UNKNOWN),
        (UPDATED, {"b": 2}, {"$pairs": [["a", 1], ["b", 2]]}, Outcome.PASS),
        (UPDATED, {"b": 2}, {"$pairs": [["a", 1]]}, Outcome.FAIL),
        (UPDATED_BY_BOTH, {"b": 2}, {"$pairs": [["a", 1], ["b", 2]]}, Outcome.PASS),
        (UPDATED_BY_BOTH, {"b": 2}, {"$pairs": [["a", 1], ["b", 1]]}, Outcome.FAIL),
    ],
)
def test_keywords_count(case: Any, keywords: dict[str, Any], seen: Any, due: Outcome) -> None:
    """What they ask for must have been done; keywords that we do not know say nothing."""
    name, kind, asked, looked = case
    asks, looks = on("p0", *asked, at=(0, 1), **keywords), on("p0", *looked, at=(2, 3), to=seen)

    assert outcome(name, played(made(x=kind), asks, looks)) is due


def test_a_violation_shows_what_came_before() -> None:
    """The call that has no place, and the latest of those that have."""
    _, kind, _, calls = CASES["appended-in-the-wrong-order"]

    (violation,) = manager_objects.lists(history_of(kind, calls)).violations

    assert violation.kind == "list-getitem-unexplained"
    assert [one.method for one in violation.witness] == ["append", "append", "__getitem__"]
    assert "no order of calls on x explains it" in violation.summary


def test_more_than_can_be_searched_is_no_evidence() -> None:
    """It is counted, and neither passes nor fails."""
    calls = [(f"p{n}", "append", [n], (0, 100), None) for n in range(12)]
    calls.append(("main", "__len__", [], (200, 201), 11))

    finding = manager_objects.lists(history_of(("list", []), calls))

    assert finding.outcome is Outcome.UNKNOWN
    assert finding.measures == {"undecided": 1}


NESTED = made(l=("list", []), d=("dict", {"$dict": {"k": ref("l")}}))


def nested(first: int, *, seen: list[int]) -> History:
    return played(
        NESTED,
        (op("p0", "d", "__getitem__", "k", at=(0, 1), to=ref("mine")), "mine"),
        op("p0", "mine", "append", first, at=(2, 3)),
        op("main", "l", "__getitem__", {"$slice": [None, None]}, at=(4, 5), to=seen),
    )


def test_a_fetched_proxy_refers_to_what_was_stored() -> None:
    """What is done by it is done to that, and judged together; by no other requirement."""
    assert manager_objects.nested(nested(1, seen=[1])).outcome is Outcome.PASS
    assert manager_objects.nested(nested(1, seen=[])).outcome is Outcome.FAIL
    assert manager_objects.lists(nested(1, seen=[])).outcome is Outcome.UNKNOWN


def test_a_proxy_of_which_it_is_not_certain_what_it_is_clouds_all_that_it_may_be() -> None:
    """Two were stored at one key: either may have been fetched."""
    objects = {**made(l=("list", []), n=("list", [])), **made(d=("dict",))}
    history = played(
        objects,
        op("p1", "d", "__setitem__", "k", ref("l"), at=(0, 9)),
        op("p1", "d", "__setitem__", "k", ref("n"), at=(10, 19)),
        (op("p0", "d", "__getitem__", "k", at=(5, 15), to=ref("mine")), "mine"),
        op("p0", "mine", "append", 1, at=(20, 21)),
        op("main", "l", "__len__", at=(30, 31), to=7),
    )

    assert {one.name for one in read(history).referents if one.clouded} == {"l", "n"}
    assert manager_objects.lists(history).outcome is Outcome.UNKNOWN


def test_what_main_made_is_known_where_it_was_stored() -> None:
    """By the name that main bound, although others do not know it."""
    history = played(
        made(d=("dict",)),
        (op("main", "m", "list", [1], at=(0, 1), to=ref("t")), "t"),
        op("main", "d", "__setitem__", "k", ref("t"), at=(2, 3)),
        (op("p0", "d", "pop", "k", at=(4, 5), to=ref("mine")), "mine"),
        op("p0", "mine", "__len__", at=(6, 7), to=2),
    )

    assert manager_objects.nested(history).outcome is Outcome.FAIL


def test_clients_that_share_by_address_share_one_object() -> None:
    """Two actors that ask for the same name; a second server would make it another."""
    connected = [
        (op(a, "@", "custom.Manager", at=(t, t + 1), to=ref("c")), "c") for a, t in (("p0", 0), ("p1", 10))
    ]
    asked = [
        (op(a, "c", "shared_dict", "d", at=(t, t + 1), to=ref("d")), "d") for a, t in (("p0", 2), ("p1", 12))
    ]
    uses = [
        op("p0", "d", "__setitem__", "k", 1, at=(20, 21)),
        op("p1", "d", "get", "k", at=(22, 23), to=None),
    ]
    servers = [op("main", "m", "start", at=(-9, -8)), op("main", "n", "start", at=(-7, -6))]
    makers = [
        (op("main", "@", "custom.Manager", at=(-29 + t, -28 + t), to=ref(n)), n)
        for n, t in (("m", 0), ("n", 5))
    ]
    one = played({}, makers[0], servers[0], *connected, *asked, *uses)
    two = played({}, *makers, *servers, *connected, *asked, *uses)

    assert manager_objects.shared(one).outcome is Outcome.FAIL
    assert manager_objects.shared(two).outcome is Outcome.UNKNOWN


def test_parts_are_none_of_what_failed_to_be_made() -> None:
    """A making that raised made nothing."""
    objects = made(x=("list", []))
    history = played(
        {"m": objects["m"]}, op("main", "m", "list", [], at=(0, 1), raised=error("EOFError")),
        op("main", "x", "__len__", at=(2, 3), to=4),
    )  # fmt: skip

    assert not [part for referent in read(history).referents for part in parts_of(referent)]


RUNTIME = error("RuntimeError")


@pytest.mark.parametrize(
    ("calls", "due"),
    [
        ([("p0", "wait", [], (0, 1), RUNTIME)], Outcome.PASS),
        ([("p0", "wait", [], (0, 1), True)], Outcome.FAIL),
        ([("p0", "acquire", [], (0, 1), True), ("p0", "wait", [0.1], (2, 3), False)], Outcome.PASS),
        ([("p0", "acquire", [], (0, 1), True), ("p0", "wait", [0.1], (2, 3), True)], Outcome.FAIL),
        ([("p0", "acquire", [], (0, 1), True), ("p0", "wait", [], (2, 9), False)], Outcome.FAIL),
        (
            [
                ("p0", "acquire", [], (0, 1), True),
                ("p0", "wait", [0.1], (2, 9), True),
                ("p1", "notify", [], (3, 4), None),
            ],
            Outcome.UNKNOWN,
        ),
    ],
)
def test_a_condition_is_waited_for_with_its_lock(calls: list[tuple[Any, ...]], due: Outcome) -> None:
    """True if notified, False if not in time; where both can be, neither is judged."""
    assert manager_types.conditions(history_of(("Condition",), calls)).outcome is due


@pytest.mark.parametrize(
    ("calls", "due"),
    [
        ([("p0", "wait", [], (0, 9), 0), ("p1", "wait", [], (5, 9), 1)], Outcome.PASS),
        ([("p0", "wait", [], (0, 9), 0), ("p1", "wait", [], (5, 9), 0)], Outcome.FAIL),
        ([("p0", "wait", [], (0, 4), 0), ("p1", "wait", [], (5, 9), 1)], Outcome.FAIL),
        ([("p0", "wait", [], (0, 5), 0), ("p1", "wait", [], (5, 9), 1)], Outcome.PASS),
        ([("p0", ".parties", [], (0, 1), 2)], Outcome.PASS),
        ([("p0", ".broken", [], (0, 1), True)], Outcome.FAIL),
        ([("p0", "wait", [], (0, 9), 0), ("p1", "wait", [], (5, None), None)], Outcome.UNKNOWN),
    ],
)
def test_a_barrier_lets_all_go_on_together(calls: list[tuple[Any, ...]], due: Outcome) -> None:
    """Nobody before the last one came, and each with a number of its own."""
    assert manager_types.barriers(history_of(("Barrier", 2), calls)).outcome is due
