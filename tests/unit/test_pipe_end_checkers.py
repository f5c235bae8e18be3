"""The end of a pipe: told when it has come, after the data, and not before."""

from typing import Any

import pytest

from mpconform.checkers.pipe_end import data_before_end, end_despite_unread, end_when_closed, no_early_end
from mpconform.values import Actor, ObjectSpec, Operation, Outcome, Step
from pipe_tape import DUPLEX, Checker, alive, shut, tape_of
from tape import error, item, op, received

CHECKERS = (end_when_closed, end_despite_unread, data_before_end, no_early_end)
EOF = error("EOFError")
RESET = error("ConnectionResetError", 104, bases=("ConnectionError", "OSError", "Exception"))


def recv(at: int, to: object = None, raised: dict | None = None) -> Operation:
    return op("p1", "a", "recv", at=(at, at + 1), to=to, raised=raised)


def sent(at: int, actor: str = "p0") -> Operation:
    return op(actor, "b", "send", item(actor, 0), at=(at, at + 1))


def kinds(checker: Checker, *operations: Operation, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*operations, **rest)).violations]


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_pipe_that_nobody_closes_is_no_evidence(checker: Checker) -> None:
    """A message that was there, and nothing more."""
    assert checker(tape_of(sent(0), recv(4, received("p0", 0)))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("checker", CHECKERS)
def test_an_end_in_order_breaks_nothing(checker: Checker) -> None:
    """All copies closed, the message received, then EOFError, twice."""
    operations = (*shut("main", "p0", "p1"), sent(6), recv(20, received("p0", 0)), recv(22, raised=EOF))

    assert kinds(checker, *operations, recv(24, raised=EOF)) == []


def test_an_end_that_came_is_evidence() -> None:
    """EOFError when nothing is left is judged, whoever may hold the other end."""
    assert end_when_closed(tape_of(recv(2, raised=EOF))).judged == 1


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        pytest.param(recv(20, None), "no-end-but-returned", id="none"),
        pytest.param(recv(20, raised=RESET), "no-end-but-raised-otherwise", id="another-error"),
        pytest.param(op("p1", "a", "recv", at=(20, None)), "no-end-but-blocked", id="waits"),
    ],
)
def test_at_the_end_nothing_but_eof_error_will_do(read: Operation, kind: str) -> None:
    """All copies are closed; the witness are the closes, and the receive last."""
    tape = tape_of(*shut("main", "p1"), read, ended="hung" if read.open else "normally")

    (violation,) = end_when_closed(tape).violations
    assert violation.kind == kind
    assert [w.method for w in violation.witness] == ["close", "close", "recv"]
    assert "every copy of the other end was closed" in violation.story


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(shut("p1"), id="main-holds-it"),
        pytest.param([*shut("main", "p1"), op("main", "p2", "start", at=(8, 9))], id="p2-inherited-it"),
        pytest.param([*shut("main", "p1"), op("main", "p2", "start", at=(8, 11))], id="p2-started-meanwhile"),
        pytest.param(
            [*shut("main", "p1"), op("main", "q", "put", {"$object": "b"}, at=(0, 1))], id="given-away"
        ),
        pytest.param([*shut("main", "p1"), op("main", "@", "Manager", at=(0, 1))], id="other-processes"),
        pytest.param([*shut("main", "p1"), op("p1", "p2", "start", at=(5, 6))], id="grandchildren"),
        pytest.param(shut("main", "p1", at=19), id="closing-meanwhile"),
    ],
)
def test_a_copy_that_may_be_open_excuses_everything(operations: list[Operation]) -> None:
    """If any process may hold the other end, no receive must end."""
    assert kinds(end_when_closed, *operations, recv(20, None)) == []


@pytest.mark.parametrize(
    "ending",
    [op("main", "p2", "join", at=(12, 13)), op("main", "", "await_exit", ["p2"], at=(12, 13))],
    ids=["joined", "seen-dead"],
)
def test_a_process_that_has_ended_holds_nothing(ending: Operation) -> None:
    """A join without timeout, or await_exit; a join with a timeout shows nothing."""
    start = op("main", "p2", "start", at=(8, 9))
    timed = op("main", "p2", "join", 1, at=(12, 13))

    assert kinds(end_when_closed, *shut("main", "p1"), start, ending, recv(20, None)) == [
        "no-end-but-returned"
    ]
    assert kinds(end_when_closed, *shut("main", "p1"), start, timed, recv(20, None)) == []


def test_a_process_started_after_the_close_holds_nothing() -> None:
    """Main had closed its copy strictly before."""
    late = op("main", "p2", "start", at=(15, 16))

    assert kinds(end_when_closed, *shut("main", "p1"), late, recv(20, None)) == ["no-end-but-returned"]


def test_a_blocked_receive_is_judged_in_a_hung_run_only() -> None:
    """And not if its actor was killed, or if a message may be left."""
    blocked = op("p1", "a", "recv", at=(20, None))
    kill = op("main", "p1", "kill", at=(30, 31))

    assert kinds(end_when_closed, *shut("main", "p1"), blocked) == []
    assert kinds(end_when_closed, *shut("main", "p1"), blocked, kill, ended="hung") == []
    assert kinds(end_when_closed, *shut("main", "p0", "p1"), sent(6), blocked, ended="hung") == []


def test_rejected_arguments_are_not_the_end() -> None:
    """A negative offset may be refused before the pipe is looked at."""
    rejected = op(
        "p1", "a", "recv_bytes_into", {"$buffer": ["x", 1]}, -1, at=(20, 21), raised=error("ValueError")
    )

    assert kinds(end_when_closed, *shut("main", "p1"), rejected) == []


def test_a_reset_with_unread_messages_is_a_requirement_of_its_own() -> None:
    """The other end was closed before it had read everything: only that requirement is broken."""
    unread = op("p1", "a", "send", 1, at=(8, 9))
    operations = (*shut("main", "p0", "p1"), unread, recv(20, raised=RESET))

    assert kinds(end_when_closed, *operations, objects=DUPLEX) == []
    assert kinds(end_despite_unread, *operations, objects=DUPLEX) == ["no-end-but-raised-otherwise"]


def test_a_reset_with_everything_read_breaks_the_plain_requirement() -> None:
    """p0 had received what p1 sent."""
    answered = [op("p1", "a", "send", 1, at=(6, 7)), op("p0", "b", "recv", at=(8, 9), to=1)]
    operations = (*shut("main", "p0", "p1"), *answered, recv(20, raised=RESET))

    assert kinds(end_when_closed, *operations, objects=DUPLEX) == ["no-end-but-raised-otherwise"]
    assert kinds(end_despite_unread, *operations, objects=DUPLEX) == []


@pytest.mark.parametrize(
    ("at", "lost"), [pytest.param(0, True, id="sent-before"), pytest.param(19, False, id="touching")]
)
@pytest.mark.parametrize("end", [EOF, RESET], ids=["end", "reset"])
def test_what_was_sent_comes_before_the_end(at: int, lost: bool, end: dict) -> None:  # noqa: FBT001
    """The send had returned strictly before the receive that met the end began."""
    tape = tape_of(sent(at), recv(20, raised=end))
    finding = data_before_end(tape)

    assert finding.judged == 1
    assert [v.kind for v in finding.violations] == (["end-before-data"] if lost else [])
    for violation in finding.violations:
        assert [w.method for w in violation.witness] == ["send", "recv"]


def test_a_message_after_a_close_is_evidence() -> None:
    """Data before the end is judged at receives that somebody's close preceded."""
    assert data_before_end(tape_of(sent(0), recv(2, received("p0", 0)))).judged == 0
    close = op("p0", "b", "close", at=(2, 3))
    assert data_before_end(tape_of(sent(0), close, recv(4, received("p0", 0)))).judged == 1


@pytest.mark.parametrize(
    ("operations", "early"),
    [
        pytest.param([alive(30)], True, id="main-holds-it"),
        pytest.param([alive(21)], False, id="main-perhaps-over"),
        pytest.param([alive(30), op("main", "b", "close", at=(10, 11))], False, id="main-closed"),
        pytest.param([alive(30), op("main", "b", "close", at=(21, 22))], False, id="main-closing"),
        pytest.param([alive(30), op("main", "b", "close", at=(22, 23))], True, id="main-closes-later"),
        pytest.param([alive(30), op("main", "", "collect", "b", at=(10, 11))], False, id="main-dropped-it"),
        pytest.param([sent(22)], True, id="a-later-send"),
        pytest.param(
            [op("p0", "b", "send", 1, at=(22, 23), raised=error("OSError"))], False, id="a-later-failure"
        ),
    ],
)
def test_the_end_does_not_come_while_somebody_holds_the_other_end(
    operations: list[Operation],
    early: bool,  # noqa: FBT001
) -> None:
    """An actor holds an end while it takes steps and has not begun to close it."""
    finding = no_early_end(tape_of(*operations, recv(20, raised=EOF)))

    assert finding.judged == 1
    assert [v.kind for v in finding.violations] == (["early-end"] if early else [])
    for violation in finding.violations:
        assert violation.witness[0].method == "recv"


def test_an_actor_that_was_given_the_end_holds_it() -> None:
    """Its steps name the end, and it takes a step after the end was met."""
    actors = {"main": Actor(), "p0": Actor(steps=(Step(target="b", method="close"),)), "p1": Actor()}
    operations = (
        op("main", "p0", "start", at=(0, 1)), op("main", "b", "close", at=(2, 3)),
        op("p0", "", "hold", 1, at=(5, 30)), recv(20, raised=EOF),
    )  # fmt: skip

    assert kinds(no_early_end, *operations, actors=actors) == ["early-end"]
    # Main may have closed it before p0 got it.
    earlier = (operations[0], op("main", "b", "close", at=(1, 2)), *operations[2:])
    assert kinds(no_early_end, *earlier, actors=actors) == []


def test_a_receive_that_had_to_wait_is_evidence() -> None:
    """It might have met the end instead."""
    waiting = op("p1", "a", "recv", at=(0, 9), to=received("p0", 0))

    assert no_early_end(tape_of(waiting, sent(2))).judged == 1


def test_two_pipes_are_judged_apart() -> None:
    """The close of one says nothing of the other."""
    objects = {
        "one": ObjectSpec(factory="Pipe", arguments=(False,), unpack=("a", "b")),
        "two": ObjectSpec(factory="Pipe", keywords={"duplex": False}, unpack=("c", "d")),
    }
    operations = (*shut("main", "p1", end="d"), recv(20, None))

    assert kinds(end_when_closed, *operations, objects=objects) == []
