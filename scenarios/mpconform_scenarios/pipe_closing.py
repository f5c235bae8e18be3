"""Pipe scenarios about the end: of a pipe, of an end of it, and calls that are refused.

Under fork every process holds a copy of each end that main had when it was started, so every actor
closes the copies that it has no use for, and main closes its own when all have been started.
"""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import buffer, call, item, payload, verb
from mpconform_scenarios.pipe_parts import (
    ENDINGS,
    SMALL_SIZES,
    meet,
    messages,
    pipe,
    receives,
    scenario,
    sends,
)

__all__ = ("ending", "holders", "refusals", "unread")

_BUFFER = buffer("scratch", 8)


@st.composite
def ending(draw: st.DrawFn) -> Scenario:
    """Send a few small messages, close every copy of the writing end, then receive to the end.

    The reader waits until all is closed.  Smallest: one item, poll, and recv at the end.
    """
    duplex = draw(st.booleans())
    sent = draw(messages("p0", most=4, sizes=SMALL_SIZES))
    endings = draw(st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=3))
    polled = draw(st.sampled_from((None, 0.02, 0)))
    closed = meet(0, "main", "p0", "p1")
    writer = [*sends("b", sent), call("b", "close"), closed]
    reader = [call("b", "close"), closed, *receives("a", sent)]
    reader.append(call("a", "poll") if polled is None else call("a", "poll", polled))
    reader += [call("a", method, *arguments) for method, arguments in endings]
    objects = pipe("a", "b", duplex=duplex)
    return scenario("ending", objects, {"p0": writer, "p1": reader}, main=(call("b", "close"), closed))


@st.composite
def holders(draw: st.DrawFn) -> Scenario:
    """Close one copy of the writing end while main still holds another, and sends by it.

    The reader waits when the first copy is closed.  Smallest: p0 closes at once; main sends one item
    and closes; the reader receives it, and meets the end.
    """
    duplex = draw(st.booleans())
    early = draw(messages("p0", least=0, most=3, sizes=SMALL_SIZES))
    late = draw(messages("main", most=3, sizes=SMALL_SIZES))
    method, arguments = draw(st.sampled_from(ENDINGS))
    first = [*sends("b", early), call("b", "close")]
    reader = [call("b", "close"), *receives("a", early), *receives("a", late), call("a", method, *arguments)]
    main = [
        verb("await_done", ["p0"]),
        verb("await_invoked", "p1", 1 + len(early)),
        *sends("b", late),
        call("b", "close"),
    ]
    return scenario("holders", pipe("a", "b", duplex=duplex), {"p0": first, "p1": reader}, main=main)


@st.composite
def unread(draw: st.DrawFn) -> Scenario:
    """Close an end of a duplex pipe in which a message waits unread; the other side receives to the end.

    Smallest: one item unread, nothing to receive, and recv at the end.
    """
    size = draw(st.sampled_from(SMALL_SIZES))
    answers = draw(messages("p0", least=0, most=3, sizes=SMALL_SIZES))
    method, arguments = draw(st.sampled_from(ENDINGS))
    closer = [meet(0, "p0", "p1"), *sends("b", answers), call("b", "close"), meet(1, "main", "p0", "p1")]
    reader = [
        call("b", "close"),
        call("a", "send", item("p1", 0, size)),
        meet(0, "p0", "p1"),
        meet(1, "main", "p0", "p1"),
        *receives("a", answers),
        call("a", method, *arguments),
    ]
    main = (call("b", "close"), meet(1, "main", "p0", "p1"))
    return scenario("unread", pipe("a", "b"), {"p0": closer, "p1": reader}, main=main)


def _uses(end: str) -> list[Step]:
    """Every call that needs an open end."""
    data: Json = payload(1, 8)
    return [
        call(end, "recv"),
        call(end, "recv_bytes"),
        call(end, "recv_bytes_into", _BUFFER),
        call(end, "poll"),
        call(end, "send", item("p0", 9)),
        call(end, "send_bytes", data),
        call(end, "fileno"),
    ]


@st.composite
def refusals(draw: st.DrawFn) -> Scenario:
    """Use a one-way pipe in the wrong direction; then close both ends, one by ``with``, and use them on.

    Smallest: every call once, in order, by p0.
    """
    wrong = draw(
        st.permutations(
            [
                call("a", "send", item("p0", 0)),
                call("a", "send_bytes", payload(1, 8)),
                call("b", "recv"),
                call("b", "recv_bytes"),
                call("b", "recv_bytes_into", _BUFFER),
            ]
        )
    )
    first, second = draw(st.permutations(["a", "b"]))
    steps = [
        call("a", "fileno"),
        call("b", "fileno"),
        *wrong,
        call("b", "send", item("p0", 1)),
        call("a", "recv"),
        call(first, ".closed"),
        call(first, "close"),
        call(first, ".closed"),
        *draw(st.permutations(_uses(first))),
        call(first, "close"),
        call(second, "__enter__"),
        call(second, "fileno"),
        call(second, "__exit__", None, None, None),
        *draw(st.permutations(_uses(second))),
        call(second, "close"),
    ]
    return scenario("refusals", pipe("a", "b", duplex=False), {"p0": steps})
