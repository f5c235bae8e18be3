"""Connection scenarios in which messages travel: both ways, to the end, and what is carried by them."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario
from mpconform_scenarios.build import call, item, make, payload, ref, verb
from mpconform_scenarios.connection_parts import (
    PATH,
    addresses,
    client,
    door,
    frame,
    keys,
    listen,
    plain,
    scenario,
    tell,
)
from mpconform_scenarios.pipe_parts import ENDINGS, SIZES, SMALL_SIZES, meet, messages, receives, sends

__all__ = ("carried", "ends", "handed", "talk", "waits")

#: Rare sizes for the one large message of a talk.
_LARGE = (0,) * 4 + (65_537, 262_144, 1_048_577)


@st.composite
def talk(draw: st.DrawFn) -> Scenario:
    """Send messages of all kinds and sizes both ways, in turns, and then some at the same time.

    What goes at the same time is small, so that nobody waits to write.  Smallest: one item there and back.
    """
    where, key = draw(addresses()), draw(keys())
    there = draw(messages("p1", least=1, most=6))
    back = draw(messages("p0", least=1, most=6))
    ahead = draw(messages("p1", least=0, most=4, sizes=SMALL_SIZES))
    behind = draw(messages("p0", least=0, most=4, sizes=SMALL_SIZES))
    large = draw(st.sampled_from(_LARGE))
    server = [listen(where, key=key), tell(), call("l", "accept", bind="c")]
    server += [*receives("c", there), *sends("c", back), *sends("c", behind), *receives("c", ahead)]
    other = [door(), client("d", key=key)]
    other += [*sends("d", there), *receives("d", back), *sends("d", ahead), *receives("d", behind)]
    if large:
        other.append(call("d", "send_bytes", payload(99, large)))
        server.append(call("c", "recv_bytes"))
    return scenario("talk", {"p0": server, "p1": other})


#: Ways in which a client ends.
_GOING = ("close", "exit", "kill", "with")


@st.composite
def ends(draw: st.DrawFn) -> Scenario:
    """Send a few messages and close, end with the process, or be killed; the other side receives to the end.

    It waits for the end before it comes, or after.  Smallest: one item, close, recv at the end.
    """
    where, key = draw(addresses()), draw(keys())
    sent = draw(messages("p1", least=1, most=4, sizes=SMALL_SIZES))
    going, early = draw(st.sampled_from(_GOING)), draw(st.booleans())
    method, arguments = draw(st.sampled_from(ENDINGS))
    reader = [listen(where, key=key), tell(), call("l", "accept", bind="c"), *receives("c", sent)]
    writer = [door(), client("d", key=key)]
    writer += [call("d", "__enter__")] * (going == "with") + sends("d", sent)
    if early:
        writer.append(verb("await_invoked", "p0", len(reader)))
    elif going in {"close", "with"}:
        reader.append(meet(0, "p0", "p1"))
    else:
        reader.append(verb("await_exit", ["p1"]))
    if going == "close":
        writer.append(call("d", "close"))
    elif going == "with":
        writer.append(call("d", "__exit__", None, None, None))
    else:
        writer.append(verb("exit", 0) if going == "exit" else verb("signal", 9))
    if not early and going in {"close", "with"}:
        writer.append(meet(0, "p0", "p1"))
    reader.append(call("c", method, *arguments))
    return scenario("ends", {"p0": reader, "p1": writer})


@st.composite
def carried(draw: st.DrawFn) -> Scenario:
    """Send one client's connection to the other client, who then talks with the first one directly.

    Smallest: an item there and back.
    """
    where = draw(addresses())
    key = draw(keys())
    size = draw(st.sampled_from(SIZES))
    server = [
        listen(where, key=key),
        tell(),
        call("l", "accept", bind="c"),
        meet(0, "p0", "p1", "p2"),
        call("l", "accept", bind="e"),
        call("e", "send", ref("c")),
        meet(1, "p0", "p2"),
        call("c", "close"),
    ]
    first = [
        door(),
        client("d", key=key),
        meet(0, "p0", "p1", "p2"),
        meet(2, "p1", "p2"),
        call("d", "recv"),
        call("d", "send", item("p1", 0, size)),
    ]
    second = [
        door(),
        meet(0, "p0", "p1", "p2"),
        client("f", key=key),
        call("f", "recv", bind="given"),
        meet(1, "p0", "p2"),
        call("given", "send", item("p2", 0, min(size, 256))),
        meet(2, "p1", "p2"),
        call("given", "recv"),
    ]
    return scenario("carried", {"p0": server, "p1": first, "p2": second})


@st.composite
def handed(draw: st.DrawFn) -> Scenario:
    """Send a plain socket through a connection; what is written to it there, comes out at its other side.

    Smallest: one message each way.
    """
    where = draw(addresses())
    sizes = draw(st.lists(st.sampled_from((8, 1, 100, 4096)), min_size=1, max_size=3))
    server = [
        listen(where),
        tell(),
        call("l", "accept", bind="c"),
        meet(0, "p0", "p1"),
        call("l", "accept", bind="e"),
        call("c", "recv", bind="given"),
        meet(1, "p0", "p1"),
    ]
    for n, size in enumerate(sizes):
        server += [
            call("e", "send_bytes", payload(n + 1, size)),
            call("given", "recv", 4 + size, 256),
            call("given", "sendall", {"$hex": frame(f"{n:02x}" * size)}),
            call("e", "recv_bytes"),
        ]
    other = [
        door(),
        client("d"),
        meet(0, "p0", "p1"),
        plain("w"),
        call("d", "send", ref("w")),
        meet(1, "p0", "p1"),
    ]
    return scenario("handed", {"p0": server, "p1": other})


_TIMEOUTS: tuple[Json, ...] = (0, 0.02, -1, 0.05, 20, None)


@st.composite
def waits(draw: st.DrawFn) -> Scenario:
    """Wait for connections, plain sockets and a process together, while some of them have something.

    Main waits, for it alone has the process.  Smallest: one connection, one socket and the sentinel, nothing
    ready and no time.
    """
    key = draw(keys())
    where = draw(st.sampled_from((PATH, {"family": "AF_UNIX"})))
    sockets = 0 if key is not None else draw(st.integers(1, 2))
    connections = draw(st.integers(1, 2))
    names = [*(f"d{n}" for n in range(connections)), *(f"w{n}" for n in range(sockets))]
    speaking = draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names)))
    gone = draw(st.booleans())
    ready = bool(speaking) or gone
    timeout = draw(st.sampled_from(_TIMEOUTS if ready else _TIMEOUTS[:4]))
    asked = [*map(ref, draw(st.permutations(names))), {"$attribute": ["p1", "sentinel"]}]
    server = [listen(where, key=key, backlog=4), tell()]
    server += [call("l", "accept", bind=f"c{n}") for n in range(len(names))]
    server += [call(f"c{names.index(name)}", "send", item("p0", n)) for n, name in enumerate(speaking)]
    server += [meet(0, "main", "p0"), meet(1, "main", "p0")]
    server += [call(f"c{n}", "send", item("p0", 10 + n)) for n in range(len(names))]
    server.append(meet(3, "main", "p0"))
    main = [
        door(),
        *(client(name, key=key) if name.startswith("d") else plain(name) for name in names),
        meet(0, "main", "p0"),
        *([meet(2, "main", "p1"), call("p1", "join")] if gone else []),
        make("", "connection.wait", asked, *([] if timeout is None else [timeout])),
        meet(1, "main", "p0"),
        *([] if gone else [meet(2, "main", "p1")]),
        meet(3, "main", "p0"),
        make("", "connection.wait", asked[:-1], 20),
    ]
    return scenario("waits", {"p0": server, "p1": [meet(2, "main", "p1")]}, main=main)
