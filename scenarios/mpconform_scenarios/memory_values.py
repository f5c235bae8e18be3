"""Themes of Value and of raw objects: types, registers, counters, locks, aliases."""

import hypothesis.strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, ref, verb
from mpconform_scenarios.memory_parts import (
    MAIN,
    NUMBERS,
    TYPECODES,
    actors_of,
    distinct,
    ends,
    made,
    meeting,
    numbers,
)

__all__ = ("counters", "locks", "raws", "registers", "values")

#: Types that hold the numbers of an increment, or of a register, without wrapping round.
_WIDE = tuple("ilqILQd")

#: A lock by position, which must be refused; and the argument of an attempt to take one.
_POSITIONAL: tuple[Json, ...] = ("i", 0, False)
_AT_ONCE: tuple[Json, ...] = (False,)


@st.composite
def values(draw: st.DrawFn) -> Scenario:
    """Store values of some types in Values, in one process and in another, and read them in both."""
    typecodes = draw(st.lists(st.sampled_from(TYPECODES), min_size=1, max_size=4, unique=True))
    bare = draw(st.booleans())
    keywords: dict[str, Json] = {"lock": False} if bare else {}
    objects = {}
    before = [call("@", "Value", *_POSITIONAL)]
    child: list[Step] = []
    after: list[Step] = []
    for index, typecode in enumerate(typecodes):
        name = f"v{index}"
        first = draw(st.lists(numbers(typecode), max_size=1))
        mine, *theirs = draw(distinct(typecode, least=2, most=3))
        objects[name] = made("Value", typecode, *first, **keywords)
        before.append(call(name, ".value"))
        child.append(call(name, ".value"))
        for one in theirs:
            child += [call(name, ".value=", one), call(name, ".value")]
        after += [call(name, ".value"), call(name, ".value=", mine), call(name, ".value")]
        for end in ends(typecode):
            if end not in (0, mine, *first, *theirs):  # So that no two writes are alike.
                after += [call(name, ".value=", end), call(name, ".value")]
    return Scenario(
        family="memory", theme="values", objects=objects,
        actors=actors_of({"p0": child}, before=before, after=after),
    )  # fmt: skip


@st.composite
def registers(draw: st.DrawFn) -> Scenario:
    """Let several processes read and write one Value at a time, with values that all differ."""
    typecode = draw(st.sampled_from(_WIDE))
    scripts = draw(st.lists(st.lists(st.booleans(), min_size=1, max_size=12), min_size=1, max_size=3))
    names = [f"p{index}" for index in range(len(scripts))]
    children = {}
    for index, (name, writing) in enumerate(zip(names, scripts, strict=True)):
        steps = [meeting(*names), call("v", ".value=", 1000 * (index + 1))]
        for n, writes in enumerate(writing, start=1):
            number = 1000 * (index + 1) + n
            steps.append(call("v", ".value=", number) if writes else call("v", ".value"))
        children[name] = steps
    return Scenario(
        family="memory", theme="registers", objects={"v": made("Value", typecode, 0)},
        actors=actors_of(children, after=(call("v", ".value"),)),
    )  # fmt: skip


@st.composite
def counters(draw: st.DrawFn) -> Scenario:
    """Let several processes increment a Value and elements of an Array, and read meanwhile."""
    typecode = draw(st.sampled_from(_WIDE))
    # Processes meet within a millisecond: to overlap at all, they must go on for longer than that.
    shares = draw(st.lists(st.sampled_from((1, 50, 250)), min_size=2, max_size=3))
    length = draw(st.integers(1, 3))
    first = draw(st.integers(0, 9))
    raw = draw(st.booleans())
    objects = {"v": made("Value", typecode, first), "a": made("Array", typecode, length)}
    lock: tuple[Json, ...] = ()
    if raw:
        objects = {"v": made("RawValue", typecode, first), "a": made("RawArray", typecode, length)}
        objects["lk"] = made("RLock")
        lock = (ref("lk"),)
    names = [f"p{index}" for index in range(len(shares))]
    children = {
        name: (
            meeting(*names),
            verb("increment", ref("v"), share, *lock),
            call("v", ".value"),
            verb("increment_index", ref("a"), index % length, share, *lock),
            call("a", "__getitem__", index % length),
            verb("increment", ref("v"), 1, *lock),
        )
        for index, (name, share) in enumerate(zip(names, shares, strict=True))
    }
    after = (call("v", ".value"), *(call("a", "__getitem__", index) for index in range(length)))
    return Scenario(
        family="memory", theme="counters", objects=objects, actors=actors_of(children, after=after)
    )


@st.composite
def locks(draw: st.DrawFn) -> Scenario:
    """Hold an object's lock in main, however it is reached, while a child tries to get in."""
    kind = draw(st.sampled_from(("", "RLock", "Lock")))
    array = draw(st.booleans())
    through = draw(st.sampled_from(("get_lock", "object", *(["given"] if kind else []))))
    objects = {"lk": made(kind)} if kind else {}
    keywords: dict[str, Json] = {"lock": ref("lk")} if kind else {}
    objects["v"] = made("Array", "i", 2, **keywords) if array else made("Value", "i", 7, **keywords)
    objects["bare"] = made("Array", "i", 2, lock=False) if array else made("Value", "i", 7, lock=False)
    reading = call("v", "__getitem__", 0) if array else call("v", ".value")
    writing = call("v", "__setitem__", 0, 8) if array else call("v", ".value=", 8)
    access = draw(st.sampled_from((reading, writing)))
    name = {"get_lock": "held", "object": "v", "given": "lk"}[through]
    child: tuple[Step, ...] = (
        meeting(MAIN, "p0"),
        call("v", "get_lock", bind="tried"),
        call("tried", "acquire", *_AT_ONCE),
        # Whatever main holds it through, it is this lock if it was given.
        *([call("lk", "acquire", *_AT_ONCE)] if kind else []),
        access,
        call("v", "__enter__"),
        call("v", "__exit__", None, None, None),
        call("bare", "get_lock"),
    )
    main = (
        call("v", "get_obj"),
        call("v", "get_lock", bind="held"),
        call("bare", "get_lock"),
        call(name, "acquire"),
        call("p0", "start"),
        meeting(MAIN, "p0"),
        verb("await_invoked", "p0", child.index(access)),
        verb("hold", 0.01),
        call(name, "release"),
        call("p0", "join"),
    )
    actors = actors_of({"p0": child})
    actors[MAIN] = type(actors[MAIN])(steps=main)
    return Scenario(family="memory", theme="locks", objects=objects, actors=actors)


@st.composite
def raws(draw: st.DrawFn) -> Scenario:
    """Make several raw objects side by side; let a child write to each, and all read all."""
    # The long ones take more than a page; only their ends are looked at.
    lengths = st.integers(0, 3) | st.sampled_from((600, 1100))
    shapes = draw(st.lists(st.tuples(st.sampled_from(NUMBERS), lengths), min_size=2, max_size=5))
    given = draw(st.booleans())
    objects: dict[str, ObjectSpec] = {}
    look: list[Step] = []
    child: list[Step] = []
    for index, (typecode, length) in enumerate(shapes):
        name, number = f"r{index}", 10 * (index + 1)
        if length:
            objects[name] = made("RawArray", typecode, [number] * length if given and length < 9 else length)
            look.append(call(name, "__getitem__", {"$slice": [max(0, length - 3), length]}))
            child.append(call(name, "__setitem__", length - 1, number + 1))
        else:
            objects[name] = made("RawValue", typecode, *([number] if given else []))
            look.append(call(name, ".value"))
            child.append(call(name, ".value=", number + 1))
        child += look
    return Scenario(
        family="memory", theme="raws", objects=objects,
        actors=actors_of({"p0": (*look, *child)}, before=look, after=look),
    )  # fmt: skip
