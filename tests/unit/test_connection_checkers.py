"""Connections between listeners and clients: what holds of pipes, the end, sockets, and waiting."""

from typing import Any

import pytest

from connection_tape import PATH, TCP, Checker, accept, alive, awaited, client, door, tape_of, wire
from mpconform.checkers.connection_end import data_before_end
from mpconform.checkers.connection_sockets import socket_that_travelled
from mpconform.checkers.connection_wait import ready_ones
from mpconform.checkers.pipe_carried import end_that_travelled
from mpconform.checkers.pipe_content import boundaries_kept, received_as_sent
from mpconform.checkers.pipe_end import end_when_closed
from mpconform.checkers.pipe_messages import digest
from mpconform.checkers.pipe_order import duplex, exactly_once, in_order
from mpconform.checkers.pipe_wait import empty_after_timeout
from mpconform.values import Actor, Json, Operation, Step
from tape import error, item, op, received

EOF = error("EOFError")
DENIED = error("OSError", "connection is read-only")
OF_PIPES = (
    in_order,
    exactly_once,
    received_as_sent,
    boundaries_kept,
    duplex,
    end_when_closed,
    data_before_end,
)


def kinds(checker: Checker, *parts: Any, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*parts, **rest)).violations]


def judged(checker: Checker, *parts: Any, **rest: Any) -> int:
    return checker(tape_of(*parts, **rest)).judged


MET = (*door(), awaited(4), accept(5, 8), client(6, 7))


def sent(at: int, n: int, end: str = "d") -> Operation:
    actor = "p1" if end == "d" else "p0"
    return op(actor, end, "send", item(actor, n), at=(at, at + 1))


def got(at: int, n: int, end: str = "c") -> Operation:
    actor, other = ("p0", "p1") if end == "c" else ("p1", "p0")
    return op(actor, end, "recv", at=(at, at + 1), to=received(other, n))


@pytest.mark.parametrize("checker", OF_PIPES)
def test_a_talk_both_ways_breaks_nothing(checker: Checker) -> None:
    """To the end, which comes when one side closes."""
    parts = (
        *MET, sent(10, 0), sent(12, 1), got(14, 0), sent(16, 0, "c"), got(18, 1), got(20, 0, "d"),
        op("p1", "d", "close", at=(22, 23)), op("p0", "c", "recv", at=(24, 25), raised=EOF),
    )  # fmt: skip

    assert kinds(checker, *parts) == []
    assert judged(checker, *parts) > 0 or checker is boundaries_kept


@pytest.mark.parametrize(
    ("checker", "parts", "kind"),
    [
        pytest.param(in_order, [sent(10, 0), sent(12, 1), got(14, 1), got(16, 0)], "overtaken", id="order"),
        pytest.param(
            exactly_once, [sent(10, 0), sent(12, 1), got(14, 0), got(16, 0)], "received-twice", id="twice"
        ),
        pytest.param(
            duplex,
            [sent(10, 0), op("p0", "c", "send", 1, at=(12, 13), raised=DENIED), alive("p1", 30)],
            "direction-refused",
            id="duplex",
        ),
        pytest.param(
            end_when_closed,
            [op("p1", "d", "close", at=(10, 11)), op("p0", "c", "recv", at=(12, 13))],
            "no-end-but-returned",
            id="end",
        ),
        pytest.param(
            end_when_closed,
            [op("p0", "", "await_exit", ["p1"], at=(10, 11)), op("p0", "c", "recv", at=(12, 13))],
            "no-end-but-returned",
            id="end-of-the-process",
        ),
        pytest.param(
            data_before_end,
            [
                sent(10, 0),
                op("p1", "d", "close", at=(12, 13)),
                op("p0", "c", "recv", at=(14, 15), raised=EOF),
            ],
            "end-before-data",
            id="data",
        ),
        pytest.param(
            received_as_sent,
            [op("p1", "d", "send", {"$tuple": [1]}, at=(10, 11)), op("p0", "c", "recv", at=(12, 13), to=[1])],
            "altered",
            id="type",
        ),
        pytest.param(
            boundaries_kept,
            [
                op("p1", "d", "send_bytes", {"$hex": "aabb"}, at=(10, 11)),
                op("p0", "c", "recv_bytes", at=(12, 13), to=digest(b"\xaa")),
            ],
            "part-of-a-message",
            id="boundaries",
        ),
    ],
)
def test_the_rules_of_pipes_hold_of_connections(checker: Checker, parts: list[Any], kind: str) -> None:
    """Whoever made the two ends."""
    assert kinds(checker, *MET, *parts) == [kind]


def test_without_knowing_who_met_nothing_is_said() -> None:
    """Two clients at the same time: of neither is it known which connection it has."""
    parts = (
        *door(), client(5, 8, place=PATH), client(6, 9, actor="p2", place=PATH),
        accept(10, 11), accept(12, 13, "e"),
        sent(20, 0), sent(22, 1), got(24, 1), got(26, 0),
    )  # fmt: skip

    assert judged(in_order, *parts) == 0


def test_an_end_with_something_unread_in_it_may_lose_what_it_sent() -> None:
    """It is a socket of the network; if all was read, it may not."""
    parts = (
        *MET, sent(10, 0), sent(12, 0, "c"), op("p1", "d", "close", at=(14, 15)),
        op("p0", "c", "recv", at=(16, 17), raised=EOF),
    )  # fmt: skip

    assert kinds(data_before_end, *parts) == []
    assert kinds(data_before_end, *parts, got(13, 0, "d")) == ["end-before-data"]


def carried(*uses: Operation) -> tuple[Any, ...]:
    """p0 sends its connection with p1 to p2, through its connection with p2."""
    return (
        *MET,
        awaited(9, "p2"),
        accept(10, 13, "e"),
        client(11, 12, "f", actor="p2"),
        op("p0", "e", "send", {"$object": "c"}, at=(14, 15)),
        (op("p2", "f", "recv", at=(16, 17), to={"$object": "given"}), "given"),
        *uses,
    )


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        pytest.param(op("p2", "given", "send", 1, at=(20, 21)), [], id="works"),
        pytest.param(
            op("p2", "given", "send", 1, at=(20, 21), raised=DENIED), ["travelled-end-refused"], id="refused"
        ),
    ],
)
def test_a_connection_that_travelled_works(use: Operation, expected: list[str]) -> None:
    """To the peer that it had."""
    parts = carried(use, op("p1", "d", "recv", at=(30, 31), to=1))

    assert kinds(end_that_travelled, *parts) == expected


def handed(*uses: Operation, received_: Any = None) -> tuple[Any, ...]:
    """p1 sends its plain socket, whose other end is p0's connection e, to p0 by connection."""
    given = op("p0", "c", "recv", at=(16, 17), to={"$object": "given"}, raised=received_)
    return (
        *MET,
        accept(10, 13, "e"),
        wire(11, 12),
        op("p1", "d", "send", {"$object": "w"}, at=(14, 15)),
        (given, "given"),
        *uses,
        alive("p1", 60),
    )


SAID = op("p0", "e", "send_bytes", {"$hex": "aa"}, at=(20, 21))


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        pytest.param(
            [SAID, op("p0", "given", "recv", 5, 256, at=(22, 23), to=digest(b"\0\0\0\1\xaa"))], [], id="right"
        ),
        pytest.param(
            [SAID, op("p0", "given", "recv", 5, 256, at=(22, 23), to=digest(b"\0\0\0\1\xab"))],
            ["socket-of-another-place"],
            id="other-bytes",
        ),
        pytest.param(
            [SAID, op("p0", "given", "recv", 5, 256, at=(22, 23), to=digest(b""))],
            ["socket-of-another-place"],
            id="closed",
        ),
        pytest.param(
            [SAID, op("p0", "given", "recv", 5, 256, at=(22, None))], ["socket-of-another-place"], id="waits"
        ),
        pytest.param([op("p0", "given", "recv", 5, 256, at=(22, None))], [], id="waits-rightly"),
        pytest.param(
            [
                op("p0", "given", "sendall", {"$hex": "00000001aa"}, at=(20, 21)),
                op("p0", "e", "recv_bytes", at=(22, 23), to=digest(b"\xaa")),
            ],
            [],
            id="back",
        ),
        pytest.param(
            [
                op("p0", "given", "sendall", {"$hex": "00000001aa"}, at=(20, 21)),
                op("p0", "e", "recv_bytes", at=(22, 23), to=digest(b"\xbb")),
            ],
            ["socket-of-another-place"],
            id="back-otherwise",
        ),
    ],
)
def test_a_socket_that_travelled_is_connected_to_the_same_place(
    uses: list[Operation], expected: list[str]
) -> None:
    """Both ways."""
    ended = "hung" if any(use.open for use in uses) else "normally"

    assert kinds(socket_that_travelled, *handed(*uses), ended=ended) == expected


def test_a_socket_that_does_not_arrive() -> None:
    """The receive raises, although the sender is there."""
    assert kinds(socket_that_travelled, *handed(received_=error("FileNotFoundError"))) == [
        "socket-did-not-arrive"
    ]
    assert judged(socket_that_travelled, *handed()) == 1


ASKED = [{"$object": "d"}, {"$object": "w"}, {"$attribute": ["p2", "sentinel"]}]


def waited(
    *answer: Json, before: Any = (), where: Json = PATH, timeout: float = 0, until: int = 41
) -> tuple[Any, ...]:
    """p1 waits for a connection, a plain socket and a process; p0 sends to both after it, at the latest."""
    asks = op("p1", "@", "connection.wait", ASKED, timeout, at=(40, until), to=list(answer))
    return (
        *door(where=where),
        awaited(4),
        accept(5, 8),
        client(6, 7),
        accept(10, 13, "e"),
        wire(11, 12),
        *before,
        asks,
        op("p0", "c", "send", item("p0", 5), at=(50, 51)),
        op("p0", "e", "send", item("p0", 6), at=(52, 53)),
        alive("p2", 60),
    )


D, W = {"$object": "d"}, {"$object": "w"}
TO_D = op("p0", "c", "send", item("p0", 0), at=(20, 21))
TO_W = op("p0", "e", "send", item("p0", 1), at=(22, 23))


@pytest.mark.parametrize(
    ("before", "answer", "expected"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([TO_D, TO_W], [W, D], [], id="both"),
        pytest.param([TO_W], [], ["ready-socket-left-out"], id="socket-left-out"),
        pytest.param([TO_D], [], ["ready-end-left-out"], id="connection-left-out"),
        pytest.param([], [W], ["unready-socket-answered"], id="socket-too-early"),
        pytest.param([], [D], ["unready-end-answered"], id="connection-too-early"),
        pytest.param([], [17], ["running-process-answered"], id="process-too-early"),
    ],
)
def test_wait_answers_what_is_ready(before: list[Any], answer: list[Json], expected: list[str]) -> None:
    """At listeners in the file system; over the network what was sent may be on its way."""
    assert kinds(ready_ones, *waited(*answer, before=before)) == expected
    assert kinds(ready_ones, *waited(*answer, before=before, where=TCP)) == []


def test_a_socket_that_was_read_from_is_not_judged() -> None:
    """It may be empty."""
    read = op("p1", "w", "recv", 10, 256, at=(30, 31), to=digest(b"\0" * 10))

    assert kinds(ready_ones, *waited(before=[TO_W, read])) == []


@pytest.mark.parametrize("shown", ["join", "await_exit"])
def test_a_process_that_was_joined_is_ready(shown: str) -> None:
    """Of one that only has ended, a fork server may not know yet."""
    end = (
        op("p1", "p2", "join", at=(30, 31))
        if shown == "join"
        else op("p1", "", "await_exit", ["p2"], at=(30, 31))
    )
    parts = tuple(
        part for part in waited(before=[end]) if not isinstance(part, Operation) or part.actor != "p2"
    )
    actors = {name: Actor() for name in ("main", "p2")}
    tape = tape_of(*parts)
    tape = tape_of(*parts, actors=tape.scenario.actors | actors)

    assert [v.kind for v in ready_ones(tape).violations] == ["ended-process-left-out"] * (shown == "join")


@pytest.mark.parametrize(
    ("timeout", "until", "broken"), [(-1, 41, False), (0.001, 41, False), (0.01, 41, True)]
)
def test_an_empty_answer_comes_when_the_timeout_is_over(timeout: float, until: int, *, broken: bool) -> None:
    """At once, if it is negative; up to 2 ms are a matter of clocks."""
    assert kinds(empty_after_timeout, *waited(timeout=timeout, until=until)) == ["gave-up-early"] * broken


def test_a_negative_timeout_that_never_ends() -> None:
    """In a run that hung in it."""
    asks = op("p1", "@", "connection.wait", ASKED, -1, at=(40, None))
    steps = (Step(target="@", method="connection.wait", arguments=(ASKED, -1)),)

    assert kinds(
        empty_after_timeout,
        asks,
        ended="hung",
        actors={"main": Actor(), "p1": Actor(steps=steps), "p2": Actor()},
    ) == ["waited-for-ever"]
