"""The checkers of close, of a queue at rest, of a SimpleQueue's empty and of errors, on tapes by hand."""

import pytest

from mpconform.checkers import queue_end, queue_errors, queue_quiet, simple_queue
from mpconform.values import ObjectSpec, Operation, Outcome, Step
from queue_search import explained, queue_history
from tape import error, history, item, op, received

CLOSED, EMPTY, FULL = error("ValueError"), error("Empty"), error("Full")
CLOSE = op("p0", "q", "close", at=(0, 1))


@pytest.mark.parametrize(("method", "check"), [("put", queue_end.closed_put), ("get", queue_end.closed_get)])
def test_after_close_the_same_process_gets_a_value_error(method: str, check: object) -> None:
    """Anything but ValueError is a violation, if close had returned and it was the same process."""
    arguments = (1,) if method == "put" else ()

    def judge(*, actor: str = "p0", at: tuple = (2, 3), close: Operation = CLOSE, **rest: object) -> Outcome:
        return check(queue_history(close, op(actor, "q", method, *arguments, at=at, **rest))).outcome

    assert judge(raised=CLOSED) is Outcome.PASS
    assert judge() is Outcome.FAIL
    assert judge(raised=error("OSError")) is Outcome.FAIL
    assert judge(raised=EMPTY) is Outcome.FAIL
    assert judge(at=(2, None)) is Outcome.UNKNOWN
    assert judge(actor="c0") is Outcome.UNKNOWN
    assert judge(close=op("p0", "q", "close", at=(0, None))) is Outcome.UNKNOWN
    assert judge(close=op("p0", "q", "close", at=(0, 1), raised=error("OSError"))) is Outcome.UNKNOWN
    assert judge(at=(-2, -1)) is Outcome.UNKNOWN


def test_an_accepted_put_after_close_is_shown_with_the_close() -> None:
    """The witness are the close and the put."""
    finding = queue_end.closed_put(queue_history(CLOSE, op("p0", "q", "put_nowait", 1, at=(2, 3))))

    assert [o.method for o in explained(finding)] == ["close", "put_nowait"]
    assert finding.violations[0].kind == "put-after-close-accepted"


@pytest.mark.parametrize(
    ("before", "join", "outcome"),
    [
        pytest.param((), {"at": (2, 3)}, Outcome.FAIL, id="accepted"),
        pytest.param((), {"at": (2, 3), "raised": error("AssertionError")}, Outcome.PASS, id="refused"),
        pytest.param((CLOSE,), {"at": (2, 3)}, Outcome.UNKNOWN, id="closed"),
        pytest.param((op("c0", "q", "close", at=(0, 1)),), {"at": (2, 3)}, Outcome.FAIL, id="others-close"),
        pytest.param((), {"at": (2, None)}, Outcome.UNKNOWN, id="open"),
    ],
)
def test_join_thread_before_close_is_an_error(before: tuple, join: dict, outcome: Outcome) -> None:
    """Any exception will do; to return is wrong."""
    told = queue_history(*before, op("p0", "q", "join_thread", **join))

    assert queue_end.join_thread_order(told).outcome is outcome


CANCEL = op("p0", "q", "cancel_join_thread", at=(2, 3))
PUT = op("p0", "q", "put", item("p0", 0, 1 << 20), at=(0, 1))


@pytest.mark.parametrize(
    ("others", "ended", "outcome"),
    [
        pytest.param((op("main", "p0", "join", at=(4, None)),), "hung", Outcome.FAIL, id="never-ended"),
        pytest.param(
            (op("main", "p0", "join", at=(4, None)),), "crashed", Outcome.UNKNOWN, id="main-crashed"
        ),
        pytest.param((op("main", "p0", "join", at=(4, 5)),), "normally", Outcome.PASS, id="ended"),
        pytest.param((op("main", "p0", "join", 1, at=(4, 5)),), "normally", Outcome.UNKNOWN, id="timeout"),
        pytest.param((op("main", "p1", "join", at=(4, None)),), "hung", Outcome.UNKNOWN, id="another"),
        pytest.param(
            (op("main", "p0", "join", at=(4, None)), op("p0", "r", "put", 1, at=(0, 1))),
            "hung",
            Outcome.UNKNOWN,
            id="put-elsewhere-too",
        ),
    ],
)
def test_a_process_that_cancelled_ends(others: tuple, ended: str, outcome: Outcome) -> None:
    """It does not wait for its items, but only if it has none in another queue."""
    told = queue_history(PUT, CANCEL, *others, ended=ended, finished=("p0",))

    assert queue_end.cancelled_exit(told).outcome is outcome
    assert queue_end.cancelled_exit(queue_history(PUT, *others, ended=ended)).outcome is Outcome.UNKNOWN


def test_a_process_that_did_not_take_all_its_steps_may_still_run() -> None:
    """That main waits for it proves nothing as long as it has something to do."""
    told = queue_history(PUT, CANCEL, op("main", "p0", "join", at=(4, None)), ended="hung")

    assert queue_end.cancelled_exit(told).outcome is Outcome.UNKNOWN


ENDED = op("main", "p0", "join", at=(5, 6))
REST = (
    op("p0", "q", "put", item("p0", 0), at=(0, 1)),
    op("p0", "q", "put", item("p0", 1), at=(2, 3)),
    ENDED,
    op("main", "q", "get", at=(20, 21), to=received("p0", 0)),
    op("main", "q", "get", at=(22, 23), to=received("p0", 1)),
)


def at_rest(method: str, answer: object, *others: Operation, at: tuple = (10, 11), **rest: object) -> Outcome:
    call = op("main", "q", method, at=at, to=answer, **rest)
    told = queue_history(*REST, *others, call, maxsize=2, finished=("p0",))
    return queue_quiet.quiescent(told).outcome


@pytest.mark.parametrize(
    ("method", "right", "wrong", "at_end"),
    [("qsize", 2, 1, 0), ("empty", False, True, True), ("full", True, False, False)],
)
def test_at_rest_the_counts_are_exact(method: str, right: object, wrong: object, at_end: object) -> None:
    """With two flushed items inside, and with none, each question has one answer."""
    assert at_rest(method, right) is Outcome.PASS
    assert at_rest(method, wrong) is Outcome.FAIL
    assert at_rest(method, at_end, at=(30, 31)) is Outcome.PASS


@pytest.mark.parametrize(
    ("others", "at"),
    [
        pytest.param((), (6, 7), id="the-end-touches"),
        pytest.param((), (19, 20), id="a-get-touches"),
        pytest.param((op("c0", "q", "get", at=(4, None)),), (10, 11), id="a-get-blocks"),
        pytest.param((op("p1", "q", "put", item("p1", 0), at=(0, 1)),), (10, 11), id="an-item-nobody-got"),
        pytest.param(
            (op("c0", "q", "get", at=(4, 5), raised=error("EOFError")),), (10, 11), id="a-broken-get"
        ),
        pytest.param((op("main", "q", "close", at=(8, 9)),), (10, 11), id="closed"),
    ],
)
def test_without_rest_no_count_is_judged(others: tuple, at: tuple) -> None:
    """Whatever is under way, unknown, or perhaps not flushed excuses any answer."""
    assert at_rest("qsize", 17, *others, at=at) is Outcome.UNKNOWN


def test_a_wrong_count_is_shown_with_the_items_inside() -> None:
    """The witness are the question, the puts of what was inside, and the get that proves it."""
    call = op("main", "q", "qsize", at=(10, 11), to=5)
    finding = queue_quiet.quiescent(queue_history(*REST, call, finished=("p0",)))

    assert [o.method for o in explained(finding)] == ["qsize", "put", "put", "get"]


def test_a_qsize_that_is_not_implemented_is_allowed() -> None:
    """It is neither a violation nor evidence."""
    call = op("main", "q", "qsize", at=(10, 11), raised=error("NotImplementedError"))
    told = queue_history(*REST, call, finished=("p0",))

    assert queue_quiet.quiescent(told).outcome is Outcome.UNKNOWN
    assert queue_errors.only_documented(told).outcome is Outcome.PASS


SIMPLE_PUT = op("p0", "q", "put", item("p0", 0), at=(2, 3))


@pytest.mark.parametrize(
    ("at", "answer", "outcome"),
    [
        pytest.param((0, 1), True, Outcome.PASS, id="before-the-put"),
        pytest.param((0, 1), False, Outcome.FAIL, id="before-the-put-wrong"),
        pytest.param((0, 2), False, Outcome.UNKNOWN, id="touching-the-put"),
        pytest.param((3, 4), True, Outcome.UNKNOWN, id="as-the-put-returned"),
        pytest.param((4, 5), True, Outcome.FAIL, id="inside-wrong"),
        pytest.param((4, 5), False, Outcome.PASS, id="inside"),
        pytest.param((4, 6), True, Outcome.UNKNOWN, id="as-the-get-began"),
        pytest.param((7, 8), False, Outcome.UNKNOWN, id="as-the-get-returned"),
        pytest.param((8, 9), False, Outcome.FAIL, id="after-the-get-wrong"),
        pytest.param((8, 9), True, Outcome.PASS, id="after-the-get"),
    ],
)
def test_empty_of_a_simple_queue_is_exact(at: tuple, answer: bool, outcome: Outcome) -> None:  # noqa: FBT001
    """True with an item surely inside is wrong, and so is False with surely none."""
    told = queue_history(
        SIMPLE_PUT,
        op("c0", "q", "get", at=(6, 7), to=received("p0", 0)),
        op("main", "q", "empty", at=at, to=answer),
        factory="SimpleQueue",
    )

    finding = simple_queue.empty_exact(told)

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert "empty" in {o.method for o in explained(finding)}


@pytest.mark.parametrize(("second", "outcome"), [((19, 20), Outcome.FAIL), ((20, 21), Outcome.UNKNOWN)])
def test_a_simple_queue_is_not_empty_while_one_item_follows_on_another(
    second: tuple[int, int], outcome: Outcome
) -> None:
    """Neither is there throughout the question, but at no instant of it is there none."""
    told = queue_history(
        SIMPLE_PUT,
        op("p1", "q", "put", item("p1", 0), at=(10, second[0])),
        op("c0", "q", "get", at=(20, 21), to=received("p0", 0)),
        op("c1", "q", "get", at=(50, 51), to=received("p1", 0)),
        op("main", "q", "empty", at=(15, 30), to=True),
        factory="SimpleQueue",
    )

    finding = simple_queue.empty_exact(told)

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert [o.method for o in explained(finding)] == ["put", "put", "empty", "get"]
        assert "before the get of p0's item 0 began" in finding.violations[0].story


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        pytest.param({"method": "put", "raised": FULL}, Outcome.FAIL, id="full-of-a-put-that-waits"),
        pytest.param({"method": "put", "raised": FULL, "timeout_s": 1.0}, Outcome.PASS, id="timed-full"),
        pytest.param({"method": "put", "raised": EMPTY, "timeout_s": 1.0}, Outcome.FAIL, id="empty-of-a-put"),
        pytest.param({"method": "put", "raised": CLOSED}, Outcome.FAIL, id="value-error-of-an-open-queue"),
        pytest.param({"method": "put", "raised": CLOSED, "timeout_s": -1.0}, Outcome.UNKNOWN, id="negative"),
        pytest.param({"method": "get_nowait", "raised": EMPTY}, Outcome.PASS, id="empty"),
        pytest.param({"method": "get", "raised": error("EOFError")}, Outcome.FAIL, id="eof"),
        pytest.param({"method": "get", "raised": error("Mine", bases=("Empty",))}, Outcome.FAIL, id="waits"),
        pytest.param(
            {"method": "get_nowait", "raised": error("Mine", bases=("Empty",))}, Outcome.PASS, id="sub"
        ),
        pytest.param({"method": "qsize", "raised": error("OSError")}, Outcome.FAIL, id="qsize"),
        pytest.param({"method": "join_thread", "raised": error("OSError")}, Outcome.PASS, id="before-close"),
        pytest.param({"method": "close", "raised": error("AttributeError")}, Outcome.FAIL, id="no-close"),
        pytest.param({"method": "task_done", "raised": CLOSED}, Outcome.PASS, id="task-done"),
        pytest.param({"method": "join", "raised": CLOSED}, Outcome.FAIL, id="join"),
        pytest.param({"method": "other", "raised": CLOSED}, Outcome.UNKNOWN, id="not-in-the-table"),
    ],
)
def test_only_documented_errors_are_raised(call: dict, outcome: Outcome) -> None:
    """Each method has a list of what it may raise in its situation."""
    arguments = (item("p0", 0),) if call["method"] == "put" else ()
    told = queue_history(
        op("p0", "q", call.pop("method"), *arguments, at=(2, 3), **call), factory="JoinableQueue"
    )

    assert queue_errors.only_documented(told).outcome is outcome


@pytest.mark.parametrize(
    ("method", "raised", "outcome"),
    [
        ("get", CLOSED, Outcome.PASS),
        ("get", EMPTY, Outcome.FAIL),
        ("join_thread", error("AssertionError"), Outcome.FAIL),
        ("empty", error("OSError"), Outcome.PASS),
        ("close", error("OSError"), Outcome.FAIL),
    ],
)
def test_after_close_other_errors_are_documented(method: str, raised: dict, outcome: Outcome) -> None:
    """A closed queue refuses to put and get; what else it answers is only partly documented."""
    told = queue_history(CLOSE, op("p0", "q", method, at=(2, 3), raised=raised))

    assert queue_errors.only_documented(told).outcome is outcome


def test_a_queue_that_cannot_be_made_is_an_error() -> None:
    """The making is recorded as main's operation of step -1, and named after the factory."""
    making = op("main", "q", "SimpleQueue", at=(0, 1), step=-1, raised=error("TypeError"))
    told = history(making, objects={"q": ObjectSpec(factory="SimpleQueue")})

    finding = queue_errors.simple_only_documented(told)

    assert explained(finding) == told.operations
    assert finding.violations[0].kind == "simplequeue-make-raised-typeerror"
    assert queue_errors.only_documented(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("close", "outcome"), [((), Outcome.FAIL), ((CLOSE,), Outcome.PASS)])
def test_an_open_simple_queue_raises_nothing(close: tuple, outcome: Outcome) -> None:
    """After a close, nothing is documented about it any more."""
    told = queue_history(
        *close, op("p0", "q", "get", at=(2, 3), raised=error("OSError")), factory="SimpleQueue"
    )

    assert queue_errors.simple_only_documented(told).outcome is outcome


def test_the_errors_of_a_killed_users_queue_are_not_judged() -> None:
    """A process killed while it uses a queue may corrupt it: that is documented."""
    told = queue_history(
        op("c0", "q", "get", at=(2, 3), raised=error("EOFError")),
        op("p0", "q", "put", 1, at=(2, None)),
        steps={"main": (Step(target="p0", method="terminate"),)},
    )

    assert queue_errors.only_documented(told).outcome is Outcome.UNKNOWN
