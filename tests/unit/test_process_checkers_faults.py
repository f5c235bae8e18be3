"""Interrupts and shortages: exit codes, joins that are repeated, and starts."""

import msgspec
import pytest

from mpconform.checkers import process_faults
from mpconform.values import ActorRecord, Fault, History, Operation, Outcome
from struck import steps_of, struck
from tape import error, history, op

INTERRUPT = Fault(actor="v0", signal="SIGINT", step=0)
START = op("main", "v0", "start", at=(0, 1))
JOIN = op("main", "v0", "join", at=(10, 11))


def told(
    *deeds: Operation, code: object, finished: bool = False, fault: Fault = INTERRUPT, join: Operation = JOIN
) -> History:
    read = op("main", "v0", ".exitcode", at=(12, 13), to=code)
    found = struck(steps_of(history(START, *deeds, join, read, family="process")), fault, at=5)
    return msgspec.structs.replace(found, actors={"v0": ActorRecord(pids=(7,), finished=finished)})


LINGERS = op("v0", "", "linger", at=(4, None))
CAUGHT = op("v0", "me", ".name", at=(4, 6), raised=error("KeyboardInterrupt"))


@pytest.mark.parametrize(
    ("found", "judged", "bad"),
    [
        pytest.param(told(LINGERS, code=1), 1, 0, id="it-left-the-target"),
        pytest.param(told(LINGERS, code=0), 1, 1, id="and-is-told-as-success"),
        pytest.param(told(LINGERS, code=-2), 1, 1, id="and-is-told-as-a-signal"),
        pytest.param(told(LINGERS, code=None), 1, 1, id="and-is-not-told"),
        pytest.param(told(LINGERS, code=True), 1, 1, id="and-is-told-as-true"),
        pytest.param(told(CAUGHT, code=0, finished=True), 1, 0, id="it-was-caught"),
        pytest.param(told(CAUGHT, code=1, finished=True), 1, 1, id="it-was-caught-and-failed"),
        pytest.param(told(op("v0", "", "pid", at=(2, 3)), code=-2, finished=True), 0, 0, id="at-the-end"),
        pytest.param(told(op("v0", "", "exit", 3, at=(4, None)), code=3), 0, 0, id="it-ended-by-itself"),
        pytest.param(
            told(LINGERS, code=0, join=op("main", "v0", "join", at=(10, 11), timeout_s=0.1)),
            0,
            0,
            id="unjoined",
        ),
        pytest.param(
            told(LINGERS, code=-9, fault=Fault(actor="v0", signal="SIGKILL", step=0)), 0, 0, id="killed"
        ),
        pytest.param(
            told(LINGERS, op("main", "v0", "terminate", at=(6, 7)), code=-15), 0, 0, id="terminated-as-well"
        ),
    ],
)
def test_the_exit_code_of_a_target_that_was_interrupted(found: History, judged: int, bad: int) -> None:
    """1 if the exception left it, 0 if it came to its end after it."""
    finding = process_faults.interrupted_targets(found)

    assert (finding.judged, len(finding.violations)) == (judged, bad)


def test_an_interrupt_at_the_end_is_noted() -> None:
    """Nobody promises what comes of it."""
    finding = process_faults.interrupted_targets(told(op("v0", "", "pid", at=(2, 3)), code=-2, finished=True))

    assert finding.notes == {"exit code -2 after an interrupt at the end": 1}


def joins(*operations: Operation, lingers: Operation = LINGERS, at: int = 5) -> History:
    plain = steps_of(history(START, *operations, lingers, family="process"))
    return struck(plain, Fault(actor="main", signal="SIGINT", step=1, later_s=0.1), at=at)


LEFT = op("main", "v0", "join", at=(2, 6), raised=error("KeyboardInterrupt"))
HIT = op("main", "v0", "terminate", at=(7, 8))


@pytest.mark.parametrize(
    ("found", "judged", "kinds"),
    [
        pytest.param(joins(LEFT, HIT, JOIN), 2, [], id="repeated"),
        pytest.param(joins(LEFT), 1, [], id="not-repeated"),
        pytest.param(joins(op("main", "v0", "join", at=(2, 6)), HIT), 1, ["interrupt-lost"], id="returned"),
        pytest.param(
            joins(op("main", "v0", "join", at=(2, 6), raised=error("OSError")), HIT),
            1,
            ["interrupt-lost"],
            id="raised",
        ),
        pytest.param(
            joins(LEFT, HIT, op("main", "v0", "join", at=(10, 11), raised=error("ValueError"))),
            2,
            ["join-not-repeated"],
            id="cannot-be-repeated",
        ),
        pytest.param(
            joins(op("main", "v0", "join", at=(2, 6)), lingers=op("v0", "", "pid", at=(1, 2))),
            0,
            [],
            id="it-may-have-ended",
        ),
        pytest.param(
            joins(op("main", "v0", "join", at=(2, 8)), HIT), 0, [], id="it-was-terminated-meanwhile"
        ),
    ],
)
def test_an_interrupted_join(found: History, judged: int, kinds: list[str]) -> None:
    """KeyboardInterrupt, and another join."""
    finding = process_faults.interrupted_joins(found)

    assert (finding.judged, [violation.kind for violation in finding.violations]) == (judged, kinds)


def test_a_start_in_need_is_judged() -> None:
    """As every other call in a shortage."""
    found = struck(
        steps_of(
            history(
                op("main", "p0", "start", at=(0, 1)),
                op("main", "p1", "start", at=(4, 5), raised=error("OSError", 24)),
                op("main", "p2", "start", at=(6, 7)),
            )
        ),
        Fault(actor="main", signal="EMFILE", step=1),
        at=3,
    )
    finding = process_faults.started_in_need(found)

    assert finding.outcome is Outcome.PASS
    assert finding.judged == 2
    assert finding.notes == {"start without descriptors raised OSError": 1}
