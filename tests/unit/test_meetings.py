"""Who met whom at a listener, on tapes written by hand."""

import pytest

from connection_tape import (
    AUTH,
    CLOSED,
    KEY,
    NOBODY,
    TCP,
    accept,
    alive,
    awaited,
    client,
    door,
    tape_of,
    wire,
)
from mpconform.meetings import doors, key_of, meetings, surely_open
from mpconform.values import History
from tape import op


def met(history: History) -> list[tuple[str, str]]:
    return [(meeting.server, meeting.client) for meeting in meetings(history)]


def test_the_only_client_meets_the_only_accept() -> None:
    """Whoever is first."""
    assert met(tape_of(door(), awaited(4), accept(5, 9), client(6, 8))) == [("c", "d")]
    assert met(tape_of(door(), awaited(4), client(6, 8), accept(20, 21))) == [("c", "d")]


def test_clients_one_after_the_other_are_met_in_that_order() -> None:
    """At a socket of the file system they need not be accepted in between."""
    tape = tape_of(door(), awaited(4), client(6, 7), client(8, 9, "e"), accept(10, 11), accept(12, 13, "f"))

    assert met(tape) == [("c", "d"), ("f", "e")]


@pytest.mark.parametrize("second", [7, 6, 5])
def test_clients_at_the_same_time_are_met_in_any_order(second: int) -> None:
    """Intervals are closed: what touches is at the same time."""
    tape = tape_of(
        door(),
        awaited(4),
        client(4, 7, actor="p2"),
        client(second + 1, second + 4, "e"),
        accept(20, 21),
        accept(22, 23, "f"),
    )

    assert met(tape) == ([("c", "d"), ("f", "e")] if second == 7 else [])


def test_after_some_at_the_same_time_a_later_one_is_certain() -> None:
    """All that came before are in the queue before it."""
    tape = tape_of(
        door(),
        client(5, 8, actor="p2", place={"$socket": "door"}),
        client(6, 9, "e", place={"$socket": "door"}),
        client(12, 13, "g", actor="p3", place={"$socket": "door"}),
        accept(20, 21, "x"),
        accept(22, 23, "y"),
        accept(24, 25, "z"),
    )

    assert met(tape) == [("z", "g")]


@pytest.mark.parametrize(("until", "certain"), [(7, True), (8, False)])
def test_over_the_network_the_accept_must_have_come_first(until: int, *, certain: bool) -> None:
    """Of two connects without an accept between them it is not known whose came first."""
    tape = tape_of(
        door(where=TCP), awaited(4), client(5, 6), accept(5, until), client(8, 9, "e"), accept(20, 21, "f")
    )

    assert met(tape) == ([("c", "d"), ("f", "e")] if certain else [])


def test_who_found_nobody_met_nobody() -> None:
    """A client that was refused was never in the queue."""
    tape = tape_of(
        door(10),
        client(0, 1, "n", raised=NOBODY, place={"$socket": "door"}),
        awaited(14),
        client(16, 17),
        accept(18, 19),
    )

    assert met(tape) == [("c", "d")]


def test_a_failed_accept_has_met_its_client() -> None:
    """The next one meets the next; after a close it met nobody."""
    failed = tape_of(
        door(authkey=KEY),
        awaited(4),
        client(5, 8, "n", key=KEY, raised=AUTH),
        accept(5, 9, "x", raised=AUTH),
        client(12, 15, key=KEY),
        accept(11, 16),
    )
    closed = tape_of(
        door(), awaited(4), op("p0", "l", "close", at=(5, 6)), accept(7, 8, raised=CLOSED), client(9, 10)
    )

    assert met(failed) == [("x", "n"), ("c", "d")]
    assert met(closed) == []


def test_a_plain_socket_meets_as_a_client_does() -> None:
    """So does a client at a plain listening socket, whose accept returns a pair."""
    plain = tape_of(
        (op("p0", "", "wire_listen", at=(0, 1), to={"$object": "s"}), "s"),
        (op("p0", "s", "getsockname", at=(2, 3), to={"$tuple": ["127.0.0.1", 7]}), "place"),
        op("p0", "", "tell", "door", {"$object": "place"}, at=(4, 5)),
        awaited(6),
        client(8, None),
        (op("p0", "s", "accept", at=(9, 10), to={"$tuple": [{"$object": "x"}, {"$tuple": []}]}), "pair"),
        (op("p0", "pair", "__getitem__", 0, at=(11, 12), to={"$object": "x"}), "x"),
    )

    assert met(tape_of(door(), awaited(4), wire(6, 7), accept(8, 9))) == [("c", "w")]
    assert met(plain) == [("x", "d")]


def test_a_name_that_is_bound_twice_is_no_listener() -> None:
    """It is not known which of them is meant."""
    assert len(list(doors(tape_of(door())))) == 1
    assert list(doors(tape_of(door(), door(10)))) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param([alive("p0", 9)], True, id="used-later"),
        pytest.param([], False, id="its-process-may-have-ended"),
        pytest.param([op("p0", "l", "close", at=(8, 9)), alive("p0", 12)], False, id="closed-at-its-end"),
        pytest.param([op("p0", "l", "close", at=(9, 10))], True, id="closed-after-it"),
        pytest.param([op("p0", "", "collect", "l", at=(5, 6)), alive("p0", 12)], False, id="collected"),
    ],
)
def test_a_listener_is_surely_open_until_something_may_have_closed_it(more: list, *, expected: bool) -> None:
    """And as long as its process surely lives."""
    tape = tape_of(door(), awaited(4), client(6, 8), *more)
    (one,) = doors(tape)
    (connect,) = (o for o in tape.operations if o.method == "connection.Client")

    assert surely_open(tape, one, connect) is expected


@pytest.mark.parametrize(("ended", "expected"), [("hung", True), ("normally", False)])
def test_a_listener_that_accepts_for_ever_is_open(ended: str, *, expected: bool) -> None:
    """In a run that hung, unless its process was ended by force."""
    parts = (door(), awaited(4), client(6, 8, raised=NOBODY), accept(5, None))
    for more in ([], [op("main", "p0", "kill", at=(20, 21))]):
        tape = tape_of(*parts, *more, ended=ended)
        (one,) = doors(tape)
        (connect,) = (o for o in tape.operations if o.method == "connection.Client")

        assert surely_open(tape, one, connect) is (expected and not more)


def test_a_key_is_given_by_keyword_or_by_position() -> None:
    """It is the fourth argument of a listener, and the third of a client."""
    assert key_of(op("p", "@", "connection.Listener", None, None, 1, KEY, at=(0, 1))) == KEY
    assert key_of(op("p", "@", "connection.Client", "x", None, KEY, at=(0, 1))) == KEY
    assert key_of(op("p", "@", "connection.Client", "x", at=(0, 1), authkey=KEY)) == KEY
    assert key_of(op("p", "", "wire", "x", at=(0, 1))) is None


def test_who_made_the_listener_may_ask_it_where_it_is() -> None:
    """Another actor that has something of that name asks something else."""
    asked = {"$attribute": ["l", "address"]}

    assert met(tape_of(door(where=TCP), client(6, 8, actor="p0", place=asked), accept(9, 10))) == [("c", "d")]
    assert met(tape_of(door(where=TCP), client(6, 8, actor="p1", place=asked), accept(9, 10))) == []
