"""Keys: right ones, wrong ones, none, and bytes that prove nothing, on tapes written by hand."""

from typing import Any

import pytest

from connection_tape import (
    AUTH,
    KEY,
    NOBODY,
    OTHER,
    PATH,
    Checker,
    accept,
    alive,
    awaited,
    client,
    door,
    tape_of,
    wire,
)
from mpconform.checkers.connection_keys import challenged, key_type, keyless, next_is_met, other_key
from mpconform.checkers.wire_keys import impostor_refused, intruder_refused
from mpconform.values import Json, ObjectSpec
from tape import error, op

EOF = error("EOFError")
RESET = error("ConnectionResetError", 104, bases=("ConnectionError", "OSError", "Exception"))
ASSERTION = error("AssertionError")
EVERY = (other_key, keyless, next_is_met, key_type, challenged, intruder_refused, impostor_refused)


def kinds(checker: Checker, *parts: Any, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*parts, **rest)).violations]


def judged(checker: Checker, *parts: Any, **rest: Any) -> int:
    return checker(tape_of(*parts, **rest)).judged


def visit(
    ours: Json, theirs: Json, *, here: Any = None, there: Any = None, until: int | None = 9
) -> tuple[Any, ...]:
    """A client with key *ours* at a listener with key *theirs*; what each side raised."""
    options = {} if theirs is None else {"authkey": theirs}
    return (door(**options), awaited(4), accept(5, until, raised=there), client(6, 8, key=ours, raised=here))


@pytest.mark.parametrize("checker", EVERY)
def test_the_same_key_or_none_breaks_nothing(checker: Checker) -> None:
    """Both sides have their connections."""
    assert kinds(checker, *visit(KEY, KEY)) == []
    assert kinds(checker, *visit(None, None)) == []


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        pytest.param(AUTH, AUTH, [], id="both-raise"),
        pytest.param(AUTH, None, ["accept-let-in"], id="listener-lets-in"),
        pytest.param(None, AUTH, ["Client-let-in"], id="client-goes-on"),
        pytest.param(EOF, AUTH, ["Client-raised-EOFError"], id="client-is-not-told"),
        pytest.param(None, None, ["accept-let-in", "Client-let-in"], id="nobody-looks"),
    ],
)
def test_with_another_key_both_sides_raise(here: Any, there: Any, expected: list[str]) -> None:
    """AuthenticationError, and nothing else."""
    assert kinds(other_key, *visit(KEY, OTHER, here=here, there=there)) == expected
    assert judged(other_key, *visit(KEY, OTHER, here=here, there=there)) == 2
    assert kinds(keyless, *visit(KEY, OTHER, here=here, there=there)) == []


def test_a_side_that_blocks_with_another_key() -> None:
    """If the other one ended, and the run hung; if that was killed, nothing is known."""
    parts = visit(KEY, OTHER, here=AUTH, until=None)

    assert kinds(other_key, *parts, ended="hung") == ["accept-blocks"]
    assert kinds(other_key, *parts) == []
    killed = (door(authkey=KEY), awaited(4), client(6, None, key=OTHER), accept(5, 9, raised=EOF))
    assert judged(other_key, *killed) == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [(None, KEY, "accept-let-in"), (KEY, None, "Client-let-in")],
)
def test_the_side_with_the_key_lets_nobody_in_who_has_none(ours: Json, theirs: Json, kind: str) -> None:
    """What it raises is its own matter."""
    there, here = (RESET, None) if theirs else (None, ASSERTION)

    assert kinds(keyless, *visit(ours, theirs)) == [kind]
    assert kinds(keyless, *visit(ours, theirs, here=here, there=there)) == []
    assert kinds(other_key, *visit(ours, theirs)) == []


def second(*, here: Any = None, there: Any = None, until: int | None = 26, at: int = 20) -> tuple[Any, ...]:
    """After one with another key, one with the right one."""
    return (
        *visit(OTHER, KEY, here=AUTH, there=AUTH),
        accept(at, until, "f", raised=there),
        client(at + 1, None if until is None else at + 4, "e", key=KEY, raised=here),
        alive("p0", 60) if until else [],
    )


def test_after_a_failure_the_next_one_is_met() -> None:
    """Or refused, or left waiting, which is a violation."""
    assert kinds(next_is_met, *second()) == []
    assert judged(next_is_met, *second()) == 1
    assert kinds(next_is_met, *second(there=AUTH)) == ["next-turned-away"]
    assert kinds(next_is_met, *second(here=NOBODY)) == ["next-turned-away"]
    assert kinds(next_is_met, *second(until=None), ended="hung") == ["next-turned-away"]
    assert kinds(next_is_met, *second(until=None)) == []


def test_after_a_close_nobody_need_be_met() -> None:
    """Nor if the listener's process may have ended."""
    closed = (*second(here=NOBODY), op("p0", "l", "close", at=(14, 15)))
    gone = (*visit(OTHER, KEY, here=AUTH, there=AUTH), client(20, 24, "e", key=KEY, raised=NOBODY))

    assert kinds(next_is_met, *closed) == []
    assert kinds(next_is_met, *gone) == []


@pytest.mark.parametrize(
    ("key", "raised", "expected"),
    [
        ("text", error("TypeError"), []),
        ("text", None, ["takes-any-key"]),
        (7, error("AttributeError"), ["takes-any-key"]),
        ("text", NOBODY, []),
        (KEY, None, []),
        (None, None, []),
    ],
)
def test_a_key_that_is_no_byte_string_is_refused(key: Json, raised: Any, expected: list[str]) -> None:
    """With TypeError, unless nobody is there to talk to."""
    options = {} if key is None else {"authkey": key}
    listener = op("p0", "@", "connection.Listener", PATH, at=(0, 1), raised=raised, **options)

    assert kinds(key_type, listener) == [f"Listener-{kind}" for kind in expected]
    assert kinds(key_type, client(0, 1, key=key, raised=raised)) == [f"Client-{kind}" for kind in expected]


ENDS = {"pipe": ObjectSpec(factory="Pipe", unpack=("a", "b"))}


def challenge(
    ours: Json, theirs: Json, *, here: Any = None, there: Any = None, until: int | None = 9
) -> tuple[Any, ...]:
    return (
        op("p0", "@", "connection.deliver_challenge", {"$object": "a"}, ours, at=(0, until), raised=here),
        op("p1", "@", "connection.answer_challenge", {"$object": "b"}, theirs, at=(1, 8), raised=there),
    )


@pytest.mark.parametrize(
    ("theirs", "here", "there", "expected"),
    [
        pytest.param(KEY, None, None, [], id="same"),
        pytest.param(OTHER, AUTH, AUTH, [], id="another"),
        pytest.param(KEY, AUTH, None, ["deliver_challenge-failed"], id="same-but-refused"),
        pytest.param(OTHER, None, AUTH, ["deliver_challenge-passed"], id="another-but-passed"),
        pytest.param(OTHER, AUTH, EOF, ["answer_challenge-passed"], id="another-and-not-told"),
    ],
)
def test_a_challenge(theirs: Json, here: Any, there: Any, expected: list[str]) -> None:
    """The same key passes; with another one both sides raise AuthenticationError."""
    parts = challenge(KEY, theirs, here=here, there=there)

    assert kinds(challenged, *parts, objects=ENDS) == expected
    assert judged(challenged, *parts, objects=ENDS) == 2
    assert judged(challenged, *parts, op("p0", "a", "send", 1, at=(20, 21)), objects=ENDS) == 0


def test_a_challenge_that_hangs() -> None:
    """One that was answered is no reason to wait."""
    parts = challenge(KEY, KEY, until=None)

    assert kinds(challenged, *parts, objects=ENDS, ended="hung") == ["deliver_challenge-failed"]
    assert kinds(challenged, *parts, objects=ENDS) == []


def intrusion(raised: Any, *, until: int | None = 9, shut: bool = True) -> tuple[Any, ...]:
    end = [op("p1", "w", "shutdown", 1, at=(8, 9))] if shut else []
    return (door(authkey=KEY), awaited(4), accept(5, until, raised=raised), wire(6, 7), *end)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [(AUTH, []), (EOF, []), (RESET, []), (None, ["let-in"]), (error("MemoryError"), ["raised-MemoryError"])],
)
def test_an_intruder_is_refused(raised: Any, expected: list[str]) -> None:
    """With an exception that servers expect."""
    assert kinds(intruder_refused, *intrusion(raised)) == expected
    assert judged(intruder_refused, *intrusion(raised)) == 1


@pytest.mark.parametrize("shut", [True, False])
def test_an_intruder_that_has_said_all_is_not_waited_for(*, shut: bool) -> None:
    """One that still may speak, is."""
    assert kinds(intruder_refused, *intrusion(None, until=None, shut=shut), ended="hung") == ["blocks"] * shut


@pytest.mark.parametrize(
    ("raised", "expected"),
    [(AUTH, []), (ASSERTION, []), (None, ["let-in"]), (error("KeyError"), ["raised-KeyError"])],
)
def test_an_impostor_is_refused(raised: Any, expected: list[str]) -> None:
    """An AssertionError of older versions is counted as a note."""
    parts = (
        (op("p0", "", "wire_listen", at=(0, 1), to={"$object": "s"}), "s"),
        (op("p0", "s", "getsockname", at=(2, 3)), "place"),
        op("p0", "", "tell", "door", {"$object": "place"}, at=(4, 5)),
        awaited(6),
        client(8, 20, key=KEY, raised=raised),
        (op("p0", "s", "accept", at=(9, 10), to={"$tuple": []}), "pair"),
        (op("p0", "pair", "__getitem__", 0, at=(11, 12), to={"$object": "x"}), "x"),
        op("p0", "x", "close", at=(13, 14)),
    )
    finding = impostor_refused(tape_of(*parts))

    assert [violation.kind for violation in finding.violations] == expected
    assert finding.judged == 1
    assert bool(finding.notes) is (raised is ASSERTION)
