"""Connection scenarios with a plain socket on one side: bytes on the wire, and lies about their number."""

from typing import Final

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, item, payload, verb
from mpconform_scenarios.connection_parts import (
    PATH,
    TCP,
    client,
    door,
    frame,
    header,
    listen,
    plain,
    scenario,
    tell,
)
from mpconform_scenarios.pipe_parts import meet

__all__ = ("announced", "framing", "lies")

#: Sizes of messages on the wire: on both sides of where a sender changes its ways.
_SIZES: Final = (8, 0, 1, 255, 256, 16_384, 16_385, 65_536)
_MEGABYTE: Final = 1 << 20


@st.composite
def framing(draw: st.DrawFn) -> Scenario:
    """Send messages to a plain socket, and from it in pieces that do not end where the messages do.

    Smallest: a message of 8 bytes each way.
    """
    where = draw(st.sampled_from((PATH, TCP)))
    out = draw(st.lists(st.sampled_from(_SIZES), min_size=1, max_size=4))
    back = draw(st.lists(st.sampled_from((1, 0, 2, 7, 40, 300)), min_size=1, max_size=4))
    stream = "".join(frame(f"{n + 1:02x}" * size) for n, size in enumerate(back))
    # Anywhere, or inside of a header.
    starts = [4 * n + sum(back[:n]) for n in range(len(back))]
    inside = st.sampled_from([start + at for start in starts for at in (1, 2, 3)])
    cuts = sorted(draw(st.sets(st.integers(1, len(stream) // 2 - 1) | inside, max_size=4)))
    pieces = [stream[2 * a : 2 * b] for a, b in zip([0, *cuts], [*cuts, len(stream) // 2], strict=True)]
    # The same header as that of a message of more than 2 GiB is right for a short one, too.
    long = draw(st.booleans())
    server = [listen(where), tell(), call("l", "accept", bind="c")]
    server += [call("c", "send_bytes", payload(n + 1, size)) for n, size in enumerate(out)]
    server += [call("c", "recv_bytes") for _ in range(len(back) + long)]
    other = [door(), plain("w"), *(call("w", "recv", 4 + size, 256) for size in out)]
    slow = draw(st.booleans())
    for n, piece in enumerate(pieces):
        # A network takes its time between two pieces.
        other += [verb("hold", 0.002)] * (slow and n > 0) + [call("w", "sendall", {"$hex": piece})]
    if long:
        other.append(call("w", "sendall", {"$hex": "ffffffff" + "00" * 7 + "03" + "abcdef"}))
    return scenario("framing", {"p0": server, "p1": other})


def _lies() -> st.SearchStrategy[tuple[str, int]]:
    """Draw what breaks off or cannot be: in hexadecimal digits, and the limit that it is received with."""
    short = st.tuples(st.sampled_from((2, 1, 8, 300, 16_385, 65_537)), st.integers(0, 7)).map(
        lambda told: header(told[0]) + "ab" * min(told[0] - 1, told[1])
    )
    broken = st.sampled_from(
        ("00", "0000", "000000", "ffffffff", "ffffffff" + "00" * 3, "ffffffff" + "00" * 7)
    )
    negative = st.builds(
        lambda size, rest: header(size) + "ab" * rest,
        st.sampled_from((-2, -3, -20)),
        st.sampled_from((40, 0)),
    )
    return st.one_of(short, broken, negative).map(lambda digits: (digits, 0)) | st.sampled_from(
        (
            (header(9) + "ab" * 9, 8),
            (header(9), 8),
            (header(1000), 1),
            (header(0x7FFFFFFF), 256),
            (header(1 << 32), 256),
            (header((1 << 64) - 1), 1 << 20),
        )
    )


@st.composite
def lies(draw: st.DrawFn) -> Scenario:
    """Send a few right messages with a plain socket, and then one that breaks off, is negative, or too long.

    What is too long for its receiver is refused while the sender still is there.  The listener then takes
    another client.  Smallest: a message of which a byte is missing.
    """
    where = draw(st.sampled_from((PATH, TCP)))
    good = draw(st.lists(st.sampled_from((3, 0, 1, 20)), max_size=3))
    digits, limit = draw(_lies())
    server = [listen(where), tell(), call("l", "accept", bind="c")]
    server += [call("c", "recv_bytes") for _ in good]
    server += [call("c", "recv_bytes", limit) if limit else call("c", "recv_bytes"), meet(0, "p0", "p1")]
    server += [call("l", "accept", bind="e"), call("e", "recv")]
    stream = "".join(frame(f"{n + 1:02x}" * size) for n, size in enumerate(good)) + digits
    other: list[Step] = [door(), plain("w"), call("w", "sendall", {"$hex": stream})]
    if not limit:
        other.append(call("w", "shutdown", 1))
    other += [meet(0, "p0", "p1"), call("w", "close"), client("d"), call("d", "send", item("p1", 0))]
    return scenario("lies", {"p0": server, "p1": other})


#: What is announced: so much that memory shows it, and so little that any machine has it.
_HUGE: Final = (128 * _MEGABYTE, 200 * _MEGABYTE, 0x7FFFFFFF, 1 << 32, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)


@st.composite
def announced(draw: st.DrawFn) -> Scenario:
    """Announce a huge message with a plain socket, send a few bytes of it, and go.

    The receiver may take a gigabyte of addresses, and says how much memory it took.  Smallest: 128 MiB.
    """
    where = draw(st.sampled_from((PATH, TCP)))
    size = draw(st.sampled_from(_HUGE))
    sent = draw(st.sampled_from((1, 0, 100, 4096)))
    receive: tuple[str, tuple[Json, ...]] = draw(st.sampled_from((("recv_bytes", ()), ("recv", ()))))
    server = [
        listen(where),
        tell(),
        call("l", "accept", bind="c"),
        verb("memory_limit", 1024 * _MEGABYTE),
        verb("memory_peak"),
        call("c", receive[0], *receive[1]),
        verb("memory_peak"),
    ]
    other = [
        door(),
        plain("w"),
        call("w", "sendall", {"$hex": header(size) + "ab" * sent}),
        call("w", "close"),
    ]
    return scenario("announced", {"p0": server, "p1": other})
