"""Themes of proxies: what they show, what they return, proxies within referents, references, a Pool."""

import hypothesis.strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, ref, verb
from mpconform_scenarios.manager_parts import MANAGER, actors_of, held, meeting, scenario

__all__ = ("nested", "pools", "proxies", "references", "types")

_KEYS = st.sampled_from((["k"], ["k", "l"], ["l", "k", "z"]))


@st.composite
def proxies(draw: st.DrawFn) -> Scenario:
    """Look at a list and a dictionary in every way, in main or in a child that is given the proxies.

    Smallest: main alone.
    """
    keys = draw(_KEYS)
    number = draw(st.integers(1, 9))
    inner: Json = [number]
    content = {key: [number + at] for at, key in enumerate(keys)}
    looks: list[Step] = [
        call("d", "__str__"),
        call("d", "__repr__"),
        call("d", "_getvalue"),
        call("d", "__eq__", {"$dict": content}),
        call("l", "__str__"),
        call("l", "__repr__"),
        call("l", "_getvalue"),
        call("l", "__eq__", [number, inner]),
        call("l", "__eq__", ref("l")),
        call("l", "__eq__", ref("o")),
    ]
    iteration = [call("d", "__iter__", bind="it"), *[call("it", "__next__")] * (len(keys) + 1)]
    copying = [
        call("d", "__getitem__", "k", bind="x"),
        call("x", "append", 7),
        call("d", "__getitem__", "k"),
        call("x", "copy"),
        call("d", "__setitem__", "k", ref("x")),
        call("d", "__getitem__", "k"),
    ]
    called = [
        call("c", "_getvalue"),
        call("c", "_callmethod", "append", {"$tuple": [number]}),
        call("c", "_callmethod", "__getitem__", {"$tuple": [0]}),
        call("c", "_callmethod", "__len__"),
        call("c", "_callmethod", "index", {"$tuple": [number + 1]}),
        call("u", "_callmethod", "nothing"),
        call("u", "_callmethod", "__class__"),
        call("c", "append", number),
        call("c", "_getvalue"),
    ]
    errors = [
        call("d", "__getitem__", "missing"),
        call("d", "__delitem__", {"$tuple": [number, "none"]}),
        call("l", "__getitem__", 99),
        call("l", "remove", 99),
        call("l", "__len__"),
        call("d", "__len__"),
    ]
    parts = [looks, iteration, called, errors, copying]
    steps = [step for part in draw(st.permutations(parts)) for step in part]
    objects = {
        "d": held("dict", {"$dict": content}),
        "l": held("list", [number, inner]),
        "o": held("list", [number, inner]),
        "c": held("list"),
        "u": held("list"),
    }
    if draw(st.booleans()):
        # A proxy that came by a process has no manager, and by that no iterators.
        mine = [step for part in draw(st.permutations([looks, called, errors, copying])) for step in part]
        return scenario("proxies", objects, {"p0": mine}, before=iteration)
    return scenario("proxies", objects, {}, before=steps)


@st.composite
def nested(draw: st.DrawFn) -> Scenario:
    """Let processes reach a list and a dictionary through others that hold their proxies.

    Smallest: one process that appends to a list in a dictionary.
    """
    names = [f"p{index}" for index in range(draw(st.integers(1, 3)))]
    times = draw(st.integers(1, 4))
    children = {}
    for index, name in enumerate(names):
        number = 100 * (index + 1)
        steps = [meeting(*names), call("d", "__getitem__", "list", bind="mine")]
        steps += [call("mine", "append", number + n) for n in range(times)]
        if draw(st.booleans()):
            steps += [call("a", "__getitem__", 0, bind="other"), call("other", "__setitem__", name, number)]
            steps += [call("other", "__len__")]
        children[name] = steps
    # What nobody but the dictionary refers to, is there for who asks the dictionary.
    before = [
        call("m", "list", [1], bind="lone"),
        call("d", "__setitem__", "lone", ref("lone")),
        verb("collect", "lone"),
    ]
    how = draw(st.sampled_from(("__getitem__", "pop")))
    children["p0"] += [call("d", how, "lone", bind="found"), call("found", "append", 2)]
    children["p0"] += [call("found", "__getitem__", {"$slice": [None, None]}), call("found", "__len__")]
    objects = {
        "l": held("list"),
        "e": held("dict"),
        "d": held("dict", {"$dict": {"list": ref("l")}}),
        "a": held("list", [ref("e")]),
    }
    after = [call("l", "__getitem__", {"$slice": [None, None]}), call("e", "__len__")]
    return scenario("nested", objects, children, before=before, after=after)


@st.composite
def references(draw: st.DrawFn) -> Scenario:
    """Make objects that are counted in the server, refer to them from several places, and let go of them.

    Smallest: one object that is made, counted, dropped, and counted again.
    """
    labels = [f"entry {index}" for index in range(draw(st.integers(1, 3)))]
    in_child = draw(st.booleans())
    steps = []
    for index, label in enumerate(labels):
        name = f"e{index}"
        steps += [call("m", "Entry", label, bind=name), call(name, "label"), call("g", "count", label)]
        kept = draw(st.booleans())
        if kept:
            steps += [call("d", "__setitem__", label, ref(name))]
        steps += [verb("collect", name), call("g", "count", label)]
        if kept:
            fetched = [call("d", "__getitem__", label, bind=name), call(name, "label"), verb("collect", name)]
            # Each time, a count goes up and down again, and must never come to nothing.
            steps += fetched * draw(st.integers(1, 16))
            steps += [call("g", "count", label)]
    made = {
        "m": ObjectSpec(factory="custom.Manager"),
    }
    before = [call("m", "start"), call("m", "dict", bind="d"), call("m", "Ledger", bind="g"), *steps]
    children: dict[str, list[Step]] = {}
    if in_child:
        # The child has a client of its own, which goes with it.
        before += [verb("publish", "address", {"$attribute": ["m", "address"]})]
        children["p0"] = [
            call("@", "custom.Manager", {"$published": "address"}, bind="c"),
            call("c", "connect"),
            call("c", "Entry", "child's", bind="e"),
            call("c", "Ledger", bind="own"),
            call("e", "label"),
            call("own", "count", "child's"),
        ]
    after = [call("g", "count", "child's")] if in_child else []
    return Scenario(
        family="manager",
        theme="references",
        objects=made,
        actors=actors_of(children, before=before, after=[*after, call("m", "shutdown")]),
    )


_TYPES: list[tuple[str, list[Json], dict[str, Json]]] = [
    ("list", [[1]], {}),
    ("dict", [], {}),
    ("Namespace", [], {"x": 1}),
    ("Value", ["i", 1], {}),
    ("Array", ["i", [1]], {}),
    ("Queue", [], {}),
    ("JoinableQueue", [1], {}),
    ("Lock", [], {}),
    ("RLock", [], {}),
    ("Semaphore", [2], {}),
    ("BoundedSemaphore", [2], {}),
    ("Condition", [], {}),
    ("Event", [], {}),
    ("Barrier", [1], {}),
]


@st.composite
def types(draw: st.DrawFn) -> Scenario:
    """Make an object of every type that a manager offers, in some order, and use each once."""
    chosen = draw(st.permutations(range(len(_TYPES))))
    uses: dict[str, tuple[Json, ...]] = {
        "list": ("__len__",),
        "dict": ("__len__",),
        "Namespace": (".x",),
        "Value": (".value",),
        "Array": ("__len__",),
        "Queue": ("qsize",),
        "JoinableQueue": ("empty",),
        "Lock": ("acquire",),
        "RLock": ("acquire",),
        "Semaphore": ("acquire",),
        "BoundedSemaphore": ("acquire",),
        "Condition": ("acquire",),
        "Event": ("is_set",),
        "Barrier": ("wait",),
    }
    before: list[Step] = []
    for index in chosen:
        kind, arguments, keywords = _TYPES[index]
        method, *given = uses[kind]
        before.append(call("m", kind, *arguments, bind=f"o{index}", **keywords))
        before.append(call(f"o{index}", str(method), *given))
    return Scenario(family="manager", theme="types", objects=MANAGER, actors=actors_of({}, before=before))


@st.composite
def pools(draw: st.DrawFn) -> Scenario:
    """Let main use a Pool in the server.

    Smallest: one worker, one task each by apply, map, apply_async and imap.
    """
    count = draw(st.integers(1, 5))
    square: Json = {"$function": "square"}
    numbers = list(range(1, count + 1))
    steps = [
        call("m", "Pool", draw(st.integers(1, 2)), bind="pool"),
        call("pool", "apply", square, {"$tuple": [count]}),
        call("pool", "map", square, numbers),
        call("pool", "apply_async", square, {"$tuple": [count]}, bind="result"),
        call("result", "get"),
        call("pool", "imap", square, numbers, bind="it"),
        *[call("it", "__next__")] * (count + 1),
        call("pool", "apply", square, {"$tuple": ["no number"]}),
        call("pool", "close"),
        call("pool", "join"),
    ]
    return Scenario(family="manager", theme="pools", objects=MANAGER, actors=actors_of({}, before=steps))
