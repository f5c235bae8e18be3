"""Themes of Array: elements, slices, bounds, characters, patterns under the lock."""

import hypothesis.strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, ref, verb
from mpconform_scenarios.memory_parts import (
    NUMBERS,
    actors_of,
    hexed,
    made,
    meeting,
    numbers,
    span,
)

__all__ = ("arrays", "patterns")

#: An array of which slices are read is no longer than this: what is read of it is recorded whole.
_SLICED = 200
#: It is read so often in turn: to read it takes no longer than to write it.
_LOOKS = 2
#: So often slices are assigned and read, or read only, one right after the other; and so much is done before.
_IN_A_ROW = (3, 11)
_BESIDE = 4


@st.composite
def arrays(draw: st.DrawFn) -> Scenario:
    """Read and write arrays of numbers and of characters, by index, by slice, and out of bounds."""
    typecode = draw(st.sampled_from(NUMBERS))
    initial = draw(st.lists(numbers(typecode), min_size=1, max_size=6))
    # The long ones take more than a page; only their ends are looked at.
    length = draw(st.integers(2, 8) | st.sampled_from((1100, 4200)))
    end = max(0, length - 8)
    start = draw(st.integers(end, length - 1))
    stop = draw(st.integers(start + 1, length))
    part = draw(st.lists(numbers(typecode), min_size=stop - start, max_size=stop - start))
    index = draw(st.integers(-length, length - 1))
    view = draw(
        st.sampled_from(
            (span(None, None, -1), span(None, None, 2), span(-2, None), span(1, 99), span(-1, -99, -2))
        )
    )
    word = draw(st.binary(min_size=1, max_size=6) | st.sampled_from((b"a\0b", b"\0ab")))
    bare = draw(st.booleans())
    keywords: dict[str, Json] = {"lock": False} if bare else {}
    objects = {
        "a": made("Array", typecode, initial, **keywords),
        "z": made("Array", typecode, length, **keywords),
        "c": made("Array", "c", len(word) + 2, **keywords),
    }
    child = (
        call("a", "__getitem__", -1),
        call("a", "__getitem__", view),
        call("z", "__getitem__", 0),
        call("z", "__setitem__", span(start, stop), part),
        call("z", "__getitem__", span(None, stop)),
        call("z", "__setitem__", index, part[0]),
        call("z", "__getitem__", length),
        call("z", "__setitem__", span(-1, None), part[:1]),
        call("z", "__getitem__", -1),
        call("c", ".value=", hexed(word)),
        call("c", ".value"),
    )
    before = (
        call("a", "__len__"),
        call("a", "__getitem__", span(None, None)),
        call("a", "__getitem__", len(initial)),
        call("z", "__getitem__", span(end, length)),
        call("z", "__setitem__", -length - 1, part[0]),
    )
    after = (
        call("z", "__getitem__", index),
        call("z", "__getitem__", span(start, None)),
        call("z", "__len__"),
        call("c", ".raw"),
        call("c", ".raw=", hexed(bytes(reversed(word)))),
        call("c", ".value"),
        call("c", "__getitem__", span(0, len(word))),
        call("c", "__len__"),
    )
    return Scenario(
        family="memory", theme="arrays", objects=objects,
        actors=actors_of({"p0": child}, before=before, after=after),
    )  # fmt: skip


@st.composite
def patterns(draw: st.DrawFn) -> Scenario:
    """Let several processes fill one array, each with numbers of its own, and scan it meanwhile.

    Some do the same to slices of another array, each of which is one access under its lock; or it has none,
    and they may be torn.  Shrinks to two processes that fill two elements once, and scan them.
    """
    typecode = draw(st.sampled_from(("i", "h", "q", "d")))
    # Long arrays and many accesses: what takes microseconds never meets.
    length = draw(st.sampled_from((2, 64, 1000)))
    scripts = draw(st.lists(st.lists(st.booleans(), max_size=12), min_size=2, max_size=3))
    raw = draw(st.booleans())
    objects = {"a": made("RawArray" if raw else "Array", typecode, length)}
    lock: tuple[Json, ...] = ()
    if raw:
        objects["lk"] = made("RLock")
        lock = (ref("lk"),)
    other = draw(st.sampled_from((None, "RawArray", "Array", "Array")))
    if other is not None:
        objects["o"] = made(other, typecode, min(length, _SLICED))
    whole = span(0, min(length, _SLICED))
    locked = other == "Array"
    often = draw(st.sampled_from(_IN_A_ROW)) if locked else 0
    names = [f"p{index}" for index in range(len(scripts))]
    children: dict[str, list[Step]] = {}
    for index, (name, filling) in enumerate(zip(names, scripts, strict=True)):
        steps = [meeting(*names), verb("fill", ref("a"), 100 * (index + 1), *lock)]
        steps.append(verb("scan", ref("a"), *lock))
        for n, fills in enumerate(filling[: _BESIDE if locked else None], start=1):
            number = 100 * (index + 1) + n
            steps.append(verb("fill", ref("a"), number, *lock) if fills else verb("scan", ref("a"), *lock))
            if other == "RawArray" and fills:
                steps.append(call("o", "__setitem__", whole, [number] * min(length, _SLICED)))
            elif other == "RawArray":
                steps += [call("o", "__getitem__", whole)] * _LOOKS
        if locked:
            # Nothing else between them: what is read slowly meets several assignments.
            assigns = index == 0 or draw(st.booleans())
            steps.append(meeting(*names, point=1))
            for n in range(often):
                number = 100 * (index + 1) + 50 + n
                assigned = call("o", "__setitem__", whole, [number] * min(length, _SLICED))
                read = call("o", "__getitem__", whole)
                # Who assigns reads as well: otherwise it would be through long before the others.
                steps += [assigned if assigns else read, read]
        children[name] = steps
    after = [verb("scan", ref("a"), *lock), *([call("o", "__getitem__", whole)] if locked else [])]
    return Scenario(
        family="memory", theme="patterns", objects=objects, actors=actors_of(children, after=after)
    )
