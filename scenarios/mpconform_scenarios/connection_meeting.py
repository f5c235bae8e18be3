"""Connection scenarios in which listeners and clients meet: one and many, refused, and after the end."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, item, make, ref, verb
from mpconform_scenarios.connection_parts import (
    PATH,
    TCP,
    addresses,
    client,
    door,
    keys,
    listen,
    plain,
    scenario,
    tell,
)
from mpconform_scenarios.pipe_parts import SMALL_SIZES, meet

__all__ = ("backlog", "closing", "crowd", "refusals")


@st.composite
def crowd(draw: st.DrawFn) -> Scenario:
    """Let several clients connect at once; each sends some items, and is answered.

    There may be more of them than the backlog has room for, so that some have to wait for their accept.
    The listener reads from all of them in turns.  Smallest: two clients with one item each.
    """
    turns = draw(st.integers(1, 3))
    size = draw(st.sampled_from(SMALL_SIZES))
    where, key = draw(addresses()), draw(keys())
    # A port drops whom it has no room for: it would come again a second later.
    scant = where not in (TCP, {"family": "AF_INET"}) and draw(st.booleans())
    count = draw(st.integers(4, 6) if scant else st.integers(2, 4))
    names = [f"p{n + 1}" for n in range(count)]
    server = [listen(where, key=key, backlog=1 if scant else count), call("l", ".last_accepted"), tell()]
    if scant:
        server += [*(verb("await_invoked", name, 1) for name in names), verb("hold", 0.01)]
    for n in range(count):
        server += [call("l", "accept", bind=f"c{n}"), call("l", ".last_accepted")]
    for turn in range(turns):
        for n in range(count):
            server += [call(f"c{n}", "recv"), call(f"c{n}", "send", item("p0", turn * count + n, size))]
    server += [call(f"c{n}", "close") for n in range(count)] + [call("l", "close")]
    actors = {"p0": server}
    for name in names:
        talk = [
            step
            for turn in range(turns)
            for step in (call("d", "send", item(name, turn, size)), call("d", "recv"))
        ]
        actors[name] = [door(), client("d", key=key), *talk, call("d", "close")]
    return scenario("crowd", actors)


@st.composite
def backlog(draw: st.DrawFn) -> Scenario:
    """Let as many clients connect as the backlog says before the first of them is accepted.

    Then comes one with a plain socket, whose own address can be compared.  Smallest: one client, then that.
    """
    count = draw(st.integers(1, 5))
    where, gone = draw(addresses()), draw(st.booleans())
    waiting, alone, left = (meet(point, "p0", "p1") for point in range(3))
    server = [listen(where, backlog=count), tell(), waiting]
    server += [call("l", "accept", bind=f"c{n}") for n in range(count)]
    server += [call("l", ".last_accepted"), *(call(f"c{n}", "recv") for n in range(count))]
    # The last one may have gone when it is accepted.
    server += [
        alone,
        *([left] if gone else []),
        call("l", "accept", bind="last"),
        call("l", ".last_accepted"),
    ]
    other = [door(), *(client(f"d{n}") for n in range(count)), waiting]
    other += [call(f"d{n}", "send", item("p1", n)) for n in range(count)]
    other += [alone, plain("w"), call("w", "getsockname"), call("w", "close"), *([left] if gone else [])]
    return scenario("backlog", {"p0": [*server, call("l", "close")], "p1": other})


#: Ways to be rid of a listener.
_WAYS = ("close", "with", "collect")


@st.composite
def closing(draw: st.DrawFn) -> Scenario:
    """Close a listener while a client is there; then use both on, and let another client try.

    Smallest: a socket of the file system, close.
    """
    where, key = draw(addresses()), draw(keys())
    way = draw(st.sampled_from(_WAYS))
    closed, over = meet(0, "main", "p0", "p1"), meet(1, "main", "p0", "p1")
    server = [listen(where, key=key), call("l", ".address"), call("l", ".address"), tell()]
    if way == "with":
        server.append(call("l", "__enter__"))
    server += [call("l", "accept", bind="c"), call("c", "recv")]
    if way == "collect":
        server.append(verb("collect", "l"))
    elif way == "with":
        server.append(call("l", "__exit__", None, None, None))
    else:
        server.append(call("l", "close"))
    if way != "collect":
        server += [call("l", "accept"), call("l", "close")]
    # Whom it had accepted, it does not take along.
    server += [closed, call("c", "recv"), call("c", "send", item("p0", 0)), over, call("c", "close")]
    other = [door(), client("d", key=key), call("d", "send", item("p1", 0)), closed]
    if where is not TCP and where.get("family") != "AF_INET":
        # A port that was given back may be a stranger's by now.
        other.append(client("e", key=key))
    other += [call("d", "send", item("p1", 1)), call("d", "recv"), over]
    main = (closed, verb("census", "closed"), over)
    return scenario("closing", {"p0": server, "p1": other}, main=main)


#: Keys that are no bytes.
_NO_KEYS: tuple[Json, ...] = ("key", 7, ["key"])


@st.composite
def refusals(draw: st.DrawFn) -> Scenario:
    """Connect where nobody listens, and give keys that are no bytes; two listeners have two addresses.

    Smallest: all of this once.
    """
    wrong = draw(st.sampled_from(_NO_KEYS))
    where = draw(st.sampled_from((PATH, TCP)))
    second: dict[str, Json] = {} if where is PATH else TCP
    steps: list[Step] = [
        make("n", "connection.Client", {"$socket": "nobody"}),
        make(
            "k",
            "connection.Listener",
            where["address"] if where is TCP else {"$socket": "other"},
            authkey=wrong,
        ),
        listen(where, backlog=4),
        call("l", ".address"),
        listen(second, name="m"),
        call("m", ".address"),
        tell(),
        door(),
        make("t", "connection.Client", ref("door"), authkey=wrong),
        call("l", "__enter__"),
        call("l", "__exit__", None, None, None),
        call("l", "close"),
        call("l", "accept"),
        *([client("r")] if where is PATH else []),
        call("m", "close"),
    ]
    return scenario("refusals", {"p0": steps})
