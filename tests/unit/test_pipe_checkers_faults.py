"""Kills at one end of a pipe: the other end is told, whole messages arrive, and other pipes go on."""

import msgspec
import pytest

from mpconform.checkers import pipe_faults
from mpconform.values import Fault, History, ObjectSpec, Operation, Outcome
from struck import steps_of, struck
from tape import error, history, item, op, received

PIPES = {
    "one": ObjectSpec(factory="Pipe", unpack=("a", "b")),
    "two": ObjectSpec(factory="Pipe", unpack=("c", "d")),
}
KILL = Fault(actor="v0", signal="SIGKILL", step=2, after=9)
END = error("EOFError")
CUT = error("OSError")
#: Everybody is started, and all but v0 and p1 close what they do not use.
BEFORE = (
    *(op("main", name, "start", at=(n, n)) for n, name in enumerate(("p1", "v0"))),
    op("main", "a", "close", at=(2, 2)),
    op("main", "b", "close", at=(3, 3)),
    op("p1", "b", "close", at=(3, 3)),
)
DEAD = op("main", "v0", "join", at=(22, 23))


def told(*operations: Operation, at: int = 20, fault: Fault = KILL, ended: str = "normally") -> History:
    plain = steps_of(history(*BEFORE, *operations, objects=PIPES, family="pipe", ended=ended))
    return struck(plain, fault, at=at)


def sent(n: int, at: tuple[int, int | None]) -> Operation:
    return op("v0", "b", "send", item("v0", n), at=at)


def got(n: int, at: tuple[int, int | None]) -> Operation:
    return op("p1", "a", "recv", at=at, to=received("v0", n))


def raised(at: tuple[int, int], what: dict[str, object] = END, method: str = "recv") -> Operation:
    return op("p1", "a", method, at=at, raised=what)


@pytest.mark.parametrize(
    ("operations", "judged"),
    [
        pytest.param((sent(0, (4, 5)), got(0, (6, 7)), sent(1, (8, None)), raised((9, 30))), 2, id="eof"),
        pytest.param(
            (sent(0, (4, 5)), got(0, (6, 7)), sent(1, (8, None)), raised((9, 30), CUT)), 2, id="cut"
        ),
        pytest.param((sent(0, (4, None)), got(0, (5, 30))), 1, id="whole-although-its-send-never-returned"),
        pytest.param(
            (sent(0, (4, 5)), op("p1", "a", "recv_bytes", at=(6, 7))), 0, id="another-kind-of-receive"
        ),
        pytest.param((sent(0, (4, 5)), op("p1", "a", "recv", at=(6, None))), 0, id="open"),
        pytest.param((sent(0, (4, 5)), raised((6, 9))), 0, id="an-end-before-the-kill-is-not-its-matter"),
    ],
)
def test_whole_messages_and_then_the_end(operations: tuple[Operation, ...], judged: int) -> None:
    """Each message counts, and what is raised after the kill."""
    finding = pipe_faults.whole(told(*operations))

    assert finding.violations == ()
    assert finding.judged == judged


@pytest.mark.parametrize(
    ("operations", "kind"),
    [
        pytest.param(
            (sent(0, (4, None)), raised((5, 30), error("UnpicklingError"))), "kill-cut-message", id="cut"
        ),
        pytest.param((sent(0, (4, 5)), got(0, (6, 7)), got(0, (8, 30))), "kill-never-sent", id="twice"),
        pytest.param(
            (sent(0, (4, 5)), sent(1, (6, 7)), got(1, (8, 9))), "kill-altered-message", id="skipped"
        ),
        pytest.param((sent(0, (10, 11)), got(0, (6, 7))), "kill-never-sent", id="before-it-was-sent"),
        pytest.param(
            (sent(0, (4, 5)), sent(1, (6, None)), got(0, (6, 7)), raised((8, 21)), got(1, (22, 23))),
            "kill-after-the-end",
            id="after-the-end",
        ),
    ],
)
def test_what_was_not_sent_so_is_a_violation(operations: tuple[Operation, ...], kind: str) -> None:
    """The receive is the witness; the strike is told."""
    (violation,) = pipe_faults.whole(told(*operations)).violations

    assert violation.kind == kind
    assert "v0 (process 7) was struck by SIGKILL inside connection.Connection._send" in violation.story


def test_two_writers_or_two_readers_are_left_alone() -> None:
    """The documentation warns of them."""
    written = told(sent(0, (4, 5)), op("p1", "b", "send", 1, at=(6, 7)), got(0, (8, 9)))
    read = told(sent(0, (4, 5)), got(0, (8, 9)), op("main", "a", "recv", at=(10, 11)))

    assert pipe_faults.whole(written).judged == 0
    assert pipe_faults.whole(read).judged == 0


def hung(stuck: Operation, *operations: Operation, joined: bool = True) -> History:
    wait = op("main", "p1", "join", at=(24, None))
    return told(*operations, *((DEAD,) if joined else ()), stuck, wait, ended="hung")


def test_who_waits_for_a_dead_process_for_ever_shows_a_violation() -> None:
    """A receive as well as a send; and only if everybody else had surely closed that end."""
    receive = op("p1", "a", "recv", at=(6, None))
    send = op("p1", "b", "send", item("p1", 0), at=(6, None))
    taken = op("v0", "a", "recv", at=(4, 5), to=1)
    (blocked,) = pipe_faults.ends(hung(receive, sent(0, (4, None)))).violations

    assert blocked.kind == "kill-blocks"
    assert [one.method for one in blocked.witness] == ["recv"]
    assert pipe_faults.ends(hung(receive, sent(0, (4, None)), joined=False)).violations == ()
    # p1 closed its copy of b, and sends to it all the same: nothing is known of a.
    assert pipe_faults.ends(hung(send, taken)).violations == ()


@pytest.mark.parametrize(
    ("op_", "judged", "bad"),
    [
        pytest.param(raised((6, 30)), 1, 0, id="over-after-the-kill"),
        pytest.param(raised((6, 9)), 0, 0, id="over-before-it"),
        pytest.param(
            op("p1", "a", "send", 1, at=(21, 22), raised=error("BrokenPipeError", bases=("OSError",))),
            1,
            0,
            id="told",
        ),
        pytest.param(
            op("p1", "a", "send", 1, at=(21, 22), raised=error("RuntimeError")), 1, 1, id="told-otherwise"
        ),
    ],
)
def test_the_other_end_is_told(op_: Operation, judged: int, bad: int) -> None:
    """By what ends its receives, and by OSError for its sends."""
    finding = pipe_faults.ends(told(sent(0, (4, None)), op_))

    assert (finding.judged, len(finding.violations)) == (judged, bad)
    assert sum(finding.notes.values()) == judged


ASIDE = (
    op("p2", "d", "send", item("p2", 0), at=(21, 24)),
    op("p3", "c", "recv", at=(21, 25), to=received("p2", 0)),
)


def test_another_pipe_goes_on() -> None:
    """What began after the kill is evidence."""
    early = op("p2", "d", "send", item("p2", 0), at=(5, 6))
    finding = pipe_faults.others_survive(told(sent(0, (4, None)), early, *ASIDE))

    assert finding.outcome is Outcome.PASS
    assert finding.judged == 2


def test_another_pipe_that_blocks_is_a_violation_if_the_other_side_is_there() -> None:
    """A receive whose message was sent, or a send that somebody receives; not if that one waits elsewhere."""
    wait = op("main", "p3", "join", at=(30, None))
    blocked = op("p3", "c", "recv", at=(26, None))
    idle = told(sent(0, (4, None)), blocked, wait, ended="hung")
    due = told(sent(0, (4, None)), ASIDE[0], blocked, wait, ended="hung")
    other = op("p2", "", "await_exit", ["v0"], at=(27, None))
    elsewhere = told(sent(0, (4, None)), ASIDE[0], other, blocked, wait, ended="hung")
    (violation,) = pipe_faults.others_survive(due).violations

    assert violation.kind == "kill-other-pipe"
    assert pipe_faults.others_survive(idle).violations == ()
    assert pipe_faults.others_survive(elsewhere).violations == ()


@pytest.mark.parametrize("check", [pipe_faults.ends, pipe_faults.whole, pipe_faults.others_survive])
def test_without_a_kill_nothing_is_judged(check: object) -> None:
    """A stop, and a fault that never struck, change nothing."""
    stop = Fault(actor="v0", signal="SIGSTOP", step=0)
    missed = msgspec.structs.replace(told(sent(0, (4, 5)), got(0, (6, 30)), *ASIDE), holds=())

    assert check(told(sent(0, (4, 5)), got(0, (6, 30)), *ASIDE, fault=stop)).judged == 0  # type: ignore[operator]
    assert check(missed).judged == 0  # type: ignore[operator]
