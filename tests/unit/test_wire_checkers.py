"""The wire: frames, lies, limits and memory, on tapes written by hand."""

from typing import Any

import pytest

from connection_tape import Checker, accept, awaited, door, tape_of, wire
from mpconform.checkers.pipe_messages import digest
from mpconform.checkers.wire_model import frames, header_of
from mpconform.checkers.wire_receiving import (
    framed_received,
    limit_before_data,
    memory_kept,
    negative_refused,
    short_refused,
)
from mpconform.checkers.wire_sending import framed_sent
from mpconform.values import Json, Operation
from tape import error, op

EOF = error("EOFError")
TORN = error("OSError", "got end of file during message")
MEMORY = error("MemoryError")
RECEIVING = (framed_received, short_refused, negative_refused, limit_before_data, memory_kept)
MEBIBYTE = 1 << 20


def kinds(checker: Checker, *parts: Any, **rest: Any) -> list[str]:
    return [violation.kind for violation in checker(tape_of(*parts, **rest)).violations]


def line(*pieces: str, shut: bool = True, sent: str = "ok") -> list[Any]:
    """A plain socket meets a connection, and writes *pieces*; its writing ends if *shut*."""
    writes = [
        op("p1", "w", "sendall", {"$hex": piece}, at=(10 + 2 * n, None if sent == "open" else 11 + 2 * n))
        for n, piece in enumerate(pieces)
    ]
    end = [op("p1", "w", "shutdown", 1, at=(50, 51))] if shut else []
    return [*door(), awaited(4), accept(5, 8), wire(6, 7), *((one, "") for one in (*writes, *end))]


def got(at: int, to: Json = None, *limit: Json, raised: Any = None, until: int | None = -1) -> Operation:
    return op(
        "p0", "c", "recv_bytes", *limit, at=(at, at + 1 if until == -1 else until), to=to, raised=raised
    )


def test_what_frames_are() -> None:
    """Whole ones, and why there is no further one."""
    long = "ffffffff" + "00" * 7 + "01" + "aa"

    assert [(f.kind, f.size) for f in frames(bytes.fromhex("00000001" + "aa" + long))] == [
        ("message", 1), ("message", 1), ("end", 0)
    ]  # fmt: skip
    assert [f.kind for f in frames(bytes.fromhex("000000"))] == ["cut"]
    assert [f.kind for f in frames(bytes.fromhex("ffffffff0000"))] == ["cut"]
    assert [(f.kind, f.size, f.message) for f in frames(bytes.fromhex("00000002aa"))] == [("cut", 2, b"\xaa")]
    assert [(f.kind, f.size) for f in frames(bytes.fromhex("fffffffe00"))] == [("negative", -2)]
    assert header_of(1).hex() == "00000001"
    assert header_of(1 << 31).hex() == "ffffffff0000000080000000"


@pytest.mark.parametrize("checker", RECEIVING)
def test_messages_in_order_break_nothing(checker: Checker) -> None:
    """Cut inside of a header, and then the end."""
    parts = (
        line("00000002aa", "bb0000", "0000"),
        got(60, digest(b"\xaa\xbb")),
        got(62, digest(b"")),
        got(64, raised=EOF),
    )

    assert kinds(checker, *parts) == []


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param(got(60, digest(b"\xaa")), ["misread"], id="a-part"),
        pytest.param(got(60, raised=EOF), ["misread-raised"], id="raised"),
        pytest.param(got(60, until=None), ["misread-blocked"], id="blocked"),
        pytest.param(got(60, digest(b"\xaa\xbb")), [], id="right"),
    ],
)
def test_a_whole_message_is_received_as_it_is(read: Operation, expected: list[str]) -> None:
    """It was all there."""
    ended = "hung" if read.open else "normally"

    assert kinds(framed_received, line("00000002aabb"), read, ended=ended) == expected


def test_what_was_not_all_written_is_not_judged() -> None:
    """A socket whose process was killed in the middle, or a receive that ended before."""
    assert kinds(framed_received, line("00000002aabb", sent="open"), got(60, raised=EOF)) == []
    assert kinds(short_refused, line("00000002", "aa"), got(9, raised=error("ValueError"))) == []


def test_a_message_that_is_still_to_come_is_no_reason_to_raise() -> None:
    """Its sender is there; but whoever has closed the connection itself may be told so."""
    parts = (line("00000002", "aabb"), got(11, raised=TORN))

    assert kinds(framed_received, *parts) == ["misread-raised"]
    assert kinds(framed_received, *parts, op("p0", "c", "close", at=(9, 10))) == []


@pytest.mark.parametrize("data", ["00", "00000002aa", "ffffffff00", "00000002"])
@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param(got(60, raised=EOF), [], id="eof"),
        pytest.param(got(60, raised=TORN), [], id="os-error"),
        pytest.param(got(60, digest(b"\xaa")), ["received-in-part"], id="received"),
        pytest.param(got(60, raised=MEMORY), ["received-in-part-raised"], id="another"),
        pytest.param(got(60, until=None), ["received-in-part-blocked"], id="waits"),
    ],
)
def test_what_breaks_off_is_not_received(data: str, read: Operation, expected: list[str]) -> None:
    """EOFError or OSError, at once."""
    assert kinds(short_refused, line(data), read, ended="hung" if read.open else "normally") == expected


def test_who_still_may_write_may_be_waited_for() -> None:
    """And what is huge may raise what the attempt to take it raises."""
    assert kinds(short_refused, line("00000002", shut=False), got(60, until=None), ended="hung") == []
    assert kinds(short_refused, line("7fffffffaa"), got(60, raised=MEMORY)) == []
    assert kinds(short_refused, line("7fffffffaa"), got(60, digest(b"\xaa"))) == ["received-in-part"]


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (got(60, digest(b"")), ["negative-length-received"]),
        (got(60, raised=TORN), []),
        (got(60, raised=error("ValueError")), []),
    ],
)
def test_a_negative_length_raises(read: Operation, expected: list[str]) -> None:
    """Whatever."""
    assert kinds(negative_refused, line("fffffffe"), read) == expected
    assert negative_refused(tape_of(line("fffffffe"), read)).judged == 1


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param(got(60, None, 1, raised=TORN), [], id="refused"),
        pytest.param(got(60, digest(b"\xaa\xbb"), 1), ["over-limit"], id="received"),
        pytest.param(got(60, None, 1, raised=MEMORY), ["over-limit-raised"], id="another"),
        pytest.param(got(60, None, 1, until=None), ["over-limit-blocked"], id="waits-for-all"),
    ],
)
def test_a_message_over_the_limit_is_refused_by_its_header(read: Operation, expected: list[str]) -> None:
    """Although its sender stays, and sends nothing more; one of just the limit is not."""
    ended = "hung" if read.open else "normally"

    assert kinds(limit_before_data, line("00000002", shut=False), read, ended=ended) == expected
    assert kinds(limit_before_data, line("00000001aa"), got(60, digest(b"\xaa"), 1)) == []


@pytest.mark.parametrize(("grown", "broken"), [(47, False), (60, True)])
@pytest.mark.parametrize(("header", "seen"), [("08000000", True), ("07ffffff", False)])
def test_memory_is_not_taken_for_what_is_announced(
    grown: int, header: str, *, broken: bool, seen: bool
) -> None:
    """From 128 MiB on; some memory may be taken for other reasons."""
    parts = (
        line(header + "aa"),
        op("p0", "", "memory_peak", at=(56, 57), to=100 * MEBIBYTE),
        got(60, raised=TORN),
        op("p0", "", "memory_peak", at=(66, 67), to=(100 + grown) * MEBIBYTE),
    )

    assert kinds(memory_kept, *parts) == ["memory-taken"] * (broken and seen)
    assert memory_kept(tape_of(*parts)).judged == seen


def read(at: int, data: bytes, size: int) -> Operation:
    return op("p1", "w", "recv", size, 256, at=(at, at + 1), to=digest(data))


@pytest.mark.parametrize(
    ("reads", "broken", "judged"),
    [
        pytest.param([read(60, b"\0\0\0\2\xaa\xbb", 6)], False, 1, id="right"),
        pytest.param([read(60, b"\2\0\0\0\xaa\xbb", 6)], True, 1, id="other-order"),
        pytest.param([read(60, b"\0\0", 2), read(62, b"\0\2\xaa\xbb", 4)], False, 2, id="in-pieces"),
        pytest.param([read(60, b"\0\0", 6)], False, 0, id="interrupted"),
        pytest.param([read(60, b"\0\0\0\2\xaa\xbb\0", 7)], False, 0, id="more-than-is-known"),
    ],
)
def test_what_is_sent_has_the_usual_header(reads: list[Operation], judged: int, *, broken: bool) -> None:
    """As far as it is known what was sent."""
    sent = op("p0", "c", "send_bytes", {"$hex": "aabb"}, at=(20, 21))

    assert kinds(framed_sent, line(), sent, *reads) == ["framed-otherwise"] * broken
    assert framed_sent(tape_of(line(), sent, *reads)).judged == judged
