"""Kills of processes that use shared memory: whole values, answers of locks, and blocks that stay."""

import pytest

from mpconform.checkers import memory_faults
from mpconform.payload import digest_of
from mpconform.values import Fault, History, ObjectSpec, Operation
from struck import steps_of, struck
from tape import error, history, op

KILL = Fault(actor="v0", signal="SIGKILL", step=1, after=9)
NAME = {"$unique": "seg"}
OBJECTS = {
    "v": ObjectSpec(factory="Value", arguments=("q", 1)),
    "w": ObjectSpec(factory="Value", arguments=("q", 0)),
    "seg": ObjectSpec(
        factory="shared_memory.SharedMemory", keywords={"name": NAME, "create": True, "size": 100}
    ),
}
WRITES = (op("v0", "v", ".value=", 2, at=(4, 5)), op("v0", "v", ".value=", 3, at=(6, None)))


def told(*operations: Operation, at: int = 8, told: bool = True, ended: str = "normally") -> History:
    plain = steps_of(history(*operations, objects=OBJECTS, family="memory", ended=ended))
    return struck(plain, KILL, at=at, told=told)


@pytest.mark.parametrize("seen", [1, 2, 3])
def test_a_read_after_the_kill_returns_what_was_written(seen: int) -> None:
    """Whichever of the writes, the open one too; and the first contents."""
    finding = memory_faults.whole(told(*WRITES, op("t0", "v", ".value", at=(9, 10), to=seen)))

    assert (finding.judged, finding.violations) == (1, ())


def test_a_read_of_what_nobody_wrote_is_a_violation() -> None:
    """As is that of what is written only later."""
    later = op("main", "v", ".value=", 4, at=(11, 12))
    torn = told(*WRITES, op("t0", "v", ".value", at=(9, 10), to=0x0200), later)
    early = told(*WRITES, op("t0", "v", ".value", at=(9, 10), to=4), later)

    assert [violation.kind for violation in memory_faults.whole(torn).violations] == ["kill-torn-value"]
    assert [violation.kind for violation in memory_faults.whole(early).violations] == ["kill-torn-value"]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(told(*WRITES, op("t0", "v", ".value", at=(2, 3), to=9)), id="before-the-kill"),
        pytest.param(told(*WRITES, op("v0", "v", ".value", at=(9, 10), to=9)), id="its-own"),
        pytest.param(told(*WRITES, op("t0", "v", ".value", at=(9, None))), id="blocked"),
        pytest.param(told(*WRITES, op("t0", "w", ".value", at=(9, 10), to=9)), id="another-value"),
        pytest.param(told(*WRITES, op("t0", "v", ".value", at=(9, 10), to=9), told=False), id="no-kill"),
        pytest.param(
            told(
                *WRITES,
                op("main", "", "increment", {"$object": "v"}, 1, at=(7, 8)),
                op("t0", "v", ".value", at=(9, 10), to=9),
            ),
            id="otherwise-written",
        ),
    ],
)
def test_what_is_not_judged(found: History) -> None:
    """Only reads of others, after a kill, of a Value that was assigned to."""
    assert memory_faults.whole(found).judged == 0


def locked(**answer: object) -> History:
    return told(
        *WRITES,
        op("t0", "v", "get_lock", at=(9, 10), to={"$object": "l"}),
        op("t0", "l", "acquire", at=(11, 12), timeout_s=0.1, **answer),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("answer", "bad"),
    [
        pytest.param({"to": True}, 0, id="free"),
        pytest.param({"to": False}, 0, id="held"),
        pytest.param({"to": None}, 1, id="none"),
        pytest.param({"raised": error("OSError", 130)}, 1, id="raised"),
    ],
)
def test_a_lock_answers(answer: dict[str, object], bad: int) -> None:
    """True or False, whichever is noted."""
    finding = memory_faults.lock_answers(locked(**answer))

    assert (finding.judged, len(finding.violations)) == (1, bad)
    assert sum(finding.notes.values()) == 1


def test_a_lock_that_is_waited_for_without_a_timeout_owes_no_answer() -> None:
    """It may be held for ever."""
    found = told(
        *WRITES,
        op("t0", "v", "get_lock", at=(9, 10), to={"$object": "l"}),
        op("t0", "l", "acquire", at=(11, None)),
    )

    assert memory_faults.lock_answers(found).judged == 0


def test_another_value_is_as_it_was() -> None:
    """It neither raises nor blocks."""
    fine = op("main", "w", ".value", at=(9, 10), to=0)
    blocks = op("main", "w", ".value", at=(9, None))
    fails = op("main", "w", ".value", at=(9, 10), raised=error("OSError"))
    early = op("main", "w", ".value", at=(2, 3), raised=error("OSError"))

    assert memory_faults.others_survive(told(*WRITES, fine)).judged == 1
    assert memory_faults.others_survive(told(*WRITES, early)).judged == 0
    assert memory_faults.others_survive(told(*WRITES, blocks)).judged == 0
    for one, ended in ((blocks, "hung"), (fails, "normally")):
        (violation,) = memory_faults.others_survive(told(*WRITES, one, ended=ended)).violations
        assert violation.kind == "kill-other-value"


ATTACHED = (
    op("v0", "@", "shared_memory.SharedMemory", NAME, at=(4, 5), to={"$object": "mine"}),
    op("v0", "mine", ".size", at=(6, 7), to=100),
)
WRITTEN = (
    op("main", "seg", ".buf", at=(0, 1), to={"$object": "view"}),
    op("main", "view", "__setitem__", {"$slice": [0, 9]}, {"$bytes": [5, 9]}, at=(2, 3)),
)
BYTES = {"$digest": list(digest_of(5, 9))}


def attached(at: int = 9, **more: object) -> Operation:
    return op("main", "@", "shared_memory.SharedMemory", at=(at, at + 1), name=NAME, **more)  # type: ignore[arg-type]


def read(at: int = 9, to: object = BYTES) -> Operation:
    return op("main", "view", "__getitem__", {"$slice": [0, 9]}, at=(at, at + 1), to=to)


@pytest.mark.parametrize(
    ("operations", "judged", "kinds"),
    [
        pytest.param((attached(to={"$object": "again"}), read(12)), 2, [], id="stays"),
        pytest.param((attached(raised=error("FileNotFoundError")),), 1, ["kill-block-gone"], id="gone"),
        pytest.param((read(9, {"$digest": [9, 0]}),), 1, ["kill-bytes-changed"], id="changed"),
        pytest.param(
            (op("main", "seg", "unlink", at=(9, 10)), attached(11, raised=error("FileNotFoundError"))),
            0,
            [],
            id="unlinked",
        ),
        pytest.param((attached(6, raised=error("FileNotFoundError")),), 0, [], id="before-the-kill"),
        pytest.param(
            (op("p0", "view", "__setitem__", 0, 7, at=(9, 10)), read(12, {"$digest": [9, 0]})),
            0,
            [],
            id="others-write",
        ),
    ],
)
def test_a_block_stays_with_its_bytes(
    operations: tuple[Operation, ...], judged: int, kinds: list[str]
) -> None:
    """For main, which attaches to it again and reads what it alone wrote."""
    finding = memory_faults.block_stays(told(*WRITTEN, *ATTACHED, *operations))

    assert (finding.judged, [violation.kind for violation in finding.violations]) == (judged, kinds)


def test_who_never_attached_says_nothing_about_the_block() -> None:
    """The kill came too early."""
    assert memory_faults.block_stays(told(*WRITTEN, ATTACHED[1], read())).judged == 0
