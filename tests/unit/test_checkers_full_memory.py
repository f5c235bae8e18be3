"""What comes of shared memory that is asked for while somebody else keeps /dev/shm full."""

import pytest

from mpconform.checkers.faults import crowded, spared
from mpconform.checkers.memory_faults import made_in_need
from mpconform.values import Fault, History, Operation, Outcome
from struck import steps_of, struck
from tape import error, history, op

NO_ROOM = error("OSError", 28, "No space left on device")


def making(actor: str, at: int, *, raised: object = None, ended: bool = True) -> Operation:
    to = {"$object": "x"} if ended and raised is None else None
    return op(actor, "@", "Array", "i", 5, at=(at, at + 1 if ended else None), to=to, raised=raised)  # type: ignore[arg-type]


def full(*operations: Operation, told: bool = True) -> History:
    """Return a history in which main keeps /dev/shm full from 10 to 20, while it joins p0."""
    whole = history(op("main", "p0", "start", at=(0, 1)), op("main", "p0", "join", at=(10, 20)), *operations)
    return struck(steps_of(whole), Fault(actor="main", signal="ENOSPC", step=1), at=10, told=told)


def code(number: int) -> Operation:
    return op("main", "p0", ".exitcode", at=(21, 22), to=number)


WARM = making("p0", 2)


@pytest.mark.parametrize(
    ("operations", "judged", "note"),
    [
        pytest.param([making("p0", 12), code(0)], 1, "worked", id="made"),
        pytest.param([making("p0", 12, raised=NO_ROOM), code(0)], 1, "raised OSError", id="refused"),
        pytest.param([making("p0", 12, ended=False), code(-7)], 1, "was ended by SIGBUS", id="touched"),
        pytest.param([making("p0", 12), making("main", 30)], 2, "worked", id="room-again"),
    ],
)
def test_what_may_come_of_it(operations: list[Operation], judged: int, note: str) -> None:
    """It is noted which, and makes no difference to any other requirement."""
    finding = made_in_need(full(WARM, *operations))

    assert finding.outcome is Outcome.PASS
    assert (finding.judged, finding.notes) == (judged, {f"Array while /dev/shm was full {note}": 1})
    assert not any(one.actor == "p0" for one in spared(full(WARM, *operations)).operations)


@pytest.mark.parametrize(
    ("operations", "kind"),
    [
        pytest.param([making("p0", 12, raised=error("MemoryError"))], "full-no-os-error", id="other-error"),
        pytest.param([making("p0", 12, ended=False), code(-11)], "full-crash", id="crash"),
        pytest.param(
            [making("p0", 12, raised=NO_ROOM), making("main", 30, raised=NO_ROOM)],
            "full-lasting",
            id="lasting",
        ),
    ],
)
def test_what_must_not(operations: list[Operation], kind: str) -> None:
    """The call that met the full /dev/shm is part of the witness."""
    (violation,) = made_in_need(full(WARM, *operations)).violations

    assert violation.kind == kind
    assert violation.witness[0].invoked_ns == 12
    assert "/dev/shm was full" in violation.summary


def test_without_room_that_lacks_nothing_is_judged() -> None:
    """Nor before anything like it was made, nor of what was over before."""
    wrong = making("p0", 12, raised=error("MemoryError"))

    assert made_in_need(full(wrong)).judged == 0
    assert made_in_need(full(WARM, wrong, told=False)).judged == 0
    assert crowded(full(WARM, making("p0", 30))) == ()
