"""Listeners: meetings, addresses, the end, and exceptions, on tapes written by hand."""

from typing import Any

import pytest

from connection_tape import (
    AUTH,
    CLOSED,
    KEY,
    NOBODY,
    PATH,
    TCP,
    Checker,
    accept,
    alive,
    awaited,
    client,
    door,
    tape_of,
    wire,
)
from mpconform.checkers.listener_address import address_told, last_accepted
from mpconform.checkers.listener_closing import closed_refuses, context_closes, nobody_there, socket_removed
from mpconform.checkers.listener_errors import only_documented
from mpconform.checkers.listener_meeting import backlog_held, clients_apart, connects, same_key
from mpconform.values import Census, Json, Operation
from tape import error, item, op, received

RESET = error("ConnectionResetError", 104, bases=("ConnectionError", "OSError", "Exception"))
EVERY = (
    connects, same_key, clients_apart, backlog_held, address_told, last_accepted, closed_refuses,
    context_closes, nobody_there, socket_removed, only_documented,
)  # fmt: skip


def kinds(checker: Checker, *parts: Any, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*parts, **rest)).violations]


def judged(checker: Checker, *parts: Any, **rest: Any) -> int:
    return checker(tape_of(*parts, **rest)).judged


@pytest.mark.parametrize("checker", EVERY)
@pytest.mark.parametrize("key", [None, KEY])
def test_a_talk_in_order_breaks_nothing(checker: Checker, key: Json) -> None:
    """A client is accepted, says something, is answered; then the listener is closed."""
    options = {} if key is None else {"authkey": key}
    parts = (
        door(**options),
        op("p0", "l", ".address", at=(4, 5), to="/tmp/mpc1-door"),
        op("p0", "l", ".last_accepted", at=(6, 7)),
        awaited(8),
        accept(9, 14),
        client(10, 13, key=key),
        op("p0", "l", ".last_accepted", at=(16, 17), to=""),
        op("p1", "d", "send", item("p1", 0), at=(18, 19)),
        op("p0", "c", "recv", at=(20, 21), to=received("p1", 0)),
        op("p0", "c", "send", item("p0", 0), at=(22, 23)),
        op("p1", "d", "recv", at=(24, 25), to=received("p0", 0)),
        op("p0", "l", "close", at=(26, 27)),
        op("p0", "l", "accept", at=(28, 29), raised=CLOSED),
        op("p0", "l", "close", at=(30, 31)),
        client(32, 33, "e", key=key, raised=NOBODY),
    )

    assert kinds(checker, *parts) == []


@pytest.mark.parametrize("checker", EVERY)
def test_a_hang_before_anything_was_made_breaks_nothing(checker: Checker) -> None:
    """There is no listener yet, and whoever awaits its address waits rightly."""
    parts = (
        op("p0", "@", "connection.Listener", PATH, at=(0, None)),
        op("p1", "", "await_told", "door", "p0", at=(0, None)),
    )

    assert kinds(checker, *parts, ended="hung") == []


@pytest.mark.parametrize(
    ("until", "broken"),
    [pytest.param(30, True, id="open"), pytest.param(12, False, id="may-be-closed-or-gone")],
)
def test_a_client_that_is_refused_by_an_open_listener(until: int, *, broken: bool) -> None:
    """Only as long as the listener's process surely lives; with its key it is another requirement's."""
    parts = (door(), awaited(4), client(6, 13, raised=NOBODY), alive("p0", until - 1))
    keyed = (door(authkey=KEY), awaited(4), client(6, 13, key=KEY, raised=AUTH), alive("p0", until - 1))

    assert kinds(connects, *parts) == ["connect-raised"] * broken
    assert kinds(same_key, *parts) == []
    assert kinds(same_key, *keyed) == ["connect-raised"] * broken
    assert kinds(connects, *keyed) == []


def test_an_accept_that_raises_with_a_right_client() -> None:
    """The client has its connection, so accept has to have one; not with a plain socket and a key."""
    assert kinds(connects, door(), awaited(4), client(6, 7), accept(8, 9, raised=RESET)) == ["accept-raised"]
    assert kinds(connects, door(), awaited(4), wire(6, 7), accept(8, 9, raised=RESET)) == ["accept-raised"]
    assert kinds(same_key, door(authkey=KEY), awaited(4), wire(6, 7), accept(8, 9, raised=AUTH)) == []


def crowd(*reads: Operation, **rest: Any) -> tuple[Any, ...]:
    """Two clients that connect at the same time, and what is received."""
    return (
        door(),
        client(5, 9, actor="p1", place=PATH),
        client(6, 8, actor="p2", place=PATH),
        accept(10, 11, "c"),
        accept(12, 13, "e"),
        op("p1", "d", "send", item("p1", 0), at=(20, 21)),
        op("p1", "d", "send", item("p1", 1), at=(22, 23)),
        op("p2", "d", "send", item("p2", 0), at=(20, 21)),
        *reads,
    )


def test_clients_are_kept_apart() -> None:
    """Each connection is one client's, and each client has one; answers come to who was asked."""
    own = (
        op("p0", "c", "recv", at=(30, 31), to=received("p1", 0)),
        op("p0", "e", "recv", at=(32, 33), to=received("p2", 0)),
        op("p0", "c", "recv", at=(34, 35), to=received("p1", 1)),
        op("p0", "c", "send", item("p0", 0), at=(36, 37)),
        op("p1", "d", "recv", at=(38, 39), to=received("p0", 0)),
    )

    assert kinds(clients_apart, *crowd(*own)) == []
    assert judged(clients_apart, *crowd(*own)) == 4


@pytest.mark.parametrize(
    ("reads", "kind"),
    [
        pytest.param([("c", "p1", 0), ("e", "p2", 0), ("c", "p2", 0)], "two-clients-in-one", id="mixed"),
        pytest.param([("c", "p1", 0), ("e", "p1", 1)], "one-client-in-two", id="split"),
    ],
)
def test_clients_that_are_mixed_up(reads: list[tuple[str, str, int]], kind: str) -> None:
    """What is received tells who sent it."""
    told = [
        op("p0", name, "recv", at=(30 + 2 * n, 31 + 2 * n), to=received(who, number))
        for n, (name, who, number) in enumerate(reads)
    ]

    assert kinds(clients_apart, *crowd(*told)) == [kind]


def test_an_answer_that_comes_to_another_client() -> None:
    """It was sent to the connection from which the other one's items came."""
    told = (
        op("p0", "c", "recv", at=(30, 31), to=received("p1", 0)),
        op("p0", "e", "recv", at=(32, 33), to=received("p2", 0)),
        op("p0", "c", "send", item("p0", 0), at=(36, 37)),
        op("p2", "d", "recv", at=(38, 39), to=received("p0", 0)),
    )

    assert kinds(clients_apart, *crowd(*told)) == ["answer-to-another"]


@pytest.mark.parametrize(
    ("reader", "kind"),
    [
        pytest.param("d", [], id="own"),
        pytest.param("f", ["answer-to-another"], id="another's"),
    ],
)
def test_two_clients_of_one_actor_are_two(reader: str, kind: list[str]) -> None:
    """Through which end something was sent, tells whose it is."""
    told = (
        door(),
        client(5, 9, actor="p1", place=PATH),
        client(10, 11, "f", actor="p1", place=PATH),
        accept(10, 11, "c"),
        accept(12, 13, "e"),
        op("p1", "d", "send", item("p1", 0), at=(20, 21)),
        op("p1", "f", "send", item("p1", 1), at=(22, 23)),
        op("p0", "c", "recv", at=(30, 31), to=received("p1", 0)),
        op("p0", "e", "recv", at=(32, 33), to=received("p1", 1)),
        op("p0", "c", "send", item("p0", 0), at=(36, 37)),
        op("p1", reader, "recv", at=(38, 39), to=received("p0", 0)),
    )

    assert kinds(clients_apart, *told) == kind
    assert judged(clients_apart, *told) == 3


def test_what_was_sent_twice_tells_nothing() -> None:
    """It is not known through which of two ends it came."""
    told = (
        *crowd(op("p0", "c", "recv", at=(30, 31), to=received("p1", 0))),
        op("p2", "d", "send", item("p1", 0), at=(22, 23)),
        op("p0", "e", "recv", at=(32, 33), to=received("p2", 0)),
    )

    assert judged(clients_apart, *told) == 1
    assert kinds(clients_apart, *told) == []


@pytest.mark.parametrize(("backlog", "broken"), [(2, True), (1, False)])
def test_a_client_that_waits_although_few_are_in_the_queue(backlog: int, *, broken: bool) -> None:
    """One is in the queue already: with a backlog of two the next need not wait for ever, with one it may."""
    parts = (
        door(backlog=backlog),
        client(5, 6, place=PATH),
        client(8, None, "e", actor="p2", place=PATH),
    )

    assert kinds(backlog_held, *parts, ended="hung") == ["client-waits"] * broken
    assert kinds(backlog_held, *parts) == []
    assert judged(backlog_held, *parts) == 1


def looks(*results: Json, where: Json = PATH, **options: Json) -> tuple[Any, ...]:
    return (
        door(where=where, **options),
        *(op("p0", "l", ".address", at=(10 + 2 * n, 11 + 2 * n), to=to) for n, to in enumerate(results)),
    )


INET = {"$tuple": ["127.0.0.1", 4711]}


@pytest.mark.parametrize(
    ("where", "options", "result", "right"),
    [
        (PATH, {}, "/tmp/mpc1-door", True),
        (PATH, {}, "/tmp/mpc1-other", False),
        (PATH, {}, INET, False),
        (TCP, {}, INET, True),
        (TCP, {}, {"$tuple": ["127.0.0.1", 0]}, False),
        (TCP, {}, {"$tuple": ["0.0.0.0", 4711]}, False),
        (TCP, {}, {"$tuple": ["127.0.0.1", 70000]}, False),
        ({"$tuple": ["127.0.0.1", 99]}, {}, INET, False),
        (None, {}, "/run/x", True),
        (None, {}, INET, True),
        (None, {}, None, False),
        (None, {"family": "AF_INET"}, "/run/x", False),
        (None, {"family": "AF_UNIX"}, INET, False),
        (None, {"family": "AF_UNIX"}, "", False),
    ],
)
def test_an_address_is_what_was_given_or_of_the_family(
    where: Json, options: dict[str, Json], result: Json, *, right: bool
) -> None:
    """Port 0 has become a real one."""
    assert kinds(address_told, *looks(result, where=where, **options)) == ["wrong-address"] * (not right)


def test_an_address_stays() -> None:
    """A second look shows the same; after a close nothing is promised."""
    (moved,) = address_told(tape_of(*looks("/run/a", "/run/b", where=None))).violations
    assert moved.kind == "wrong-address"
    assert [one.result for one in moved.witness[1:]] == ["/run/a", "/run/b"]
    assert kinds(address_told, *looks("/run/a", "/run/a", where=None)) == []
    closed = (
        *looks("/run/a", where=None),
        op("p0", "l", "close", at=(20, 21)),
        op("p0", "l", ".address", at=(22, 23)),
    )
    assert kinds(address_told, *closed) == []


@pytest.mark.parametrize(("closed", "broken"), [(15, False), (40, True)])
def test_no_two_open_listeners_have_one_address(closed: int, *, broken: bool) -> None:
    """After the first was closed, the second may have its address."""
    parts = (
        *looks("/run/a", where=None),
        op("p0", "l", "close", at=(closed, closed + 1)),
        door(20, None, name="m"),
        op("p0", "m", ".address", at=(30, 31), to="/run/a"),
    )

    assert kinds(address_told, *parts) == ["address-shared"] * broken


def came(where: Json, told: Json, own: Json = None) -> tuple[Any, ...]:
    """A plain socket, whose own address is *own*, is accepted; last_accepted is *told*."""
    asked = [op("p1", "w", "getsockname", at=(12, 13), to=own)] if own else []
    return (
        door(where=where),
        awaited(4),
        accept(5, 10),
        wire(6, 8),
        *asked,
        op("p0", "l", ".last_accepted", at=(20, 21), to=told),
    )


@pytest.mark.parametrize(
    ("where", "told", "own", "right"),
    [
        (PATH, None, None, True),
        (PATH, "", None, True),
        (PATH, "/run/x", None, False),
        (TCP, INET, None, True),
        (TCP, INET, INET, True),
        (TCP, INET, {"$tuple": ["127.0.0.1", 4712]}, False),
        (TCP, None, None, False),
    ],
)
def test_last_accepted_is_where_the_client_came_from(
    where: Json, told: Json, own: Json, *, right: bool
) -> None:
    """A socket of the file system has no name; one of the network has a port, its own."""
    found = last_accepted(tape_of(*came(where, told, own))).violations
    assert [one.kind for one in found] == ["wrong-last-accepted"] * (not right)
    # What the client said of itself is part of the proof.
    assert all([op.method for op in one.witness][1:-1] == ["getsockname"] * bool(own) for one in found)


def test_before_anybody_came_last_accepted_is_none() -> None:
    """An accept that is still under way may have set it already."""
    look = op("p0", "l", ".last_accepted", at=(4, 5), to=INET)

    assert kinds(last_accepted, door(where=TCP), look) == ["wrong-last-accepted"]
    assert kinds(last_accepted, door(where=TCP), op("p0", "l", ".last_accepted", at=(4, 5))) == []


def shut(way: str, *after: Any, where: Json = PATH) -> tuple[Any, ...]:
    end = {
        "close": op("p0", "l", "close", at=(10, 11)),
        "collect": op("p0", "", "collect", "l", at=(10, 11)),
        "with": op("p0", "l", "__exit__", None, None, None, at=(10, 11)),
    }[way]
    return (door(where=where), awaited(5), end, *after)


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        pytest.param(accept(12, 13), "accept-after-close", id="accepts"),
        pytest.param(
            accept(12, 13, raised=error("AttributeError")), "accept-after-close", id="raises-otherwise"
        ),
        pytest.param(client(12, 13), "Client-after-close", id="client"),
        pytest.param(wire(12, 13), "wire-after-close", id="plain-client"),
        pytest.param(
            op("p0", "l", "close", at=(12, 13), raised=error("AttributeError")),
            "close-after-close",
            id="again",
        ),
    ],
)
def test_a_closed_listener_accepts_nobody(after: Any, kind: str) -> None:
    """What began before the close returned is not judged."""
    assert kinds(closed_refuses, *shut("close", after)) == [kind]
    assert kinds(closed_refuses, *shut("with", after)) == []
    if kind.startswith("accept"):
        assert kinds(context_closes, *shut("with", after)) == [kind]


def test_a_collected_listener_accepts_nobody() -> None:
    """A client finds nobody there."""
    assert kinds(closed_refuses, *shut("collect", client(12, 13))) == ["Client-after-close"]
    assert kinds(closed_refuses, *shut("collect", client(12, 13, raised=NOBODY))) == []


def test_an_accept_that_hangs_after_the_close() -> None:
    """In a run that hung; of one whose process ended otherwise nothing is known."""
    assert kinds(closed_refuses, *shut("close", accept(12, None)), ended="hung") == ["accept-after-close"]
    assert kinds(closed_refuses, *shut("close", accept(12, None))) == []


def test_what_is_not_certain_after_a_close() -> None:
    """A port may be a stranger's, a close may still be under way, and a fork of main has the socket too."""
    copied = (
        *door(actor="main"),
        op("main", "p1", "start", at=(5, 6)),
        op("main", "l", "close", at=(7, 8)),
        client(12, 13, place=PATH),
    )

    assert kinds(closed_refuses, *shut("close", client(12, 13), where=TCP)) == []
    assert kinds(closed_refuses, *shut("close", client(11, 13))) == []
    assert kinds(closed_refuses, *copied) == []


def test_with_gives_the_listener_itself() -> None:
    """Not something else."""
    entered = op("p0", "l", "__enter__", at=(4, 5), to={"$object": "l"})

    assert kinds(context_closes, door(), entered) == []
    assert kinds(context_closes, door(), op("p0", "l", "__enter__", at=(4, 5))) == ["enters-another"]


def census(at: int, *files: str) -> Census:
    return Census(at_ns=at, agent_pid=1, files=files)


@pytest.mark.parametrize(
    ("taken", "files", "before", "broken"),
    [
        pytest.param(20, ("mpc1-2-door",), (), True, id="left"),
        pytest.param(20, ("mpc1-2-other", "pymp-x"), (), False, id="something-else"),
        pytest.param(11, ("mpc1-2-door",), (), False, id="before-the-close-returned"),
        pytest.param(20, ("mpc1-1-door",), ("mpc1-1-door",), False, id="of-an-earlier-run"),
    ],
)
def test_a_closed_listener_leaves_no_socket(
    taken: int, files: tuple[str, ...], before: tuple[str, ...], *, broken: bool
) -> None:
    """As the census shows that was taken after it."""
    counted = {"before": census(0, *before), "closed": census(taken, *files)}
    parts = shut("close")

    assert kinds(socket_removed, *parts, census=counted) == ["socket-left"] * broken
    assert kinds(socket_removed, *parts, census=counted, ended="crashed") == []


@pytest.mark.parametrize(
    ("end", "raised", "kind"),
    [(5, None, "connected-to-nobody"), (5, NOBODY, ""), (5, error("ValueError"), "connected-to-nobody")],
)
def test_where_nobody_listens_a_client_raises_os_error(
    end: int, raised: dict[str, Json] | None, kind: str
) -> None:
    """Nothing else will do."""
    parts = (client(4, end, raised=raised, place={"$socket": "nobody"}),)

    assert kinds(nobody_there, *parts) == [kind] * bool(kind)
    assert judged(nobody_there, *parts) == 1
    assert judged(nobody_there, door(), client(4, end, place=PATH)) == 0


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        pytest.param(
            [door(), accept(4, 5, raised=error("TimeoutError", bases=("OSError",)))],
            "accept-raised-TimeoutError",
            id="accept",
        ),
        pytest.param([door(), accept(4, 5, raised=error("KeyError"))], "accept-raised-KeyError", id="any"),
        pytest.param([door(authkey=KEY), accept(4, 5, raised=AUTH)], "", id="keyed"),
        pytest.param(
            [door(authkey=KEY), accept(4, 5, raised=error("struct.error"))],
            "accept-raised-struct.error",
            id="keyed-any",
        ),
        pytest.param([client(4, 5, raised=NOBODY, place=PATH)], "", id="nobody"),
        pytest.param(
            [client(4, 5, raised=error("TypeError"), place=PATH)], "Client-raised-TypeError", id="type"
        ),
        pytest.param(
            [client(4, 5, raised=error("TypeError"), place=PATH, key="text")], "", id="text-for-a-key"
        ),
        pytest.param(
            [door(), op("p0", "l", "close", at=(4, 5), raised=CLOSED)], "close-raised-OSError", id="close"
        ),
        pytest.param(
            [op("p0", "@", "connection.Listener", TCP, at=(0, 1), raised=CLOSED)],
            "Listener-raised-OSError",
            id="listener",
        ),
        pytest.param(
            [door(), op("p2", "@", "connection.Listener", PATH, at=(8, 9), raised=CLOSED)], "", id="taken"
        ),
        pytest.param(
            [door(), awaited(4), client(6, 7, raised=RESET), alive("p0", 9)],
            "Client-raised-ConnectionResetError",
            id="client-of-an-open-one",
        ),
    ],
)
def test_what_a_call_may_raise(parts: list[Any], kind: str) -> None:
    """Only what is documented for its situation."""
    assert kinds(only_documented, *parts) == [kind] * bool(kind)
