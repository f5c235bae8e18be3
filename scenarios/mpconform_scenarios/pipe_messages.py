"""Pipe scenarios in which messages travel: there, back, in slices, into buffers, and ends themselves."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import buffer, call, item, payload, ref, verb
from mpconform_scenarios.pipe_parts import (
    SIZES,
    SMALL_SIZES,
    meet,
    messages,
    pipe,
    receives,
    scenario,
    sends,
)

__all__ = ("carried", "exchange", "limits", "pieces", "stream")

#: Rare sizes for the one large message of a stream.
_LARGE = (0,) * 4 + (65_537, 262_144, 1_048_577, 4_194_304)

#: How long a receiver waits for the first message: perhaps longer than a hidden timeout.
_DELAYS_S = (0.0, 0.05)

#: Sizes of slices; bytes of less than eight hardly differ from each other.
_PIECES = (8, 9, 100, 4096, 16_384, 16_385, 65_536, 65_537)

#: How wide the elements of a buffer are in bytes, and how they are called; offsets and sizes count bytes.
_ELEMENTS = ((1, None), (1, None), (2, "H"), (4, "I"), (8, "Q"))


@st.composite
def stream(draw: st.DrawFn) -> Scenario:
    """Send messages of all kinds and sizes one way; the receiver waits for the first for some time.

    Smallest: two items, an empty message, and an item in a one-way pipe.
    """
    duplex = draw(st.booleans())
    before = draw(messages("p0", least=2, most=12))
    after = draw(messages("p1", least=1, most=3))
    large = draw(st.sampled_from(_LARGE))
    writer = [
        verb("await_invoked", "p1", 0),
        verb("hold", draw(st.sampled_from(_DELAYS_S))),
        *sends("b", before),
        call("b", "send_bytes", payload(0, 0)),
        *sends("b", after),
    ]
    reader = [*receives("a", before), call("a", "recv_bytes"), *receives("a", after)]
    if large:
        writer.append(call("b", "send_bytes", payload(99, large)))
        reader.append(call("a", "recv_bytes"))
    return scenario("stream", pipe("a", "b", duplex=duplex), {"p0": writer, "p1": reader})


@st.composite
def exchange(draw: st.DrawFn) -> Scenario:
    """Send requests and answers over one duplex pipe, then messages in both directions at once.

    What is under way at once is small: both sides send before they receive.  Smallest: two
    requests with their answers.
    """
    rounds = draw(st.lists(st.sampled_from(SIZES), min_size=2, max_size=6))
    ahead = draw(messages("p0", least=0, most=6, sizes=SMALL_SIZES))
    back = draw(messages("p1", least=0, most=6, sizes=SMALL_SIZES))
    together = bool(ahead or back) and draw(st.booleans())
    asking: list[Step] = []
    answering: list[Step] = []
    for n, size in enumerate(rounds):
        asking += [call("a", "send", item("p0", 100 + n, size)), call("a", "recv")]
        answering += [call("b", "recv"), call("b", "send", item("p1", 100 + n, size))]
    if together:
        asking.append(meet(0, "p0", "p1"))
        answering.append(meet(0, "p0", "p1"))
    asking += [*sends("a", ahead), *receives("a", back)]
    answering += [*sends("b", back), *receives("b", ahead)]
    return scenario("exchange", pipe("a", "b"), {"p0": asking, "p1": answering})


@st.composite
def pieces(draw: st.DrawFn) -> Scenario:
    """Send slices of buffers; receive them with a limit that just holds, and into buffers at offsets.

    Smallest: a slice of 8 bytes from offset 1, an empty message, and 8 bytes into a buffer with a
    byte before and after them.  Perhaps what is sent, or filled, is seen as elements wider than a byte.
    """
    duplex = draw(st.booleans())
    sizes = draw(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=3))
    writer: list[Step] = []
    reader: list[Step] = []
    for n, size in enumerate(sizes):
        offset, rest = draw(st.integers(1, 20)), draw(st.integers(0, 20))
        width, elements = draw(st.sampled_from(_ELEMENTS))
        whole = _full(offset + size + rest, width)
        part, length = draw(
            st.sampled_from((((offset, size), size), ((offset,), whole - offset), ((), whole)))
        )
        writer.append(call("b", "send_bytes", payload(n + 1, whole, elements), *part))
        reader.append(call("a", "recv_bytes", length + draw(st.integers(0, 1))))
    writer.append(call("b", "send_bytes", payload(50, 8), 0, 0))
    reader.append(call("a", "recv_bytes", 0))
    for n, size in enumerate(draw(st.lists(st.sampled_from((*_PIECES, 0)), min_size=1, max_size=3))):
        width, elements = draw(st.sampled_from(_ELEMENTS))
        before, after = draw(st.integers(1, 20)) * width, draw(st.integers(1, 20)) * width
        length = _full(size, width)
        room = buffer(f"buffer{n}", before + length + after, elements)
        writer.append(call("b", "send_bytes", payload(60 + n, length)))
        reader += [
            call("a", "recv_bytes_into", room, before),
            call(f"buffer{n}", "__getitem__", {"$slice": [None, None]}),
            call(f"buffer{n}", "__getitem__", {"$slice": [before, before + length]}),
        ]
    return scenario("pieces", pipe("a", "b", duplex=duplex), {"p0": writer, "p1": reader})


def _full(size: int, width: int) -> int:
    """Return the least number of bytes from *size* on that whole elements of *width* take."""
    return -(-size // width) * width


@st.composite
def limits(draw: st.DrawFn) -> Scenario:
    """Meet messages that do not fit, with a limit and with a buffer, and ranges outside of a buffer.

    Smallest: three messages of 8 bytes for a buffer of 7, one of 8, and a limit of 7; the last
    receive finds the end unreadable.  On a second pipe, ranges that are out by one.
    """
    duplex = draw(st.booleans())
    # What was refused stays in the pipe unread, so it must be small.
    size = draw(st.sampled_from((8, 9, 100, 1000)))
    excess = draw(st.integers(1, size))
    offset = draw(st.integers(0, 8))
    beyond = draw(st.integers(1, 8))
    writer = [
        *(call("b", "send_bytes", payload(n + 1, size)) for n in range(4)),
        call("d", "send_bytes", payload(9, size)),
        call("d", "send_bytes", payload(10, size), -beyond),
        call("d", "send_bytes", payload(11, size), size + beyond),
        call("d", "send_bytes", payload(12, size), 0, size + beyond),
        call("d", "send_bytes", payload(13, size), 0, -beyond),
        meet(0, "p0", "p1"),
    ]
    reader = [
        call("a", "recv_bytes_into", buffer("short", offset + size - 1), offset),
        call("a", "recv_bytes_into", buffer("exact", offset + size), offset),
        call("exact", "__getitem__", {"$slice": [None, None]}),
        call("a", "recv_bytes", size),
        call("a", "recv_bytes", size - excess),
        meet(0, "p0", "p1"),
        call("a", draw(st.sampled_from(("recv_bytes", "recv")))),
        call("c", "recv_bytes_into", buffer("other", size), -beyond),
        call("c", "recv_bytes_into", ref("other"), size + beyond),
    ]
    objects = pipe("a", "b", duplex=duplex) | pipe("c", "d", duplex=False)
    return scenario("limits", objects, {"p0": writer, "p1": reader})


@st.composite
def carried(draw: st.DrawFn) -> Scenario:
    """Send an end of one pipe through another, and use it where it arrives.

    The sender stays until the end has arrived.  Smallest: a writing end, one item.
    """
    given = draw(st.sampled_from(("b", "a")))
    duplex = draw(st.booleans())
    sent = draw(messages("p1" if given == "b" else "main", most=4, sizes=SMALL_SIZES))
    kept = "a" if given == "b" else "b"
    giver = [call("c", "send", ref(given)), call("c", "recv")]
    taker = [call("d", "recv", bind="given"), call("d", "send", item("p1", 100, 0))]
    if given == "b":
        taker += sends("given", sent)
        main = receives(kept, sent)
    else:
        taker += receives("given", sent)
        main = sends(kept, sent)
    objects = pipe("a", "b", duplex=duplex) | pipe("c", "d")
    return scenario("carried", objects, {"p0": giver, "p1": taker}, main=main)
