"""Themes of what a manager's server holds, used by several processes at a time."""

import hypothesis.strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, ref, verb
from mpconform_scenarios.manager_parts import calls, each_once, held, meeting, scenario

__all__ = ("alone", "cells", "dicts", "lists", "queues")

_ACTORS = st.integers(1, 3)
#: How often each does the same at first, all at a time: what goes wrong seldom, takes many.
_RUSH = st.sampled_from((0, 2, 12))
#: The same of all processes together, where more of it is as easily judged.
_LONG_RUSH = st.sampled_from((0, 2, 120, 120))


def _names(count: int) -> list[str]:
    return [f"p{index}" for index in range(count)]


def key_calls(key: Json, number: int) -> list[tuple[Json, ...]]:
    """Return calls on a dictionary that concern *key*; *number* is the actor's own."""
    return [
        ("__setitem__", key, number),
        ("__getitem__", key),
        ("setdefault", key, number + 1),
        ("pop", key),
        ("__contains__", key),
        ("get", key),
        ("get", key, number + 2),
        ("pop", key, None),
        ("__delitem__", key),
        ("__setitem__", key, number + 3),
    ]


def list_calls(number: int) -> list[tuple[Json, ...]]:
    """Return calls on a list; *number* is the actor's own."""
    return [
        ("append", number),
        ("__len__",),
        ("pop",),
        ("__getitem__", 0),
        ("__getitem__", {"$slice": [None, None]}),
        ("extend", [number + 1, number + 2]),
        ("insert", 0, number + 3),
        ("pop", 0),
        ("remove", 1),
        ("__setitem__", -1, number + 4),
        ("__delitem__", 0),
        ("index", number),
        ("count", number),
        ("__contains__", number),
        ("reverse",),
        ("sort",),
        ("__add__", [number + 5]),
        ("__mul__", 2),
        ("__iadd__", [number + 6]),
        ("_getvalue",),
        ("__str__",),
        ("append", number),
    ]


_WHOLE: list[tuple[Json, ...]] = [
    ("__len__",),
    ("keys",),
    ("values",),
    ("items",),
    ("copy",),
    ("_getvalue",),
    ("clear",),
    ("popitem",),
    ("__str__",),
]


@st.composite
def dicts(draw: st.DrawFn) -> Scenario:
    """Let several processes use dictionaries: one of them key by key, one as a whole.

    Smallest: one process that sets one key of the first, and asks the second for its length.
    """
    names = _names(draw(_ACTORS))
    keys: list[Json] = draw(st.sampled_from((["a"], ["a", 7])))
    whole = draw(st.booleans())
    rush = -(-draw(_LONG_RUSH) // len(names))
    first: Json = draw(st.sampled_from(({}, {"a": 1}, {"a": 1, "b": 2})))
    children: dict[str, list[Step]] = {}
    for index, name in enumerate(names):
        number = 100 * (index + 1)
        steps = [meeting(*names)]
        for n in range(rush):
            steps += [call("d", "__setitem__", "a", number + 10 + n), call("d", "__getitem__", "a")]
        choices = [choice for key in keys for choice in key_calls(key, number)]
        steps += draw(calls("d", choices, most=10))
        if whole:
            update: tuple[Json, ...] = ("update", {"$dict": {"a": number + 4, "c": number + 5}})
            steps += draw(
                calls("w", [*_WHOLE, update, *key_calls("a", number)[:4], update, *_WHOLE[:5]], most=8)
            )
        children[name] = steps
    after = [call("d", "get", key) for key in keys]
    after += [call("w", "__len__"), call("w", "items")] if whole else []
    objects = {"d": held("dict"), "w": held("dict", {"$dict": first})}
    return scenario("dicts", objects if whole else {"d": objects["d"]}, children, after=after)


@st.composite
def lists(draw: st.DrawFn) -> Scenario:
    """Let several processes use a list.

    Smallest: one process that appends one number; main reads the list.
    """
    names = _names(draw(_ACTORS))
    first: list[int] = draw(st.sampled_from(([], [3, 1, 2])))
    rush = draw(_RUSH)
    children = {}
    for index, name in enumerate(names):
        number = 100 * (index + 1)
        steps = [meeting(*names), *[call("l", "append", number + 10 + n) for n in range(rush)]]
        children[name] = [*steps, *draw(calls("l", list_calls(number), most=8))]
    after = [call("l", "__getitem__", {"$slice": [None, None]}), call("l", "__len__")]
    return scenario("lists", {"l": held("list", first)}, children, after=after)


def attribute_calls(number: int) -> list[tuple[Json, ...]]:
    """Return calls on a Namespace; *number* is the actor's own."""
    return [
        (".x=", number),
        (".x",),
        (".y=", number + 1),
        (".y",),
        ("__delattr__", "x"),
        (".x=", number + 2),
        (".x",),
        ("__delattr__", "y"),
    ]


def value_calls(number: int) -> list[tuple[Json, ...]]:
    """Return calls on a Value; *number* is the actor's own."""
    return [(".value=", number), (".value",), ("set", number + 1), ("get",), (".value=", number + 2)]


def element_calls(number: int) -> list[tuple[Json, ...]]:
    """Return calls on an Array of three; *number* is the actor's own."""
    return [
        ("__setitem__", 0, number),
        ("__getitem__", 0),
        ("__setitem__", 2, number + 1),
        ("__getitem__", 2),
        ("__len__",),
        ("__getitem__", 9),
        ("__getitem__", -1),
    ]


@st.composite
def cells(draw: st.DrawFn) -> Scenario:
    """Let several processes use a Namespace, a Value and an Array.

    Smallest: one process, one call on each.
    """
    names = _names(draw(_ACTORS))
    rush = draw(_RUSH)
    children = {}
    for index, name in enumerate(names):
        number = 100 * (index + 1)
        steps = [meeting(*names)]
        for n in range(rush):
            steps += [call("v", ".value=", number + 10 + n), call("v", ".value")]
            steps += [call("n", ".x=", number + 10 + n), call("n", ".x")]
        for target, choices in zip("nva", (attribute_calls, value_calls, element_calls), strict=True):
            steps += draw(calls(target, choices(number)))
        children[name] = steps
    after = [call("n", ".x"), call("n", ".y"), call("v", ".value"), call("a", "__getitem__", 0)]
    typecode = draw(st.sampled_from(("i", "l", "d")))
    first: list[Json] = [7.5, 8.0, 9.0] if typecode == "d" else [7, 8, 9]
    objects = {
        "n": held("Namespace", x=1),
        "v": held("Value", "i", 5),
        "a": held("Array", "i" if typecode == "d" else typecode, [7, 8, 9]),
        "f": held("Array", "d", first),
        "o": held("Namespace", x=1),
        "h": held("list", [ref("o")]),
    }
    after.append(call("f", "__getitem__", 1))
    before = [call("o", "._own=", 3), call("o", "._own"), call("h", "__getitem__", 0, bind="second")]
    before += [call("second", "._own"), call("second", ".x")]
    return scenario("cells", objects, children, before=before, after=after)


def queue_calls(number: int) -> list[tuple[Json, ...]]:
    """Return calls on a queue that do not wait; *number* is the actor's own."""
    return [
        ("put_nowait", number),
        ("get_nowait",),
        ("qsize",),
        ("empty",),
        ("full",),
        ("put", number + 1, False),
        ("get", False),
        ("put_nowait", number + 2),
    ]


@st.composite
def queues(draw: st.DrawFn) -> Scenario:
    """Let several processes put and get, with and without waiting, at a queue that may be small.

    Three queues, or one of them: one that may refuse, one that everybody waits at, and one that is joined.
    One process may be at its task still when the others join.
    Smallest: one process that puts one thing, and gets it; a JoinableQueue that is joined.
    """
    names = _names(draw(_ACTORS))
    used = draw(st.sampled_from((*["qrj"] * 6, "q", "r", "j")))
    size = draw(st.sampled_from((0, 0, len(names))))
    # Where there is room for everything, it may all be put before anything is got: a queue has an order then.
    ahead = size == 0 and draw(st.sampled_from((False, True, True)))
    busy = draw(st.sampled_from((None, 0.005, 0.02))) if len(names) > 1 else None
    maxsize = draw(st.sampled_from((0, 1, 3)))
    short = draw(st.sampled_from((0.001, 0.02)))
    children = {}
    for index, name in enumerate(names):
        number = 100 * (index + 1)
        timed = [call("q", "put", number + 2, timeout_s=short), call("q", "get", timeout_s=short)]
        some = draw(calls("q", queue_calls(number), least=0, most=6))
        some += timed * draw(st.integers(0, 1))
        # Each gets as often as it puts, whatever the others do: nobody waits for ever.
        times = draw(st.sampled_from((1, 2, 3, 4, 16)))
        puts, get = [call("r", "put", number + n) for n in range(times)], call("r", "get")
        waits = [*puts, *[get] * times] if ahead else [step for put in puts for step in (put, get)]
        took = [call("j", "put", number), call("j", "get")]
        done = call("j", "task_done")
        joins = [call("j", "join")] * draw(st.integers(0, 1))
        if busy is None:
            tasks = [*took, done, *joins]
        elif index:
            tasks = [*took, done, meeting(*names, point=1), call("j", "join")]
        else:
            tasks = [*took, meeting(*names, point=1), verb("hold", busy), done, *joins]
        parts = {"q": some, "r": waits, "j": tasks}
        children[name] = [meeting(*names), *(step for queue in used for step in parts[queue])]
    objects = {"q": held("Queue", maxsize), "r": held("Queue", size), "j": held("JoinableQueue")}
    after = [call("q", "get_nowait"), call("j", "join"), call("j", "task_done"), call("q", "qsize")]
    after = [step for step in after if step.target in used]
    return scenario("queues", {queue: objects[queue] for queue in used}, children, after=after)


def _part(*bounds: Json) -> Json:
    return {"$slice": [*bounds]}


#: Calls on a list at other places than its ends, and at places that it does not have.
_PLACES: list[tuple[Json, ...]] = [
    ("insert", -1, 21),
    ("insert", 1, 22),
    ("insert", 99, 23),
    ("insert", -99, 24),
    ("pop", -1),
    ("pop", 1),
    ("pop", 99),
    ("__getitem__", -1),
    ("__getitem__", 99),
    ("__getitem__", _part(1, None)),
    ("__getitem__", _part(-2, 99)),
    ("__getitem__", _part(None, None, -1)),
    ("__setitem__", 1, 25),
    ("__setitem__", 99, 26),
    ("__setitem__", _part(0, 1), [27, 28]),
    ("__setitem__", _part(1, 1), [29]),
    ("__setitem__", _part(None, None, 2), [30, 31]),
    ("__delitem__", -1),
    ("__delitem__", _part(0, 2)),
    ("__delitem__", _part(None, None, 2)),
    ("index", 1, 1),
    ("remove", 99),
    ("extend", []),
    ("extend", [1, 3, 1]),
    ("__mul__", 0),
    ("__imul__", 2),
]
#: Calls on a dictionary that concern a key that it does not have, and more than one key.
_ABSENCES: list[tuple[Json, ...]] = [
    ("update", {"$dict": {"a": 21, "y": 22}}),
    ("update", [["y", 23], ["b", 24]]),
    ("pop", "z", 25),
    ("pop", "z"),
    ("get", "z", 26),
    ("get", "z"),
    ("setdefault", "z"),
    ("__getitem__", "z"),
    ("__delitem__", "z"),
    ("__contains__", "z"),
]
_AT_ONCE: tuple[Json, ...] = ("acquire", False)
_TAKING: list[tuple[Json, ...]] = [_AT_ONCE, ("release",), _AT_ONCE, ("acquire", True, 0.001)]
_DONE: list[tuple[Json, ...]] = [("put", 1), ("get", False), ("task_done",), ("qsize",), ("empty",)]
_SIGNALS: list[tuple[Json, ...]] = [("set",), ("is_set",), ("clear",), ("wait", 0.001), ("is_set",)]


def _by_keywords(target: str) -> dict[str, list[Step]]:
    """Return calls with keywords, by the kind of what *target* is."""
    updates = [call(target, "update", a=31), call(target, "update", {"$dict": {"b": 32}}, y=33)]
    return {"list": [call(target, "sort", reverse=True)], "dict": updates}


@st.composite
def alone(draw: st.DrawFn) -> Scenario:
    """Let main alone call objects of some kinds again and again, so that each answer is certain.

    Some of the calls, or each of them once; at last, what a list or a dictionary then holds.
    Smallest: one call on a list.
    """
    kinds: list[tuple[str, tuple[Json, ...], list[tuple[Json, ...]]]] = [
        ("list", ([3, 1, 2],), [*list_calls(1), *_PLACES]),
        (
            "dict",
            ({"$dict": {"a": 1, "b": 2}},),
            [*_WHOLE, *key_calls("a", 100), *key_calls("c", 7), *_ABSENCES],
        ),
        ("Namespace", (), attribute_calls(1)),
        ("Value", ("i", 5), value_calls(1)),
        ("Array", ("i", [7, 8, 9]), element_calls(1)),
        ("Queue", (2,), queue_calls(1)),
        ("Queue", (), queue_calls(1)),
        ("JoinableQueue", (), _DONE),
        ("Lock", (), _TAKING),
        ("RLock", (), _TAKING),
        ("Semaphore", (2,), _TAKING),
        ("BoundedSemaphore", (2,), _TAKING),
        ("Event", (), _SIGNALS),
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(kinds))), min_size=1, max_size=6, unique=True))
    least = draw(st.sampled_from((1, 8)))
    objects = {f"o{at}": held(kinds[at][0], *kinds[at][1]) for at in chosen}
    steps: list[Step] = []
    for at in chosen:
        kind, _, choices = kinds[at]
        name = f"o{at}"
        more = _by_keywords(name).get(kind, ())
        if draw(st.sampled_from((False, True))):
            looks = [call(name, "_getvalue")] if kind in {"list", "dict"} else []
            steps += [*draw(each_once(name, choices, *more)), *looks]
        else:
            steps += draw(calls(name, choices, *more, least=least, most=30))
    return scenario("alone", objects, {}, before=steps)
