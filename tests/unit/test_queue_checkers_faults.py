"""Kills: what a dead process used is given up, and nothing else is."""

import msgspec
import pytest

from mpconform.checkers import queue_faults, queue_order
from mpconform.checkers.queue_book import books
from mpconform.values import Actor, Fault, History, Hold, ObjectSpec, Operation, Outcome
from tape import history, item, op, received


def told(*operations: Operation, fault: str = "SIGKILL", ended: str = "normally", at: int = 5) -> History:
    """v0, which used q, was struck after 5 ms; main and c0 use r."""
    names = sorted({"main", "v0", *(one.actor for one in operations)})
    found = history(
        op("v0", "q", "put", item("v0", 0), at=(0, 1)),
        *operations,
        objects={"q": ObjectSpec(factory="Queue"), "r": ObjectSpec(factory="Queue")},
        actors={name: Actor() for name in names},
        ended=ended,
    )
    struck = Hold(
        actor="v0", pid=7, began_ns=at, length_ns=0, function="queues.Queue._feed", line=9, fault=fault
    )
    scenario = msgspec.structs.replace(
        found.scenario, faults=(Fault(actor="v0", signal=fault, after=3, length_s=0.1),)
    )
    return msgspec.structs.replace(found, scenario=scenario, holds=(struck,) if at else ())


AFTER = (
    op("main", "r", "put", item("main", 0), at=(6, 7)),
    op("c0", "r", "get", at=(6, 8), to=received("main", 0)),
)


def test_others_go_on_with_another_queue() -> None:
    """Each operation after the kill is evidence; those before it are not."""
    before = op("main", "r", "put", item("main", 1), at=(2, 3))
    finding = queue_faults.others_survive(told(before, *AFTER))

    assert finding.outcome is Outcome.PASS
    assert finding.judged == 2


def test_another_queue_that_blocks_is_a_violation() -> None:
    """The story tells where the process was struck."""
    stuck = op("c0", "r", "get", at=(6, None))
    wait = op("main", "c0", "join", at=(7, None))
    finding = queue_faults.others_survive(told(AFTER[0], stuck, wait, ended="hung"))
    (violation,) = finding.violations

    assert violation.kind == "other-queue-blocked"
    assert violation.witness == (stuck,)
    assert violation.summary == ("After v0, which never used r, was killed, c0's get of r blocked for ever.")
    assert "struck by SIGKILL inside queues.Queue._feed (line 9)" in violation.story


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(told(*AFTER, at=0), id="the-fault-never-struck"),
        pytest.param(told(*AFTER, fault="SIGSTOP"), id="it-was-only-stopped"),
        pytest.param(told(op("t0", "q", "get", at=(6, None)), ended="hung"), id="only-its-own-queue-blocks"),
    ],
)
def test_without_a_kill_and_another_queue_nothing_is_judged(history: History) -> None:
    """What becomes of the queue that the dead process used, nobody promises."""
    assert queue_faults.others_survive(history).outcome is Outcome.UNKNOWN


def test_what_happens_on_its_own_queue_is_noted() -> None:
    """By method and outcome; what came before the kill does not count."""
    finding = queue_faults.others_survive(
        told(
            op("t0", "q", "put", 1, at=(2, 3)),
            op("t0", "q", "put", 1, at=(6, 7)),
            op("t0", "q", "get", at=(8, None)),
        )
    )

    assert finding.notes == {"put after a kill worked": 1, "get after a kill blocked": 1}


def test_a_queue_whose_user_may_be_killed_is_not_judged_by_anybody() -> None:
    """A stop takes itself back, and changes nothing."""
    assert [book.name for book in books(told(*AFTER), "Queue")] == ["r"]
    assert [book.name for book in books(told(*AFTER, fault="SIGSTOP"), "Queue")] == ["q", "r"]
    assert queue_order.per_producer_fifo(told(*AFTER)).judged == 0
