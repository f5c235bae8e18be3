"""Poll and connection.wait: what is ready, what is not, and when they give up."""

from typing import Any

import msgspec
import pytest

from mpconform.checkers.pipe_poll import empty_is_false, end_is_true, ready_is_true, waits_for_its_timeout
from mpconform.checkers.pipe_sentinel import ready_when_ended
from mpconform.checkers.pipe_wait import answer_is_ready, empty_after_timeout, ended_pipe_is_ready
from mpconform.values import Json, ObjectSpec, Operation, Outcome
from pipe_tape import ONE_WAY, Checker, alive, shut, tape_of
from tape import error, op

CHECKERS = (
    ready_is_true, empty_is_false, end_is_true, waits_for_its_timeout,
    answer_is_ready, empty_after_timeout, ended_pipe_is_ready, ready_when_ended,
)  # fmt: skip
MS = 1_000_000
SOMETHING, NOTHING = True, False
TWO = ONE_WAY | {"second": ObjectSpec(factory="Pipe", arguments=(False,), unpack=("c", "d"))}


def sent(at: int, end: str = "b", **rest: Json) -> Operation:
    return op("p0", end, "send", 1, at=(at, at + 1), **rest)


def got(at: int) -> Operation:
    return op("p1", "a", "recv", at=(at, at + 1), to=1)


def poll(answer: Json, *timeout: float | None, at: tuple[int, int | None] = (10, 11)) -> Operation:
    return op("p1", "a", "poll", *timeout, at=at, to=answer)


def wait(
    asked: list[Json], answer: Json, *timeout: float | None, at: tuple[int, int | None] = (10, 11)
) -> Operation:
    things = [{"$object": thing} if isinstance(thing, str) else thing for thing in asked]
    told = [{"$object": thing} if isinstance(thing, str) else thing for thing in answer or ()]
    return op("p1", "@", "connection.wait", things, *timeout, at=at, to=told)


def kinds(checker: Checker, *operations: Operation, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*operations, **rest)).violations]


@pytest.mark.parametrize("checker", CHECKERS)
def test_no_question_is_no_evidence(checker: Checker) -> None:
    """A history without poll and wait."""
    assert checker(tape_of(sent(0), got(2))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("checker", CHECKERS)
def test_an_uncertain_situation_is_not_judged(checker: Checker) -> None:
    """A send that overlaps the question may or may not be seen; neither answer is wrong."""
    for answer in (True, False):
        assert kinds(checker, sent(10), poll(answer), alive(30)) == []
        assert kinds(checker, sent(10), wait(["a"], ["a"] if answer else [], 0), alive(30)) == []


@pytest.mark.parametrize(
    ("operations", "missed"),
    [
        pytest.param([sent(0), poll(NOTHING)], True, id="there"),
        pytest.param([sent(8), poll(NOTHING)], True, id="just-there"),
        pytest.param([sent(9), poll(NOTHING)], False, id="touching"),
        pytest.param([sent(0), poll(SOMETHING)], False, id="seen"),
        pytest.param([sent(0), got(4), poll(NOTHING)], False, id="received-before"),
        pytest.param([sent(0), sent(2), got(4), poll(NOTHING)], True, id="one-of-two-received"),
        pytest.param([sent(0, raised=error("ValueError")), poll(NOTHING)], False, id="perhaps-not-sent"),
        pytest.param(
            [sent(0), op("main", "a", "recv", at=(9, 20), to=1), poll(NOTHING)], False, id="being-received"
        ),
        pytest.param([sent(0), op("p1", "a", "close", at=(4, 5)), poll(NOTHING)], False, id="closed-end"),
    ],
)
def test_poll_sees_what_is_there(operations: list[Operation], missed: bool) -> None:  # noqa: FBT001
    """The message was surely there from before the poll began until it ended."""
    tape = tape_of(*operations)

    assert [v.kind for v in ready_is_true(tape).violations] == (["not-ready-but-sent"] if missed else [])
    for violation in ready_is_true(tape).violations:
        assert [w.method for w in violation.witness] == ["send", "poll"]


def test_poll_sees_what_comes_before_its_deadline() -> None:
    """With a granularity of 2 ms; without timeout what comes meanwhile need not be seen."""
    polled = (10, 10 + 50 * MS)

    assert kinds(ready_is_true, sent(47 * MS), poll(NOTHING, 0.05, at=polled)) == ["not-ready-but-sent"]
    assert kinds(ready_is_true, sent(49 * MS), poll(NOTHING, 0.05, at=polled)) == []
    assert kinds(ready_is_true, sent(20), poll(NOTHING, at=polled)) == []
    assert kinds(ready_is_true, sent(20), poll(NOTHING, -1, at=polled)) == []


def test_poll_for_ever_sees_what_comes() -> None:
    """In a hung run the poll without end met a message; a crash says nothing."""
    blocked = poll(None, None, at=(10, None))

    assert kinds(ready_is_true, sent(20), blocked, ended="hung") == ["not-ready-but-sent"]
    assert kinds(ready_is_true, sent(20), blocked, ended="crashed") == []


@pytest.mark.parametrize(
    ("operations", "wrong"),
    [
        pytest.param([poll(SOMETHING), alive(30)], True, id="nothing-sent"),
        pytest.param([poll(SOMETHING), alive(11)], False, id="other-end-perhaps-closed"),
        pytest.param([sent(0), got(2), poll(SOMETHING), alive(30)], True, id="all-received"),
        pytest.param([sent(0), got(9), poll(SOMETHING), alive(30)], False, id="receive-touches"),
        pytest.param([sent(11), poll(SOMETHING), alive(30)], False, id="send-touches"),
        pytest.param([sent(12), poll(SOMETHING), alive(30)], True, id="sent-later"),
        pytest.param(
            [sent(0, raised=error("ValueError")), poll(SOMETHING), alive(30)], False, id="perhaps-sent"
        ),
        pytest.param([poll(NOTHING), alive(30)], False, id="false"),
    ],
)
def test_poll_does_not_see_what_is_not_there(operations: list[Operation], wrong: bool) -> None:  # noqa: FBT001
    """Nothing was under way, and main held the other end."""
    assert kinds(empty_is_false, *operations) == (["ready-but-nothing-sent"] if wrong else [])


def test_an_empty_pipe_is_evidence() -> None:
    """A poll that rightly said false."""
    assert empty_is_false(tape_of(poll(NOTHING), alive(30))).judged == 1


def test_poll_is_true_at_the_end() -> None:
    """All copies of the other end were closed strictly before; and not while a close is under way."""
    assert kinds(end_is_true, *shut("main", "p1", at=4), poll(NOTHING)) == ["not-ready-but-ended"]
    assert kinds(end_is_true, *shut("main", "p1", at=4), poll(SOMETHING)) == []
    assert kinds(end_is_true, *shut("main", "p1", at=9), poll(NOTHING)) == []
    assert kinds(end_is_true, *shut("p1", at=4), poll(NOTHING)) == []


@pytest.mark.parametrize(
    ("timeout", "took", "kind"),
    [
        pytest.param((0.05,), 48 * MS, [], id="within-granularity"),
        pytest.param((0.05,), 48 * MS - 1, ["gave-up-early"], id="too-early"),
        pytest.param((0.05,), 900 * MS, [], id="late"),
        pytest.param((None,), 900 * MS, ["gave-up-early"], id="no-end"),
        pytest.param((0,), 0, [], id="none"),
        pytest.param((-1,), 0, [], id="negative"),
        pytest.param((), 0, [], id="default"),
    ],
)
def test_poll_gives_up_when_its_time_is_over(timeout: tuple, took: int, kind: list[str]) -> None:
    """False earlier than the timeout, by more than 2 ms, is a violation; how late it comes is not judged."""
    assert kinds(waits_for_its_timeout, poll(NOTHING, *timeout, at=(10, 10 + took))) == kind


def test_poll_may_say_true_at_any_time() -> None:
    """Only false needs its time."""
    assert waits_for_its_timeout(tape_of(sent(0), poll(SOMETHING, 1.0))).outcome is Outcome.UNKNOWN


def test_a_short_poll_in_a_hung_run_never_ends() -> None:
    """One of up to a second; a longer one may be what the run was waiting for."""
    assert kinds(waits_for_its_timeout, poll(None, 0.05, at=(1, None)), ended="hung") == ["waited-for-ever"]
    assert kinds(waits_for_its_timeout, poll(None, 30, at=(1, None)), ended="hung") == []
    assert kinds(waits_for_its_timeout, poll(None, 0.05, at=(1, None))) == []


@pytest.mark.parametrize(
    ("operations", "kind"),
    [
        pytest.param([sent(0), wait(["a", "c"], ["a"])], [], id="right"),
        pytest.param([sent(0), wait(["a", "c"], ["a", "c"])], ["unready-end-answered"], id="too-many"),
        pytest.param([sent(0), sent(2, "d"), wait(["a", "c"], ["a"])], ["ready-end-left-out"], id="too-few"),
        pytest.param([sent(0), wait(["a"], ["a", "c"])], ["unasked-answered"], id="unasked"),
        pytest.param([sent(0), wait(["a"], ["a", 7])], ["unasked-answered"], id="a-number"),
        pytest.param([sent(0), wait(["a"], ["a", "a"])], ["answered-twice"], id="twice"),
        pytest.param([sent(0), wait(["a", "a"], ["a", "a"])], [], id="asked-twice"),
        pytest.param([sent(0), wait(["a"], [], 0)], ["ready-end-left-out"], id="none"),
        pytest.param([sent(0), wait([{"$object": "x"}], ["x"], 0)], [], id="something-else"),
    ],
)
def test_the_answer_is_what_is_ready(operations: list[Operation], kind: list[str]) -> None:
    """All that is ready, nothing that is not, nothing else, each once."""
    assert kinds(answer_is_ready, *operations, alive(30), objects=TWO) == kind


def test_the_answer_is_judged_for_every_end() -> None:
    """One ready and one not: two pieces of evidence; the witness of a missing one is its send."""
    operations = (sent(0), wait(["a", "c"], ["c"]), alive(30))
    finding = answer_is_ready(tape_of(*operations, objects=TWO))

    assert finding.judged == 2
    missing, wrong = finding.violations
    assert [w.method for w in missing.witness] == ["send", "connection.wait"]
    assert [w.method for w in wrong.witness] == ["connection.wait", "join"]


def test_wait_sees_what_comes_before_its_deadline() -> None:
    """An empty answer although a message came more than 2 ms before the end."""
    waited = (10, 10 + 50 * MS)

    assert kinds(answer_is_ready, sent(20), wait(["a"], [], 0.05, at=waited)) == ["ready-end-left-out"]
    assert kinds(answer_is_ready, sent(49 * MS), wait(["a"], [], 0.05, at=waited)) == []


def test_wait_for_ever_on_something_ready_is_a_violation() -> None:
    """In a hung run."""
    blocked = op("p1", "@", "connection.wait", [{"$object": "a"}], at=(10, None))

    assert kinds(answer_is_ready, sent(0), blocked, ended="hung") == ["ready-end-left-out"]
    assert kinds(answer_is_ready, blocked, alive(30), ended="hung") == []


def test_wait_reports_a_pipe_that_has_ended() -> None:
    """All copies of the other end were closed before."""
    assert kinds(ended_pipe_is_ready, *shut("main", "p1", at=4), wait(["a"], [], 0)) == [
        "ended-pipe-left-out"
    ]
    assert kinds(ended_pipe_is_ready, *shut("main", "p1", at=4), wait(["a"], ["a"], 0)) == []
    assert kinds(ended_pipe_is_ready, *shut("main", "p1", at=9), wait(["a"], [], 0)) == []


@pytest.mark.parametrize(
    ("timeout", "took", "kind"),
    [
        pytest.param((0.05,), 48 * MS, [], id="within-granularity"),
        pytest.param((0.05,), 48 * MS - 1, ["gave-up-early"], id="too-early"),
        pytest.param((None,), 900 * MS, ["gave-up-early"], id="no-end"),
        pytest.param((), 900 * MS, ["gave-up-early"], id="default"),
        pytest.param((0,), 0, [], id="none"),
    ],
)
def test_wait_answers_nothing_when_its_time_is_over(timeout: tuple, took: int, kind: list[str]) -> None:
    """As poll; without a timeout never."""
    assert kinds(empty_after_timeout, wait(["a"], [], *timeout, at=(10, 10 + took))) == kind


def test_a_short_wait_in_a_hung_run_never_ends() -> None:
    """As poll."""
    blocked = op("p1", "@", "connection.wait", [{"$object": "a"}], 0.05, at=(10, None))

    assert kinds(empty_after_timeout, blocked, ended="hung") == ["waited-for-ever"]
    assert kinds(empty_after_timeout, blocked) == []


SENTINEL = {"$attribute": ["p0", "sentinel"]}
OTHER = {"$attribute": ["p2", "sentinel"]}


def join(*timeout: int, at: int = 4) -> Operation:
    return op("main", "p0", "join", *timeout, at=(at, at + 1))


def step(at: int) -> Operation:
    return op("p0", "", "pid", at=(at, at + 1), to=1)


@pytest.mark.parametrize(
    ("operations", "kind"),
    [
        pytest.param([join(), wait([SENTINEL], [17])], [], id="ended"),
        pytest.param([join(), wait([SENTINEL], [], 0)], ["ended-process-left-out"], id="ended-unseen"),
        pytest.param([join(1), wait([SENTINEL], [], 0)], [], id="perhaps-not-ended"),
        pytest.param([join(at=9), wait([SENTINEL], [], 0)], [], id="ending"),
        pytest.param([step(20), wait([SENTINEL], [], 0)], [], id="running"),
        pytest.param([step(20), wait([SENTINEL], [17])], ["running-process-answered"], id="running-answered"),
        pytest.param([step(10), wait([SENTINEL], [17])], [], id="perhaps-over"),
        pytest.param([join(), wait([SENTINEL, "a"], ["a"])], ["ended-process-left-out"], id="end-instead"),
    ],
)
def test_a_sentinel_is_ready_when_its_process_has_ended(operations: list[Operation], kind: list[str]) -> None:
    """Ended: a join had returned before; running: a step came later."""
    assert kinds(ready_when_ended, *operations) == kind


def test_several_sentinels_are_known_by_their_numbers() -> None:
    """If the waiting actor had read them; else it is not known which one was meant."""
    read = [op("p1", name, ".sentinel", at=(t, t + 1), to=n) for name, t, n in (("p0", 0, 17), ("p2", 2, 18))]
    waited = wait([SENTINEL, OTHER], [18], 0)

    assert kinds(ready_when_ended, *read, join(), waited) == ["ended-process-left-out"]
    assert kinds(ready_when_ended, join(), waited) == []


def test_a_wait_on_a_sentinel_that_hangs_is_a_violation() -> None:
    """The process had ended, and the wait never returned."""
    blocked = op("p1", "@", "connection.wait", [SENTINEL], at=(10, None))

    assert kinds(ready_when_ended, join(), blocked, ended="hung") == ["ended-process-left-out"]


@pytest.mark.parametrize(("backend", "late"), [("m:fork", False), ("m:spawn", False), ("m:forkserver", True)])
def test_a_fork_server_hears_of_an_end_a_moment_later(backend: str, *, late: bool) -> None:
    """There, that a process has ended for the system is proof only of a wait that hung."""
    exited = op("main", "", "await_exit", ["p0"], at=(4, 5))
    missed = wait([SENTINEL], [], 0)
    blocked = op("p1", "@", "connection.wait", [SENTINEL], at=(10, None))

    def found(*operations: Operation, ended: str = "normally") -> bool:
        told = msgspec.structs.replace(tape_of(*operations, ended=ended), backend=backend)
        return bool(ready_when_ended(told).violations)

    assert found(exited, missed) is not late
    assert found(exited, blocked, ended="hung")
