"""What faults leave undefined is no matter of a family's checkers; what is left, is."""

import msgspec
import pytest

from mpconform.checkers import shortages
from mpconform.checkers.faults import deadly_tasks, lacking, mortal, spared
from mpconform.values import ActorRecord, Execution, Fault, History, ObjectSpec, Operation, Outcome
from mpconform_conformance.catalogue import checker_of, requirements
from struck import steps_of, struck
from tape import error, history, item, op

KILL = Fault(actor="v0", signal="SIGKILL", after=3)
PIPES = {
    "one": ObjectSpec(factory="Pipe", unpack=("a", "b")),
    "two": ObjectSpec(factory="Pipe", unpack=("c", "d")),
}
NO_ROOM = error("OSError", 24)


def told(found: History) -> list[tuple[str, str, str]]:
    return [(one.actor, one.target, one.method) for one in found.operations]


def test_without_faults_nothing_is_spared() -> None:
    """It is the very same history."""
    plain = history(op("main", "b", "send", item("main", 0), at=(0, 1)), objects=PIPES)
    stopped = struck(plain, Fault(actor="main", signal="SIGSTOP", step=0), at=1)

    assert spared(plain) is plain
    assert spared(stopped) is stopped


def test_who_may_be_killed_is_left_out_with_all_that_it_used() -> None:
    """Also if the fault never struck; the Process object goes with it, and what was made of its objects."""
    plain = steps_of(
        history(
            op("main", "v0", "start", at=(0, 1)),
            op("main", "a", "fileno", at=(2, 3), to={"$object": "number"}),
            op("main", "number", "bit_length", at=(4, 5)),
            op("main", "c", "recv", at=(6, 7)),
            op("v0", "b", "send", item("v0", 0), at=(6, 8)),
            op("main", "@", "connection.wait", [{"$object": "a"}], at=(9, 10)),
            op("main", "@", "connection.wait", [{"$attribute": ["v0", "sentinel"]}], at=(11, 12)),
            objects=PIPES,
        )
    )
    found = spared(struck(plain, KILL, at=5, told=False))

    assert told(found) == [("main", "c", "recv")]
    assert list(found.scenario.objects) == ["two"]
    assert list(found.scenario.actors) == ["main"]


def test_a_block_is_known_by_its_name_too() -> None:
    """Who attached by name used it."""
    name = {"$unique": "seg"}
    plain = steps_of(
        history(
            op("main", "seg", ".size", at=(0, 1)),
            op("v0", "@", "shared_memory.SharedMemory", name, at=(2, 3), to={"$object": "mine"}),
            op("main", "@", "shared_memory.SharedMemory", at=(4, 5), name=name, to={"$object": "again"}),
            op("main", "again", ".size", at=(6, 7)),
            op("main", "other", ".size", at=(8, 9)),
            objects={
                "seg": ObjectSpec(factory="shared_memory.SharedMemory", keywords={"name": name}),
                "other": ObjectSpec(factory="shared_memory.SharedMemory"),
            },
        )
    )

    assert told(spared(struck(plain, KILL, at=3))) == [("main", "other", ".size")]


def test_a_pool_with_a_deadly_task_is_left_out_with_its_executions() -> None:
    """Tasks of other pools stay."""
    made = (("pool", 1), ("other", 3))
    plain = steps_of(
        history(
            *[op("main", "@", "Pool", 1, at=(n, n), to={"$object": name}) for name, n in made],
            op(
                "main", "pool", "apply_async", [{"$task": [5, "die", "exit"]}], at=(4, 5), to={"$object": "r"}
            ),
            op("main", "r", "get", at=(6, 7)),
            op("main", "other", "map", [{"$tasks": [7, 2, "square"]}], at=(8, 9)),
            executions=tuple(Execution(task=n, pid=9, invoked_ns=n) for n in (5, 7, 8)),
        )
    )
    found = spared(plain)

    assert next((one.method, one.result) for one in found.operations) == ("Pool", {"$object": "other"})
    assert len(found.operations) == 2
    assert [e.task for e in found.executions] == [7, 8]


def test_deadly_tasks_are_found_wherever_they_stand() -> None:
    """In lists, tuples and iterators; a behaviour of another name is none."""
    assert deadly_tasks([{"$iterator": [{"$task": [1, "die", "exit"]}]}])
    assert deadly_tasks({"$tasks": [0, 4, "die", "exit"]})
    assert not deadly_tasks([{"$task": [1, "square"]}, "die", None])


def test_main_is_never_mortal_but_its_interrupted_call_is_left_out() -> None:
    """It raised, and had no effect; a call that returned all the same stays."""
    fault = Fault(actor="main", signal="SIGINT", step=0, later_s=0.1)
    interrupted = history(
        op("main", "p0", "join", at=(0, 5), raised=error("KeyboardInterrupt")),
        op("main", "p0", "join", at=(6, 7)),
    )

    assert mortal(struck(interrupted, fault, at=4).scenario) == frozenset()
    assert told(spared(struck(interrupted, fault, at=4))) == [("main", "p0", "join")]
    assert len(spared(struck(history(op("main", "p0", "join", at=(0, 5))), fault, at=4)).operations) == 1


def short(*operations: Operation, step: int = 1, signal: str = "EMFILE", **rest: object) -> History:
    return struck(
        steps_of(history(*operations, **rest)),  # type: ignore[arg-type]
        Fault(actor="main", signal=signal, step=step),
        at=3,
    )


def pipe(at: int, name: str = "x", raised: object = None, to: object = None) -> Operation:
    return op("main", "@", "Pipe", at=(at, at + 1), to=to or {"$object": name}, raised=raised)  # type: ignore[arg-type]


WARM = pipe(0, "warm")
#: A Pipe that was not made, with the step's bind, which a raising call does not tell.
FAILED = pipe(4, raised=NO_ROOM)


def test_what_fails_in_a_shortage_is_as_if_it_had_not_been() -> None:
    """Only there, and only with OSError; a start that raises so again is the matter of shortages too."""
    failed = short(WARM, FAILED, pipe(6, "y"))
    other = short(WARM, pipe(4, raised=error("ValueError")))
    starts = short(
        op("main", "p0", "start", at=(0, 1)),
        op("main", "p1", "start", at=(4, 5), raised=NO_ROOM),
        op("main", "p2", "start", at=(6, 7), raised=error("ConnectionRefusedError", bases=("OSError",))),
    )

    assert [one.step for one in spared(failed).operations] == [0, 2]
    assert [one.step for one in spared(other).operations] == [0, 1]
    assert told(spared(starts)) == [("main", "p0", "start")]
    assert [one.step for one in lacking(failed)] == [1]


def test_who_was_started_in_a_shortage_is_left_out() -> None:
    """It may have ended for lack of something."""
    found = short(
        op("main", "p0", "start", at=(0, 1)),
        op("main", "p1", "start", at=(4, 5)),
        op("main", "p1", ".exitcode", at=(6, 7), to=1),
        op("p1", "", "pid", at=(6, 7)),
    )

    assert told(spared(found)) == [("main", "p0", "start")]


@pytest.mark.parametrize(
    ("after", "judged"),
    [
        pytest.param((FAILED,), 1, id="it-was-refused"),
        pytest.param((FAILED, pipe(6, "y")), 2, id="and-is-made-afterwards"),
        pytest.param((pipe(4), op("main", "x", "__getitem__", 0, at=(6, 7))), 1, id="it-was-made"),
        pytest.param((FAILED, op("main", "@", "Pipe", 5, at=(6, 7), raised=NO_ROOM)), 1, id="another-call"),
    ],
)
def test_a_call_in_a_shortage_works_or_raises_os_error(after: tuple[Operation, ...], judged: int) -> None:
    """Each is a situation; so is the same call afterwards."""
    finding = shortages.shortages(short(WARM, *after))

    assert finding.outcome is Outcome.PASS
    assert finding.judged == judged


@pytest.mark.parametrize(
    ("operations", "kind"),
    [
        pytest.param((WARM, pipe(4, raised=error("RuntimeError"))), "shortage-no-os-error", id="other-error"),
        pytest.param((WARM, FAILED, pipe(6, "y", raised=NO_ROOM)), "shortage-lasting", id="lasting"),
        pytest.param(
            (
                WARM,
                pipe(4),
                op("main", "warm", "__getitem__", 0, at=(6, 7)),
                op("main", "x", "__getitem__", 0, at=(8, 9), raised=error("AttributeError")),
            ),
            "shortage-half-made",
            id="half-made",
        ),
    ],
)
def test_anything_else_is_a_violation(operations: tuple[Operation, ...], kind: str) -> None:
    """With the call in need as its witness."""
    (violation,) = shortages.shortages(short(*operations)).violations

    assert violation.kind == kind
    assert violation.witness[0].step == 1


@pytest.mark.parametrize("pids", [(), (9,)])
def test_a_process_that_could_not_be_started_never_runs(pids: tuple[int, ...]) -> None:
    """Its tape would show it."""
    found = short(
        op("main", "p0", "start", at=(0, 1)),
        op("main", "p1", "start", at=(4, 5), raised=NO_ROOM),
    )
    found = msgspec.structs.replace(found, actors={"p1": ActorRecord(pids=pids)})
    kinds = [violation.kind for violation in shortages.shortages(found).violations]

    assert kinds == (["shortage-ran-all-the-same"] if pids else [])


def test_without_a_warm_up_or_a_strike_nothing_is_judged() -> None:
    """A module that could not be imported says nothing about what it would have made."""
    cold = short(pipe(4, raised=error("ImportError")), step=0)
    missed = struck(cold, *cold.scenario.faults, at=3, told=False)

    assert shortages.shortages(cold).judged == 0
    assert shortages.shortages(missed).judged == 0
    assert spared(missed) is missed


def test_only_checkers_of_faults_and_of_progress_see_what_is_undefined() -> None:
    """All others are given the history without it."""
    doomed = struck(
        steps_of(history(op("v0", "b", "send", item("v0", 0), at=(0, 1)), objects=PIPES)), KILL, at=5
    )
    for requirement in requirements():
        about_faults = requirement.checker.partition(".")[0].endswith("_faults")
        if requirement.family == "pipe" and not about_faults and requirement.id != "PIPE-PROGRESS":
            assert checker_of(requirement)(doomed).judged == 0, requirement.id
