"""Connection scenarios about keys: clients with the right one, another one, none; and challenges alone."""

from typing import Final

from hypothesis import strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, item, make, payload, ref, verb
from mpconform_scenarios.connection_parts import (
    KEYS,
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

__all__ = ("challenges", "impostors", "intruders", "visitors")


def _others(digits: str) -> tuple[Json, ...]:
    """Return keys that are not the one of *digits*: another one, a longer one, and its first byte."""
    first = ({"$hex": digits[:2]},) if len(digits) > 2 else ()
    return ({"$hex": "6f74686572"}, {"$hex": digits + "0a"}, *first)


@st.composite
def visitors(draw: st.DrawFn) -> Scenario:
    """Let clients come one after the other, with the right key, another one, or none where one is needed.

    Each that is let in says something and is answered; the last one has the right key.  A client with a key
    may meet a listener without one.  Smallest: one client with another key, one with the right key.
    """
    key: Json = {"$hex": draw(st.sampled_from(KEYS))}
    where = draw(st.sampled_from((PATH, TCP, {})))
    other = draw(st.sampled_from(_others(key["$hex"])))
    kinds = draw(st.lists(st.sampled_from(("other", "none", "right")), min_size=1, max_size=4))
    unlocked = draw(st.booleans()) and draw(st.booleans())
    server, visitor = [listen(where, key=key), tell()], [door()]
    for n, kind in enumerate((*kinds, "right")):
        server += [
            call("l", "accept", bind=f"c{n}"),
            call(f"c{n}", "recv"),
            call(f"c{n}", "send", item("p0", n)),
        ]
        visitor += _visit(n, kind, key, other)
        server.append(meet(n, "p0", "p1"))
        visitor.append(meet(n, "p0", "p1"))
    server.append(call("l", "close"))
    if unlocked:
        # This one awaits a challenge; what it is sent is none.
        server += [listen(where if where is TCP else {}, name="m"), tell("m", "open")]
        server += [call("m", "accept", bind="o"), call("o", "send_bytes", payload(1, 8)), call("o", "close")]
        visitor += [door(label="open"), client("u", key=key, label="open")]
    return scenario("visitors", {"p0": server, "p1": visitor})


def _visit(n: int, kind: str, key: Json, other: Json) -> list[Step]:
    if kind == "none":
        return [
            client(f"d{n}"),
            call(f"d{n}", "send_bytes", payload(1, 8)),
            call(f"d{n}", "send_bytes", payload(2, 8)),
            call(f"d{n}", "close"),
        ]
    return [
        client(f"d{n}", key=key if kind == "right" else other),
        call(f"d{n}", "send", item("p1", n)),
        call(f"d{n}", "recv"),
    ]


def _challenge(digits: str) -> str:
    """Return a challenge as every version understands it, whatever newer ones prefer."""
    return frame(b"#CHALLENGE#".hex() + digits)


#: What those send who want to be let in without the key: in pieces, and whether they read what comes first.
_INTRUSIONS: Final[tuple[tuple[str, ...], ...]] = (
    (),
    (frame("ab" * 16),),
    (frame(""),),
    (frame(b"#WELCOME#".hex()), frame(b"#WELCOME#".hex())),
    *(
        (frame(proof), _challenge("00" * 20), frame(b"#WELCOME#".hex()))
        for proof in ("", "00" * 16, "00" * 20)
    ),
    (header(16), "ab" * 7),
    (header(16)[:4],),
    (header(257), "ab" * 20),
    (header(0x7FFFFFFF), "ab" * 20),
    (header(1 << 32), "ab" * 20),
    (header((1 << 64) - 1), "ab" * 20),
    (header(-2), "ab" * 16),
    (header(-(1 << 31)),),
    ("47455420" + "2f" * 60,),
)


@st.composite
def intruders(draw: st.DrawFn) -> Scenario:
    """Come to a listener that asks for a key with a plain socket and bytes that prove nothing, and go.

    After each the listener takes the next one; the last one is a client with the key.  Smallest: one that
    goes without a word.
    """
    key: Json = {"$hex": draw(st.sampled_from(KEYS))}
    where = draw(st.sampled_from((PATH, TCP)))
    said = draw(st.lists(st.sampled_from(_INTRUSIONS), min_size=1, max_size=4))
    server, other = [listen(where, key=key), tell()], [door()]
    for n, pieces in enumerate(said):
        server += [call("l", "accept", bind=f"c{n}"), call(f"c{n}", "recv_bytes"), meet(n, "p0", "p1")]
        other.append(plain(f"w{n}"))
        other += [call(f"w{n}", "sendall", {"$hex": piece}) for piece in pieces]
        # Half closed: it has said all, and what it is sent is not thrown back.
        other += [call(f"w{n}", "shutdown", 1), meet(n, "p0", "p1"), call(f"w{n}", "close")]
    server += [call("l", "accept", bind="c"), call("c", "recv"), call("c", "close"), call("l", "close")]
    other += [client("d", key=key), call("d", "send", item("p1", 0))]
    return scenario("intruders", {"p0": server, "p1": other})


#: What those send who want to be taken for the listener.
_IMPOSTURES: Final[tuple[tuple[str, ...], ...]] = (
    (),
    (frame("ab" * 16),),
    (frame(""), frame("")),
    (_challenge("ab" * 20), frame(b"#FAILURE#".hex())),
    (_challenge("ab" * 20), frame(b"#WELCOME#".hex())),
    (_challenge("ab" * 20), frame(b"#WELCOME#".hex()), frame("ab" * 16)),
    (_challenge("ab" * 20), frame(b"#WELCOME#".hex()), frame("ab" * 20)),
    (_challenge("ab" * 20), frame(b"#WELCOME#".hex()), frame(b"#WELCOME#".hex())),
    (header(31), b"#CHALLENGE#".hex()),
    (header(0x7FFFFFFF), "ab" * 20),
    (header(1 << 32), "ab" * 20),
)


@st.composite
def impostors(draw: st.DrawFn) -> Scenario:
    """Take the place of a listener with a plain socket that does not know the key of the client.

    Smallest: one that goes without a word.
    """
    key: Json = {"$hex": draw(st.sampled_from(KEYS))}
    said = draw(st.lists(st.sampled_from(_IMPOSTURES), min_size=1, max_size=3))
    server = [
        verb("wire_listen", bind="s"),
        call("s", "getsockname", bind="place"),
        verb("tell", "door", ref("place")),
    ]
    other = [door()]
    for n, pieces in enumerate(said):
        server += [call("s", "accept", bind=f"pair{n}"), call(f"pair{n}", "__getitem__", 0, bind=f"w{n}")]
        server += [call(f"w{n}", "sendall", {"$hex": piece}) for piece in pieces]
        server += [call(f"w{n}", "shutdown", 1), meet(n, "p0", "p1"), call(f"w{n}", "close")]
        other += [client(f"d{n}", key=key), meet(n, "p0", "p1")]
    return scenario("impostors", {"p0": [*server, call("s", "close")], "p1": other})


@st.composite
def challenges(draw: st.DrawFn) -> Scenario:
    """Deliver a challenge through a pipe, answer it with the same key or another; then the other way round.

    Smallest: the same key, one way.
    """
    same = draw(st.booleans())
    key: Json = {"$hex": draw(st.sampled_from(KEYS))}
    theirs = key if same else draw(st.sampled_from(_others(key["$hex"])))
    back = draw(st.booleans()) and same
    first = [make("", "connection.deliver_challenge", ref("a"), key)]
    second = [make("", "connection.answer_challenge", ref("b"), theirs)]
    if back:
        first.append(make("", "connection.answer_challenge", ref("a"), key))
        second.append(make("", "connection.deliver_challenge", ref("b"), theirs))
    objects = {"pipe": ObjectSpec(factory="Pipe", unpack=("a", "b"))}
    return scenario("challenges", {"p0": first, "p1": second}, objects=objects)
