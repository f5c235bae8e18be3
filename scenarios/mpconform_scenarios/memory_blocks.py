"""Themes of SharedMemory and ShareableList: contents, names, endings, lists.

In every scenario main makes a block before it starts a child: a resource tracker that main
and its children share runs from then on (gh-82300).  Views are dropped and collected before
their block is closed.
"""

import hypothesis.strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, make, payload, verb
from mpconform_scenarios.memory_parts import actors_of, hexed, made, span, unique

__all__ = ("blocks", "lists", "names")

_MEMORY = "shared_memory.SharedMemory"
_LIST = "shared_memory.ShareableList"

#: Values of a ShareableList; none ends in NUL (gh-96779).
_SCALARS = (
    st.none()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.booleans()
    | st.sampled_from((0.5, -1e300))
    | st.sampled_from(("", hexed(b""), 0, 0.0, -1, "0", "None"))
    | st.text(alphabet="abcXYZ 019", max_size=20)
    | st.binary(min_size=1, max_size=20).map(lambda data: hexed(data.rstrip(b"\0")))
)
#: Text of as many characters as fit where its bytes do not, if places are measured in characters.
_WORD = "日本語"
_TEXTS = st.sampled_from(("é", "naïve", "日本語", "grüße €€€€€€€€")) | st.text(
    alphabet="aäß€日𝄞", min_size=1, max_size=20
).map(lambda text: f"é{text}")


@st.composite
def blocks(draw: st.DrawFn) -> Scenario:
    """Write to a block in three processes, attached and passed; close it here, use it there."""
    part = draw(st.sampled_from((1, 8, 100, 1500, 30_000)))
    extra = draw(st.integers(0, 3))
    size = 3 * part + extra
    seeds = draw(st.integers(1, 1 << 20))
    passed = draw(st.booleans())
    first, second, third = (span(part * n, part * (n + 1)) for n in range(3))
    p0: tuple[Step, ...] = (
        *(() if passed else (make("mine", _MEMORY, name=unique("seg"), size=1),)),
        *_attached("seg" if passed else "mine"),
        call("view", "__getitem__", first),
        call("view", "__setitem__", second, payload(seeds + 1, part)),
        verb("collect", "view"),
        call("seg" if passed else "mine", "close"),
    )
    p1: tuple[Step, ...] = (
        make("mine", _MEMORY, unique("seg")),
        *_attached("mine"),
        call("view", "__setitem__", third, payload(seeds + 2, part)),
        call("view", "__setitem__", 3 * part - 1, 77),
        call("view", "__getitem__", first),
    )
    before = (
        verb("echo", unique("seg")),
        *_attached("seg"),
        call("view", "__setitem__", first, payload(seeds, part)),
        call("seg", ".size=", 1),
        make("none", _MEMORY, name=unique("seg"), create=True, size=size),
    )
    after = (
        call("view", "__getitem__", second),
        call("view", "__getitem__", 3 * part - 1),
        make("other", _MEMORY, name=unique("seg")),
        call("other", ".buf", bind="look"),
        call("seg", "unlink"),
        call("look", "__getitem__", first),
        call("look", "__setitem__", 0, 5),
        call("look", "__getitem__", 0),
        make("none", _MEMORY, name=unique("seg")),
        verb("collect", "view", "look"),
        call("seg", "close"),
        call("other", "close"),
    )
    return Scenario(
        family="memory", theme="blocks",
        objects={"seg": made(_MEMORY, name=unique("seg"), create=True, size=size)},
        actors=actors_of({"p0": p0, "p1": p1}, before=before, after=after),
    )  # fmt: skip


def _attached(name: str) -> tuple[Step, ...]:
    """Return the steps that look at a block, and bind its memory to ``view``."""
    return (
        call(name, ".name"),
        call(name, ".size"),
        call(name, ".buf", bind="view"),
        call("view", "__len__"),
    )


@st.composite
def names(draw: st.DrawFn) -> Scenario:
    """Use names that are missing, taken, unlinked and free again; let a block outlive its maker.

    There may be many blocks at a time that were given no names.  The child may unlink the block that main
    made, and make another one, of any size, under its name: that is what main then finds there, although it
    still has the old one open.
    """
    size = draw(st.sampled_from((1, 100, 5000)))
    empty = draw(st.integers(-1, 0))
    seed = draw(st.integers(1, 1 << 20))
    many, renewed = draw(st.sampled_from(((0, None), (0, 1), (0, 100), (0, 5000), (12, None))))
    nameless = ("auto", "twin", *(f"n{index}" for index in range(many)))
    ours, theirs, auto = unique("a"), unique("b"), {"$attribute": ["auto", "name"]}
    before = (
        verb("echo", ours, theirs),
        make("none", _MEMORY, name=ours),
        make("none", _MEMORY, name=theirs, create=True, size=empty),
        make("kept", _MEMORY, name=ours, create=True, size=size),
        make("none", _MEMORY, name=ours, create=True, size=size),
        *(make(name, _MEMORY, create=True, size=size) for name in nameless),
        *(call(name, ".name") for name in nameless),
        make("again", _MEMORY, auto),
        call("again", ".name"),
        call("again", ".size"),
    )
    renewal, found = _renewal(ours, size, renewed, seed) if renewed else ((), ())
    child = (
        make("mine", _MEMORY, name=theirs, create=True, size=size),
        call("mine", ".buf", bind="view"),
        call("view", "__setitem__", span(0, size), payload(seed, size)),
        verb("collect", "view"),
        call("mine", "close"),
        *renewal,
    )
    after = (
        *found,
        make("left", _MEMORY, name=theirs),
        call("left", ".buf", bind="view"),
        call("view", "__getitem__", span(0, size)),
        verb("collect", "view"),
        call("left", "unlink"),
        make("none", _MEMORY, name=theirs),
        make("anew", _MEMORY, name=theirs, create=True, size=size),
        # Who unlinks by an object whose name is another block's now, unlinks that.
        *(call(name, "unlink") for name in ("anew", "found" if renewed else "kept", *nameless)),
        *(call(name, "close") for name in ("left", "anew", "kept", *nameless, "again")),
    )
    return Scenario(
        family="memory", theme="names", actors=actors_of({"p0": child}, before=before, after=after)
    )  # fmt: skip


def _renewal(name: Json, size: int, renewed: int, seed: int) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return the child's steps that give the *name* of a block to another, and those that then look at both.

    Who looks has had the old block open as ``kept`` all the time, and has written nothing to it.
    """
    child = (
        make("given", _MEMORY, name=name),
        call("given", ".buf", bind="view"),
        call("view", "__setitem__", span(0, size), payload(seed + 1, size)),
        verb("collect", "view"),
        call("given", "unlink"),
        call("given", "close"),
        make("fresh", _MEMORY, name=name, create=True, size=renewed),
        call("fresh", ".buf", bind="view"),
        call("view", "__setitem__", span(0, renewed), payload(seed + 2, renewed)),
        verb("collect", "view"),
        call("fresh", "close"),
    )
    found = (
        make("found", _MEMORY, name=name),
        call("found", ".size"),
        call("found", ".buf", bind="view"),
        call("view", "__getitem__", span(0, renewed)),
        call("kept", ".buf", bind="view"),
        call("view", "__getitem__", span(0, size)),
        verb("collect", "view"),
        call("found", "close"),
    )
    return child, found


@st.composite
def lists(draw: st.DrawFn) -> Scenario:
    """Read, search, replace and overfill a ShareableList here, and read it there."""
    contents = draw(st.lists(_SCALARS, min_size=1, max_size=8))
    if draw(st.booleans()):
        contents.append(draw(st.sampled_from(contents)))
    text = draw(_TEXTS)
    place = draw(st.integers(0, len(contents) - 1))
    new = draw(st.none() | st.integers(0, 99) | st.booleans() | st.text(alphabet="xy", max_size=7))
    passed = draw(st.booleans())
    count = len(contents)
    look = tuple(call("sl", "__getitem__", index) for index in range(count))
    objects: dict[str, ObjectSpec] = {
        "sl": made(_LIST, contents, name=unique("list")),
        "words": made(_LIST, [text, _WORD], name=unique("words")),
    }
    child: tuple[Step, ...] = (
        *(() if passed else (make("sl", _LIST, name=unique("list")),)),
        call("sl", "__len__"),
        *look,
        call("sl", "__setitem__", place - count, 5),
        call("sl", "__getitem__", place),
    )
    if not passed:
        child = tuple(_renamed(step) for step in child)
    before: tuple[Step, ...] = (
        verb("echo", unique("list"), unique("words")),
        *look,
        call("sl", "__len__"),
        call("sl", "__getitem__", -1),
        call("sl", "count", contents[0]),
        call("sl", "index", contents[-1]),
        call("sl", "index", "absent"),
        call("sl", "__getitem__", count),
        call("sl", "__getitem__", -count - 1),
        call("sl", "__getitem__", span(0, 1)),
        call("sl", "append", 1),
        call("sl", "__setitem__", place, new),
        call("sl", "__getitem__", place),
        call("sl", "__setitem__", place, "too long for any place of this list, whatever it was made with"),
        *look,
        call("words", "__getitem__", 0),
        call("words", "__getitem__", 1),
    )
    after = (*look, *_ended("sl", "block"), *_ended("words", "paper"))
    return Scenario(
        family="memory", theme="lists", objects=objects,
        actors=actors_of({"p0": child}, before=before, after=after),
    )  # fmt: skip


def _renamed(step: Step) -> Step:
    """Return the step on a list that the actor attached itself, rather than on the object passed to it."""
    if step.target == "@":
        return make("mine", step.method, *step.arguments, **step.keywords)
    return call("mine", step.method, *step.arguments)


def _ended(name: str, block: str) -> tuple[Step, ...]:
    """Return the steps that destroy a list's block."""
    return (call(name, ".shm", bind=block), call(block, "unlink"), call(block, "close"))
