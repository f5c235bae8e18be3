"""What is refused, what is raised, what arrives, and what is written."""

import random
from typing import Any

import pytest

from mpconform.checkers import process_errors, process_misuse, process_output, process_targets
from mpconform.payload import digest_of
from mpconform.values import ObjectSpec, Outcome
from process_tape import child, main, run, started
from tape import error, item, op, received

REFUSED, OTHER = error("AssertionError"), error("RuntimeError")
JOIN = main("c0", "join", at=(30, 31))
LATER = child("pid", at=(60, 61), to=100)
OBJECT = {"$object": "me"}


def kinds(finding: Any) -> Any:
    return [violation.kind for violation in finding.violations]


def told(slug: Any, raised: Any) -> Any:
    """A history in which a call was (not) refused, the rule that judges it, and the right exception."""
    return {
        "join-before-start": (
            process_misuse.join_early, [main("c0", "join", at=(1, 2), raised=raised), started()], REFUSED,
        ),
        "second-start": (
            process_misuse.start_twice, [started(), main("c0", "start", at=(30, 31), raised=raised)], REFUSED,
        ),
        "close-running": (
            process_misuse.close_running, [started(), main("c0", "close", at=(30, 31), raised=raised), LATER],
            error("ValueError"),
        ),
        "closed-used": (
            process_misuse.closed,
            [started(), JOIN, main("c0", "close", at=(32, 33)), main("c0", ".pid", at=(40, 41),
            raised=raised)],
            error("ValueError"),
        ),
    }[slug]  # fmt: skip


@pytest.mark.parametrize("slug", ["join-before-start", "second-start", "close-running", "closed-used"])
def test_misuse_is_refused_with_the_exception_that_says_so(slug: Any) -> None:
    """Allowed, and refused in another way, are two kinds of violation; the last witness is the call."""
    rule, operations, right = told(slug, None)
    assert kinds(rule(run(*operations))) == [f"{slug}-allowed"]
    rule, operations, _ = told(slug, OTHER)
    (violation,) = rule(run(*operations)).violations
    assert violation.kind == f"{slug}-error"
    assert violation.witness[-1].outcome == "raised" or slug == "close-running"
    rule, operations, _ = told(slug, right)
    assert rule(run(*operations)).outcome is Outcome.PASS


def test_a_join_that_touches_no_start_is_early_and_one_after_it_is_not() -> None:
    """What counts is the order in main."""
    assert process_misuse.join_early(run(started(), JOIN)).outcome is Outcome.UNKNOWN


def test_a_second_start_after_a_failed_one_is_not_judged() -> None:
    """The first may have made no process."""
    first, second = main("c0", "start", at=(1, 2), raised=OTHER), main("c0", "start", at=(3, 4))

    assert process_misuse.start_twice(run(first, second)).outcome is Outcome.UNKNOWN


def test_closing_what_may_have_ended_may_succeed() -> None:
    """The child's last record is before the end of the call."""
    close = main("c0", "close", at=(30, 61))

    assert process_misuse.close_running(run(started(), close, LATER)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("method", ["close", ".name", ".daemon", ".authkey"])
def test_not_everything_is_refused_after_a_close(method: Any) -> None:
    """What needs nothing that was given up may go on."""
    closed = (started(), JOIN, main("c0", "close", at=(32, 33)), main("c0", method, at=(40, 41)))

    assert process_misuse.closed(run(*closed)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("at", "raised", "ended", "found"),
    [((32, 33), REFUSED, "normally", []), ((32, 33), None, "normally", ["self-join-allowed"]),
     ((32, 33), OTHER, "normally", ["self-join-error"]), ((32, None), None, "hung", ["self-join-hangs"]),
     ((32, None), None, "crashed", [])],
)  # fmt: skip
def test_a_self_join_is_refused_and_no_deadlock(at: Any, raised: Any, ended: Any, found: Any) -> None:
    """One that is open in a crashed run was cut short."""
    made = op("c0", "@", "current_process", at=(30, 31), to=OBJECT)
    history = run(
        started(), made, op("c0", "me", "join", at=at, raised=raised), binds={"c0": {0: "me"}}, ended=ended
    )

    assert kinds(process_misuse.join_self(history)) == found


@pytest.mark.parametrize(
    ("before", "method", "raised", "judged", "found"),
    [
        ((), "is_alive", REFUSED, 1, ["is_alive-raised-AssertionError"]), ((), "join", REFUSED, 1, []),
        ((), "join", OTHER, 1, ["join-raised-RuntimeError"]), ((), "terminate", OTHER, 0, []),
        ((), ".sentinel", error("ValueError"), 0, []), ((started(),),
        "join", REFUSED, 2, ["join-raised-AssertionError"]),
        ((started(),), "close", error("ValueError"), 2, []), ((started(),), "start", REFUSED, 2, []),
        ((started(), JOIN), "close", error("ValueError"), 3, ["close-raised-ValueError"]),
        ((started(), JOIN, main("c0", "close", at=(32, 33))), ".pid", error("ValueError"), 4, []),
        ((started(), JOIN, main("c0", "close", at=(32, 33))), ".pid", OTHER, 4, ["pid-raised-RuntimeError"]),
        ((main("c0", "start", at=(1, 2), raised=OTHER),), "join", OTHER, 1, ["start-raised-RuntimeError"]),
    ],
)  # fmt: skip
def test_what_may_be_raised_depends_on_what_the_object_is(
    before: Any, method: Any, raised: Any, judged: Any, found: Any
) -> None:
    """Unstarted, started, ended, closed; and after a start that failed, nothing more is judged."""
    finding = process_errors.undocumented(run(*before, main("c0", method, at=(40, 41), raised=raised)))

    assert (finding.judged, kinds(finding)) == (judged, found)


def test_another_actors_calls_may_raise_anything() -> None:
    """Only the parent may use a Process object."""
    assert not process_errors.undocumented(
        run(started(), op("c1", "c0", "join", at=(30, 31), raised=OTHER))
    ).violations


def test_a_setter_may_refuse_what_is_of_another_type() -> None:
    """A name that is no text."""
    for value, judged in ((7, 0), ("x", 1)):
        finding = process_errors.undocumented(run(main("c0", ".name=", value, at=(1, 2), raised=REFUSED)))
        assert finding.judged == len(finding.violations) == judged


def test_making_and_asking_and_emitting_never_fail() -> None:
    """The backend's own calls, the objects of the scenario, and a lock under which a line is written."""
    for failed in (
        op("c0", "@", "active_children", at=(1, 2), raised=OTHER), main("lock", "Lock", at=(1, 2),
        raised=OTHER, step=-1),
        op("c0", "lock", "emit", 0, 2, at=(1, 2), raised=OTHER),
    ):  # fmt: skip
        assert len(process_errors.undocumented(run(failed)).violations) == 1


@pytest.mark.parametrize(
    ("sent", "arrived", "judged", "right"),
    [
        (1, 1, 1, True), (1, 1.0, 1, False), (1, True, 1, False), (None, None, 1, True), ("é", "e", 1, False),
        ([1, [2]], [1, [2]], 1, True), ([1], [], 1, False), ([], None, 1, False), (0.1, 0.1, 1, True),
        ({"$bytes": [1, 9]}, {"$digest": [*digest_of(1, 9)]}, 1, True),
        ({"$bytes": [1, 9]}, {"$digest": [*digest_of(1, 8)]}, 1, False),
        ({"$hex": "00ff"}, {"$digest": [2, 4278124800]}, 1, False), (item("c0", 1), received("c0", 1),
        1, True),
        ({"$tuple": [1, 2]}, {"$tuple": [1, 2]}, 1, True),
        ({"$tuple": [1, 2]}, [1, 2], 1, False), ({"$tuple": ["a", 1, {"$hex": ""}]}, 7, 0, True),
        ({"$object": "lock"}, {"$object": "lock"}, 1, True),
        ({"$object": "lock"}, {"$other": ["L", ""]}, 1, True),
        ({"$object": "lock"}, None, 1, False), ({"$unique": "x"}, "y", 0, True),
        ("x" * 1001, {"$text": [1001, 0]}, 1, False),
    ],
)  # fmt: skip
def test_arguments_arrive_as_they_are(sent: Any, arrived: Any, judged: Any, right: Any) -> None:
    """Equal, and of the same type; what has no record that can be foretold is not judged."""
    finding = process_targets.arguments(run(started(), child("echo", sent, at=(30, 31), to=[arrived])))

    assert (finding.judged, not finding.violations) == (judged, right)


def test_main_echoes_no_arguments_of_a_process() -> None:
    """Nothing travelled."""
    assert process_targets.arguments(run(main("", "echo", 1, at=(1, 2), to=[2]))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("pids", "found"),
    [
        ((100,), []),
        ((100, 100), ["target-ran-twice"]),
        ((100, 101), ["target-ran-twice"]),
        ((1,), ["target-ran-in-main"]),
    ],
)
def test_a_target_runs_once_and_elsewhere(pids: Any, found: Any) -> None:
    """The processes that it ran in are what was observed."""
    finding = process_targets.once(run(started(), pids={"c0": pids}))

    assert (finding.judged, kinds(finding)) == (1, found)


def test_two_children_are_two_processes() -> None:
    """The second to be named is blamed."""
    shared = run(started(), started("c1", at=(21, 22)), pids={"c0": (7,), "c1": (7,)})

    assert kinds(process_targets.once(shared)) == ["target-ran-in-another"]


@pytest.mark.parametrize(
    ("code", "signalled", "found"),
    [(0, False, ["target-never-ran"]), (-9, False, []), (0, True, []), (None, False, [])],
)
def test_a_target_that_left_no_trace_never_ran_if_the_process_ended_by_itself(
    code: Any, signalled: Any, found: Any
) -> None:
    """A process that was ended from outside may not have come so far."""
    shot = (main("c0", "terminate", at=(25, 26)),) if signalled else ()
    history = run(started(), *shot, JOIN, main("c0", ".exitcode", at=(40, 41), to=code), pids={"c0": ()})

    assert kinds(process_targets.once(history)) == found


def test_a_process_that_was_started_twice_may_run_twice() -> None:
    """That is another rule's matter."""
    again = run(started(), main("c0", "start", at=(30, 31)), pids={"c0": (100, 101)})

    assert process_targets.once(again).outcome is Outcome.UNKNOWN


LOCK = {"lock": ObjectSpec(factory="Lock")}


def emit(actor: Any, n: Any, at: Any, pieces: Any = 2, **rest: Any) -> Any:
    return op(actor, "lock", "emit", n, pieces, {"$object": "lock"}, at=at, **rest)


def printed(*lines: Any, at: Any = (90, 91)) -> Any:
    return main("", "output", at=at, to=list(lines))


def written(*operations: Any, objects: Any = LOCK) -> Any:
    return process_output.whole_lines(run(*operations, objects=objects))


def test_whole_lines_are_right_in_any_order() -> None:
    """The measure counts the lines that two wanted to write at once."""
    finding = written(emit("c0", 0, (1, 9)), emit("c1", 0, (9, 12)), printed("c1 0 ..", "c0 0 .."))

    assert finding.outcome is Outcome.PASS
    assert (finding.judged, finding.measures) == (2, {"overlapping": 1})


@pytest.mark.parametrize(
    ("lines", "kind"),
    [(["c0 c10 0 ..", " .."], "lines-mixed"), (["c0 0 .."], "lines-lost"), ([], "lines-lost")],
)
def test_mixed_and_lost_lines_are_shown_with_their_writers(lines: Any, kind: Any) -> None:
    """Two overlapping emits of two actors, and the output."""
    (violation,) = written(emit("c0", 0, (1, 9)), emit("c1", 0, (5, 12)), printed(*lines)).violations

    assert violation.kind == kind
    assert [o.method for o in violation.witness] == ["emit", "emit", "output"]
    assert violation.observed == tuple(sorted(lines)) or kind == "lines-lost"


@pytest.mark.parametrize(
    "operations",
    [
        [emit("c0", 0, (1, 9)), emit("c0", 1, (10, 12)), printed("x")],
        [emit("c0", 0, (1, 9)), emit("c1", 0, (5, None)), printed("x")],
        [emit("c0", 0, (1, 9)), emit("c1", 0, (5, 90)), printed("x")],
        [emit("c0", 0, (1, 9)), emit("c1", 0, (5, 12), raised=OTHER), printed("x")],
        [emit("c0", 0, (1, 9)), op("c1", "", "emit", 0, 2, at=(5, 9)), printed("x")],
        [emit("c0", 0, (1, 9)), emit("c1", 0, (5, 12)), op("c1", "lock", "release", at=(13, 14)),
        printed("x")],
    ],
    ids=["one-writer", "open", "touching", "raised", "unguarded", "released"],
)  # fmt: skip
def test_output_that_one_lock_does_not_account_for_is_not_judged(operations: Any) -> None:
    """One writer, one that was cut off or still writes, or a lock that something else releases."""
    assert written(*operations).outcome is Outcome.UNKNOWN


def test_a_semaphore_is_no_lock() -> None:
    """It may let in two."""
    both = (emit("c0", 0, (1, 9)), emit("c1", 0, (5, 12)), printed("x"))

    assert written(*both, objects={"lock": ObjectSpec(factory="Semaphore", arguments=(2,))}).judged == 0


def test_a_thousand_outputs_are_judged_as_they_were_written() -> None:
    """Against what really was written, piece by piece, in 1,000 random orders with and without a lock."""
    source = random.Random(7)
    for _ in range(1000):
        queues = []
        for actor in ("c0", "c1"):
            lines = [f"{actor} {n} ..\n" for n in range(source.randint(1, 2))]
            queues.append([line[at : at + 4] for line in lines for at in range(0, len(line), 4)])
        content, wanted = "", sorted("".join("".join(queue) for queue in queues).splitlines())
        emits = [
            emit(f"c{i}", n, (1 + n * 4, 3 + n * 4))
            for i, q in enumerate(queues)
            for n in range("".join(q).count("\n"))
        ]
        locked = source.random() < 0.5
        while any(queues):
            queue = source.choice([one for one in queues if one])
            content += queue.pop(0)
            while locked and not content.endswith("\n"):
                content += queue.pop(0)
        finding = written(*emits, printed(*content.splitlines()))
        assert bool(finding.violations) == (sorted(content.splitlines()) != wanted)
        assert not (locked and finding.violations)
