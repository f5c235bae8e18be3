"""Pipe scenarios that ask whether something is there: poll, and connection.wait."""

from hypothesis import strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, item, ref, verb
from mpconform_scenarios.pipe_parts import SMALL_SIZES, meet, messages, pipe, receives, scenario, sends

__all__ = ("polls", "waits")

#: Timeouts that are over, and such as mean not to wait.
_EXPIRING = (0.02, 0.01, 0.06)
_NOT_WAITING = (0, -1, 0.0)

#: Timeouts that a message comes before.
_LONG = (None, 20)


@st.composite
def polls(draw: st.DrawFn) -> Scenario:
    """Poll an end that is empty, one that a message is in, one that a message comes to, and one read empty.

    Main holds the other end all the while.  Smallest: one item there, one item awaited.
    """
    duplex = draw(st.booleans())
    there = draw(messages("p0", most=3, sizes=SMALL_SIZES))
    size = draw(st.sampled_from(SMALL_SIZES))
    expiring = draw(st.sampled_from(_EXPIRING))
    polled = draw(st.lists(st.sampled_from((expiring, *_NOT_WAITING, *_LONG)), max_size=2))
    awaited = draw(st.sampled_from(_LONG))
    # An answer that is wrong once in a while is met by asking often, which costs next to nothing.
    often = draw(st.sampled_from((0, 0, 5, 20)))
    reader: list[Step] = [
        call("a", "poll"),
        call("a", "poll", expiring),
        meet(0, "p0", "p1"),
        meet(1, "p0", "p1"),
        call("a", "poll"),
        *[call("a", "poll")] * often,
        *(call("a", "poll", timeout) for timeout in polled),
        *(step for receive in receives("a", there) for step in (receive, call("a", "poll"))),
        call("a", "poll", draw(st.sampled_from(_NOT_WAITING))),
        call("a", "poll", awaited),
        call("a", "recv"),
        call("a", "poll"),
    ]
    sender = [
        meet(0, "p0", "p1"),
        *sends("b", there),
        meet(1, "p0", "p1"),
        verb("await_invoked", "p1", len(reader) - 3),
        call("b", "send", item("p0", 100, size)),
    ]
    return scenario("polls", pipe("a", "b", duplex=duplex), {"p0": sender, "p1": reader})


@st.composite
def waits(draw: st.DrawFn) -> Scenario:
    """Wait for several ends and for processes: nothing ready, some messages, a process's end, closed pipes.

    Main waits: at first until a timeout; then for those ends to which p0 has sent; then, when those
    are read empty, not at all; then for p0's end, also with a last message of it; then, when every
    writing end is closed, for all ends.  Smallest: one pipe, one item, one process.
    """
    duplex = draw(st.booleans())
    chosen = draw(st.lists(st.booleans(), max_size=3))
    others = draw(st.integers(0, 1))
    farewell = draw(st.booleans())
    expiring = draw(st.sampled_from(_EXPIRING))
    unlimited = draw(st.sampled_from(_LONG))
    # What is closed is ready at once, whether or not anybody would wait for it.
    at_last = draw(st.sampled_from(((0,), (), (20,))))
    ends = [f"a{n}" for n in range(1 + len(chosen))]
    ready = ["a0", *(end for end, sent_to in zip(ends[1:], chosen, strict=True) if sent_to)]
    processes = ["p0", *(f"p{n + 1}" for n in range(others))]
    sentinels: list[Json] = [{"$attribute": [name, "sentinel"]} for name in processes]
    everything = [*map(ref, ends), *sentinels]
    writers = ["b" + end[1:] for end in ends]
    wait = "connection.wait"
    main: list[Step] = [
        *(call(name, ".sentinel") for name in processes),
        call("@", wait, everything, expiring),
        meet(0, "main", "p0"),
        meet(1, "main", "p0"),
        call("@", wait, everything, unlimited),
        *(call(end, "recv") for end in ready),
        call("@", wait, everything, 0),
        meet(2, "main", "p0"),
        call("@", wait, sentinels[:1], unlimited),
        verb("await_exit", ["p0"]),
        call("@", wait, everything, expiring),
        *([call("a0", "recv")] if farewell else []),
        *((meet(3, "main", "p1"), verb("await_exit", ["p1"])) if others else ()),
        *(call(writer, "close") for writer in writers),
        call("@", wait, [ref(end) for end in ends], *at_last),
        *(call(end, "recv") for end in ends),
    ]
    sender = [
        meet(0, "main", "p0"),
        *(call("b" + end[1:], "send", item("p0", n)) for n, end in enumerate(ready)),
        meet(1, "main", "p0"),
        meet(2, "main", "p0"),
        *([call("b0", "send", item("p0", len(ready)))] if farewell else []),
    ]
    actors = {"p0": sender} | ({"p1": [meet(3, "main", "p1")]} if others else {})
    objects: dict[str, ObjectSpec] = {}
    for end, writer in zip(ends, writers, strict=True):
        objects |= pipe(end, writer, duplex=duplex)
    return scenario("waits", objects, actors, main=main)
