"""Progress: whatever must end, ends."""

import pytest

from mpconform.checkers.progress import every_operation_ends
from mpconform.values import Outcome
from tape import history, op


def test_a_run_that_ended_is_no_violation() -> None:
    """Whatever its operations did; evidence are the calls on the backend."""
    finding = every_operation_ends(
        history(
            op("p0", "q", "put", at=(1, 2)),
            op("p0", "", "pid", at=(3, 4)),
            op("c0", "q", "get", at=(5, None)),
        )
    )

    assert finding.outcome is Outcome.PASS
    assert finding.judged == 2


def test_a_run_without_calls_says_nothing() -> None:
    """No evidence is never a pass."""
    assert every_operation_ends(history(op("p0", "", "pid", at=(1, 2)))).outcome is Outcome.UNKNOWN


def test_the_operation_that_blocks_is_the_witness() -> None:
    """Before those that only wait for others, although these began earlier."""
    finding = every_operation_ends(
        history(
            op("main", "p0", "join", at=(1, None)),
            op("p1", "", "rendezvous", 0, ["p0"], at=(2, None)),
            op("p0", "q", "put", at=(3, 4)),
            op("p0", "q", "get", at=(5, None)),
            ended="hung",
            detail="nothing moved for 4 s",
        )
    )
    (violation,) = finding.violations

    assert violation.kind == "hang-in-get"
    assert violation.witness[0].method == "get"
    assert "p0's q.get()" in violation.summary
    assert "never returned" in violation.story
    assert violation.observed == ("nothing moved for 4 s",)


def test_a_hang_in_nothing_that_was_recorded_is_one() -> None:
    """It is proven by what was seen."""
    (violation,) = every_operation_ends(history(op("main", "q", "put", at=(1, 2)), ended="hung")).violations

    assert violation.kind == "hang-in-nothing"
    assert violation.observed == ("hung",)
    assert "outside of any recorded operation" in violation.summary


@pytest.mark.parametrize("operations", [(), (op("main", "q", "put", at=(1, None)),)])
def test_the_end_of_the_main_process_is_a_violation(operations: tuple[object, ...]) -> None:
    """Also if it happened before the first operation."""
    finding = every_operation_ends(history(*operations, ended="crashed", detail="killed by SIGSEGV"))
    (violation,) = finding.violations

    assert violation.kind == "main-process-crashed"
    assert "SIGSEGV" in violation.summary
    assert finding.judged >= 1
