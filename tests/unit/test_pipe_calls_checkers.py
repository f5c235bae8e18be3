"""Wrong directions, closed ends, contexts, descriptors, ranges, and exceptions."""

from typing import Any

import pytest

from mpconform.checkers.pipe_calls import (
    closed_end_refuses,
    context_closes,
    descriptor,
    range_refused,
    wrong_direction,
)
from mpconform.checkers.pipe_errors import only_documented
from mpconform.values import Actor, Json, ObjectSpec, Operation, Outcome, Step
from pipe_tape import DUPLEX, ONE_WAY, Checker, alive, shut, tape_of
from tape import error, op

CHECKERS = (wrong_direction, closed_end_refuses, context_closes, descriptor, range_refused)
OS_ERROR = error("OSError", "handle is closed")
VALUE_ERROR = error("ValueError")


def call(end: str, method: str, *arguments: Json, at: int = 10, **rest: Json) -> Operation:
    return op("p1", end, method, *arguments, at=(at, at + 1), **rest)


def kinds(checker: Checker, *operations: Operation, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*operations, **rest)).violations]


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_plain_conversation_is_no_evidence(checker: Checker) -> None:
    """One message, and nothing unusual."""
    tape = tape_of(op("p0", "b", "send", 1, at=(0, 1)), call("a", "recv", to=1))

    assert checker(tape).outcome is Outcome.UNKNOWN
    assert not only_documented(tape).violations


@pytest.mark.parametrize(
    ("end", "method"), [("a", "send"), ("a", "send_bytes"), ("b", "recv"), ("b", "recv_bytes")]
)
@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        pytest.param({"raised": OS_ERROR}, [], id="refused"),
        pytest.param({"to": None}, ["wrong-direction-allowed"], id="allowed"),
        pytest.param({"raised": error("EOFError")}, ["wrong-direction-raised-otherwise"], id="other-error"),
    ],
)
def test_a_wrong_direction_is_refused(end: str, method: str, rest: dict, kind: list[str]) -> None:
    """Sends to the first end and receives from the second raise OSError."""
    arguments = ({"$hex": "00"},) if method.startswith("send") else ()

    assert kinds(wrong_direction, call(end, method, *arguments, **rest)) == kind
    assert wrong_direction(tape_of(call(end, method, *arguments, **rest))).judged == 1
    assert wrong_direction(tape_of(call(end, method, *arguments, **rest), objects=DUPLEX)).judged == 0


def test_a_wrong_direction_does_not_wait() -> None:
    """A receive from the writing end that blocks, in a hung run."""
    blocked = op("p1", "b", "recv", at=(0, None))

    assert kinds(wrong_direction, blocked, ended="hung") == ["wrong-direction-blocked"]
    assert wrong_direction(tape_of(blocked)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "spec", [{"arguments": (0,)}, {"keywords": {"duplex": False}}], ids=["position", "keyword"]
)
def test_a_one_way_pipe_is_known_however_it_was_asked_for(spec: dict) -> None:
    """By position or by keyword, as anything that is false."""
    objects = {"pipe": ObjectSpec(factory="Pipe", unpack=("a", "b"), **spec)}

    assert kinds(wrong_direction, call("a", "send", 1), objects=objects) == ["wrong-direction-allowed"]


CLOSE = call("a", "close", at=0)


@pytest.mark.parametrize("method", ["recv", "poll", "fileno", "send", "recv_bytes"])
def test_a_closed_end_refuses(method: str) -> None:
    """OSError, and only that; the witness are the close and the call."""
    assert kinds(closed_end_refuses, CLOSE, call("a", method, raised=OS_ERROR)) == []
    assert kinds(closed_end_refuses, CLOSE, call("a", method, raised=error("EOFError"))) == [
        "closed-but-used"
    ]
    (violation,) = closed_end_refuses(tape_of(CLOSE, call("a", method, to=1))).violations
    assert [w.method for w in violation.witness] == ["close", method]


def test_a_close_is_the_matter_of_its_process() -> None:
    """Another actor's copy is open; so is the own one if the close failed."""
    assert kinds(closed_end_refuses, op("p0", "a", "close", at=(0, 1)), call("a", "poll", to=False)) == []
    failed = call("a", "close", at=0, raised=OS_ERROR)
    assert kinds(closed_end_refuses, failed, call("a", "poll", to=False)) == []


def test_closing_twice_is_allowed() -> None:
    """A second close that raises is a violation."""
    assert kinds(closed_end_refuses, CLOSE, call("a", "close")) == []
    assert kinds(closed_end_refuses, CLOSE, call("a", "close", raised=OS_ERROR)) == ["closed-twice-raised"]


def test_closed_tells_the_truth() -> None:
    """False before, true after; and where there is no such attribute nothing is judged."""
    assert kinds(closed_end_refuses, call("a", ".closed", to=False)) == []
    assert kinds(closed_end_refuses, call("a", ".closed", to=True)) == ["open-not-told"]
    assert kinds(closed_end_refuses, CLOSE, call("a", ".closed", to=True)) == []
    assert kinds(closed_end_refuses, CLOSE, call("a", ".closed", to=False)) == ["closed-not-told"]
    missing = call("a", ".closed", raised=error("AttributeError"))
    assert closed_end_refuses(tape_of(CLOSE, missing)).judged == 0


def test_rejected_arguments_of_a_closed_end_are_not_judged() -> None:
    """They may be looked at first."""
    rejected = call("a", "recv_bytes", -1, raised=VALUE_ERROR)

    assert kinds(closed_end_refuses, CLOSE, rejected) == []


@pytest.mark.parametrize(
    ("entered", "kind"),
    [
        pytest.param({"to": {"$object": "a"}}, [], id="itself"),
        pytest.param({"to": {"$object": "b"}}, ["context-another-object"], id="another"),
        pytest.param({"to": None}, ["context-another-object"], id="nothing"),
        pytest.param({"raised": error("AttributeError")}, ["context-raised"], id="raised"),
    ],
)
def test_with_gives_the_end_itself(entered: dict, kind: list[str]) -> None:
    """``__enter__`` returns the connection."""
    assert kinds(context_closes, call("a", "__enter__", **entered)) == kind


def test_with_closes() -> None:
    """What comes after ``__exit__`` is refused."""
    leaving = call("a", "__exit__", None, None, None, at=0)

    assert kinds(context_closes, leaving, call("a", "poll", raised=OS_ERROR)) == []
    assert kinds(context_closes, leaving, call("a", "poll", to=False)) == ["context-closed-but-used"]
    assert context_closes(tape_of(leaving)).judged == 1


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        pytest.param(("a", 5), ("b", 6), [], id="different"),
        pytest.param(("a", 5), ("a", 5), [], id="same-end"),
        pytest.param(("a", 5), ("b", 5), ["descriptor-shared"], id="shared"),
        pytest.param(("a", 5), ("a", 6), ["descriptor-changed"], id="changed"),
        pytest.param(("a", 5), ("b", -1), ["no-descriptor"], id="negative"),
        pytest.param(("a", 5), ("b", None), ["no-descriptor"], id="none"),
    ],
)
def test_a_descriptor_is_a_number_of_one_end(first: tuple, second: tuple, kind: list[str]) -> None:
    """From 0, constant, and not that of another open end."""
    calls = [call(end, "fileno", to=number, at=at) for at, (end, number) in ((0, first), (4, second))]

    assert kinds(descriptor, *calls) == kind


def test_a_descriptor_may_be_used_again_after_a_close() -> None:
    """The number of a closed end is free."""
    calls = (call("a", "fileno", to=5, at=0), call("a", "close", at=2), call("b", "fileno", to=5, at=4))

    assert kinds(descriptor, *calls) == []


def test_another_copy_of_a_closed_end_is_open() -> None:
    """An actor that had b, and received a copy of it as y, may close the one and use the other."""
    objects = DUPLEX | {"carrier": ObjectSpec(factory="Pipe", unpack=("c", "d"))}
    actors = {"main": Actor(), "p0": Actor(), "p1": Actor(steps=(Step(target="d", method="recv", bind="y"),))}
    operations = (
        op("p0", "c", "send", {"$object": "b"}, at=(0, 1)),
        call("d", "recv", at=2, to={"$object": "y"}),
        call("b", "fileno", at=4, to=5),
        call("y", "fileno", at=6, to=6),
        call("b", "close", at=8),
        call("y", "poll", at=12, to=False),
    )
    tape = tape_of(*operations, objects=objects, actors=actors)

    for checker in (*CHECKERS, only_documented):
        assert not checker(tape).violations


def test_the_name_that_with_binds_is_the_same_end() -> None:
    """Closed by that name it is closed by every name of the actor."""
    actors = {"main": Actor(), "p1": Actor(steps=(Step(target="a", method="__enter__", bind="c"),))}
    operations = (
        call("a", "__enter__", at=0, to={"$object": "c"}),
        call("c", "close", at=2),
        call("a", "poll", at=4, raised=OS_ERROR),
    )
    tape = tape_of(*operations, alive(50), actors=actors)

    for checker in (*CHECKERS, only_documented):
        assert not checker(tape).violations


TEN = {"$hex": "00" * 10}


@pytest.mark.parametrize(
    ("end", "method", "arguments", "outside"),
    [
        ("b", "send_bytes", (TEN, -1), True),
        ("b", "send_bytes", (TEN, 11), True),
        ("b", "send_bytes", (TEN, 10), False),
        ("b", "send_bytes", (TEN, 0, 11), True),
        ("b", "send_bytes", (TEN, 0, 10), False),
        ("b", "send_bytes", (TEN, 0, -1), True),
        ("b", "send_bytes", (TEN, 5, 6), True),
        ("a", "recv_bytes_into", ({"$buffer": ["x", 10]}, -1), True),
        ("a", "recv_bytes_into", ({"$buffer": ["x", 10]}, 11), True),
        ("a", "recv_bytes_into", ({"$buffer": ["x", 10]}, 10), False),
    ],
)
def test_a_range_outside_of_the_buffer_is_refused(
    end: str,
    method: str,
    arguments: tuple,
    outside: bool,  # noqa: FBT001
) -> None:
    """On both sides of the boundary; what a refusal raises is not documented."""
    allowed = tape_of(call(end, method, *arguments, to=0))
    refused = tape_of(call(end, method, *arguments, raised=VALUE_ERROR))

    assert [v.kind for v in range_refused(allowed).violations] == (["range-not-refused"] if outside else [])
    assert range_refused(refused).judged == outside
    assert not range_refused(refused).violations


def test_a_buffer_is_known_from_the_call_that_made_it() -> None:
    """The second call refers to it by name."""
    first = call("a", "recv_bytes_into", {"$buffer": ["x", 10]}, at=0, to=3)
    second = call("a", "recv_bytes_into", {"$object": "x"}, 11, to=3)

    assert kinds(range_refused, first, second) == ["range-not-refused"]


def allowed(*operations: Operation, objects: dict = DUPLEX) -> bool:
    return not only_documented(tape_of(*operations, alive(50), objects=objects)).violations


@pytest.mark.parametrize(
    ("end", "method", "arguments", "name", "fine"),
    [
        ("a", "send", (1,), "OSError", False),
        ("a", "send", (1,), "ValueError", False),
        ("a", "send", ({"$object": "lock"},), "RuntimeError", True),
        ("a", "send", ({"$item": ["p0", 0, 2**25]},), "ValueError", True),
        ("a", "send", ({"$item": ["p0", 0, 2**25 - 1]},), "ValueError", False),
        ("a", "send_bytes", (TEN, 11), "ValueError", True),
        ("a", "send_bytes", (TEN, 1), "ValueError", False),
        ("a", "recv", (), "EOFError", True),
        ("a", "recv", (), "OSError", False),
        ("a", "recv", (), "UnpicklingError", False),
        ("a", "recv_bytes", (5,), "OSError", True),
        ("a", "recv_bytes", (), "OSError", False),
        ("a", "recv_bytes", (-1,), "ValueError", True),
        ("a", "recv_bytes", (1,), "ValueError", False),
        ("a", "recv_bytes_into", ({"$buffer": ["x", 4]},), "BufferTooShort", True),
        ("a", "recv_bytes_into", ({"$buffer": ["x", 4]}, 4), "ValueError", True),
        ("a", "recv_bytes_into", ({"$buffer": ["x", 4]}, 3), "ValueError", False),
        ("a", "poll", (), "OSError", False),
        ("a", "fileno", (), "OSError", False),
        ("a", "close", (), "OSError", False),
        ("a", "__enter__", (), "OSError", False),
        ("@", "connection.wait", ([{"$object": "a"}],), "OSError", False),
        ("@", "connection.wait", ([{"$object": "a"}, {"$object": "a"}],), "KeyError", True),
        ("@", "connection.wait", ([{"$object": "x"}],), "TypeError", True),
    ],
)
def test_only_documented_exceptions_are_raised(
    end: str,
    method: str,
    arguments: tuple,
    name: str,
    fine: bool,  # noqa: FBT001
) -> None:
    """While both ends of a duplex pipe are surely open."""
    assert allowed(call(end, method, *arguments, raised=error(name))) is fine


@pytest.mark.parametrize("method", ["send", "recv", "poll", "fileno"])
def test_a_closed_end_may_raise_os_error(method: str) -> None:
    """Closed by this actor, or by main before this actor was started."""
    arguments = (1,) if method == "send" else ()
    late = [op("main", "a", "close", at=(2, 3)), op("main", "p1", "start", at=(4, 5))]

    assert allowed(CLOSE, call("a", method, *arguments, raised=OS_ERROR))
    assert allowed(*late, call("a", method, *arguments, raised=OS_ERROR))


def test_a_pipe_without_holder_may_raise_os_error() -> None:
    """The other end was closed everywhere: a send meets a broken pipe, a receive a reset."""
    broken = error("BrokenPipeError", bases=("ConnectionError", "OSError", "Exception"))
    closes = shut("main", "p0", "p1", end="b", at=6)

    assert allowed(*closes, call("a", "send", 1, raised=broken))
    assert allowed(*closes, call("a", "recv", raised=broken))
    assert not allowed(*closes, call("a", "poll", raised=broken))


def test_a_wrong_direction_may_raise_os_error() -> None:
    """Of a one-way pipe, poll at the sending end included."""
    for end, method, arguments in (("a", "send", (1,)), ("b", "recv", ()), ("b", "poll", ())):
        assert allowed(call(end, method, *arguments, raised=OS_ERROR), objects=ONE_WAY)
        assert not allowed(call(end, method, *arguments, raised=error("TypeError")), objects=ONE_WAY)


def test_a_message_in_part_may_raise_os_error() -> None:
    """Its sender ended while it wrote."""
    torn = op("p0", "b", "send", 1, at=(0, None))

    assert allowed(torn, call("a", "recv", raised=error("OSError", "got end of file during message")))


def test_a_pipe_that_cannot_be_made_is_a_violation() -> None:
    """Making it is a call like any other."""
    made = op("main", "pipe", "Pipe", at=(0, 1), raised=error("TypeError"), step=-1)

    assert kinds(only_documented, made) == ["Pipe-raised-TypeError"]


def test_every_call_that_ended_is_evidence() -> None:
    """An open one is not, nor is what is no call on a pipe."""
    tape = tape_of(call("a", "poll", to=False), op("p1", "a", "recv", at=(20, None)), call("q", "get", at=30))

    assert only_documented(tape).judged == 1
