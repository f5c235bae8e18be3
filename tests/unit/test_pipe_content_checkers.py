"""Content, boundaries, slices, empty messages, limits and buffers."""

import zlib

import pytest

from _mpconform_agent import payload
from mpconform.checkers.pipe_buffers import received_into
from mpconform.checkers.pipe_content import boundaries_kept, empty_messages, received_as_sent, slice_sent
from mpconform.checkers.pipe_limits import short_buffer, within_maxlength
from mpconform.payload import digest_of
from mpconform.values import Finding, Json, Operation, Outcome
from pipe_tape import Checker, tape_of
from tape import error, item, op, received

CHECKERS = (
    received_as_sent,
    boundaries_kept,
    slice_sent,
    empty_messages,
    within_maxlength,
    short_buffer,
    received_into,
)
DATA = bytes(range(1, 11))


def digest(data: bytes) -> Json:
    return {"$digest": [len(data), zlib.crc32(data)]}


def sent(data: bytes, *place: int, at: int = 0) -> Operation:
    return op("p0", "b", "send_bytes", {"$hex": data.hex()}, *place, at=(at, at + 1))


def got(data: bytes, *limit: int, at: int = 10) -> Operation:
    return op("p1", "a", "recv_bytes", *limit, at=(at, at + 1), to=digest(data))


def into(size: int, *offset: int, to: Json = None, raised: Json = None, at: int = 10) -> Operation:
    return op(
        "p1",
        "a",
        "recv_bytes_into",
        {"$buffer": ["buf", size]},
        *offset,
        at=(at, at + 1),
        to=to,
        raised=raised,
    )


def kinds(finding: Finding) -> list[str]:
    return [violation.kind for violation in finding.violations]


@pytest.mark.parametrize("checker", CHECKERS)
def test_no_receive_is_no_evidence(checker: Checker) -> None:
    """A message that nobody received says nothing."""
    assert checker(tape_of(sent(DATA))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("checker", CHECKERS)
def test_whole_messages_break_nothing(checker: Checker) -> None:
    """Received as sent, within the limit, into a buffer that holds it."""
    tape = tape_of(
        sent(DATA), sent(b"", at=2), sent(DATA, 2, 3, at=4), sent(DATA, at=6),
        got(DATA, 10), got(b"", at=12), got(DATA[2:5], at=14), into(12, 2, to=10, at=16),
    )  # fmt: skip

    assert not checker(tape).violations


def test_another_value_is_an_alteration() -> None:
    """The witness are the send and the receive."""
    tape = tape_of(op("p0", "b", "send", 1, at=(0, 1)), op("p1", "a", "recv", at=(2, 3), to=True))

    (violation,) = received_as_sent(tape).violations
    assert violation.kind == "altered"
    assert [w.method for w in violation.witness] == ["send", "recv"]
    assert violation.summary == "p1 received True where p0 had sent 1."


def test_an_item_with_another_payload_is_an_alteration() -> None:
    """Items are compared to the last byte."""
    tape = tape_of(
        op("p0", "b", "send", item("p0", 0, 100), at=(0, 1)),
        op("p1", "a", "recv", at=(2, 3), to=received("p0", 0, 99)),
    )

    assert kinds(received_as_sent(tape)) == ["altered"]


def test_an_opaque_value_is_not_judged() -> None:
    """What it becomes is not in the scenario."""
    tape = tape_of(
        op("p0", "b", "send", {"$function": "square"}, at=(0, 1)),
        op("p1", "a", "recv", at=(2, 3), to={"$other": ["f", ""]}),
    )

    assert received_as_sent(tape).outcome is Outcome.UNKNOWN


def test_bytes_received_as_an_object_are_not_judged() -> None:
    """Whoever mixes send_bytes with recv gets what he gets, EOFError included."""
    tape = tape_of(sent(b""), op("p1", "a", "recv", at=(2, 3), raised=error("EOFError")))

    assert not received_as_sent(tape).violations
    assert not empty_messages(tape).violations


def test_a_message_that_cannot_be_read_is_a_violation() -> None:
    """Recv raised although the message was there."""
    tape = tape_of(
        op("p0", "b", "send", 1, at=(0, 1)), op("p1", "a", "recv", at=(2, 3), raised=error("UnpicklingError"))
    )

    assert kinds(received_as_sent(tape)) == ["unreadable"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(DATA[:9], ["part-of-a-message"], id="beginning"),
        pytest.param(DATA[1:], ["part-of-a-message"], id="end"),
        pytest.param(b"", ["part-of-a-message"], id="nothing"),
        pytest.param(DATA + b"xyz", ["messages-joined"], id="two"),
        pytest.param(DATA + b"x", ["messages-joined"], id="one-and-a-part"),
        pytest.param(b"q" * 9, [], id="something-else"),
        pytest.param(DATA, [], id="whole"),
    ],
)
def test_parts_and_joined_messages_break_the_boundaries(data: bytes, kind: list[str]) -> None:
    """A part of the message, or more than it; anything else is a matter of fidelity."""
    tape = tape_of(sent(DATA), sent(b"xyz", at=2), got(data))

    assert kinds(boundaries_kept(tape)) == kind
    assert bool(received_as_sent(tape).violations) is (data != DATA)


def test_a_large_message_of_a_seed_is_cut() -> None:
    """Parts are recognised of ``$bytes`` too."""
    whole = op("p0", "b", "send_bytes", {"$bytes": [3, 70_000]}, at=(0, 1))
    read = op("p1", "a", "recv_bytes", at=(2, 3), to={"$digest": list(digest_of(3, 65_536))})

    (violation,) = boundaries_kept(tape_of(whole, read)).violations
    assert violation.kind == "part-of-a-message"
    assert violation.witness[0].arguments == ({"$bytes": [3, 70_000]},)


@pytest.mark.parametrize(("part", "size"), [((), 16), ((2,), 14), ((2, 5), 5)])
def test_offsets_and_sizes_of_wide_elements_count_bytes(part: tuple[int, ...], size: int) -> None:
    """What is sent of a view of wider elements are its bytes."""
    whole = op("p0", "b", "send_bytes", {"$bytes": [3, 16, "Q"]}, *part, at=(0, 1))
    begin = part[0] if part else 0
    for data, right in (
        (payload.message(3, 16)[begin : begin + size], True),
        (payload.message(3, 16)[begin : begin + size // 2], False),
    ):
        read = op("p1", "a", "recv_bytes", at=(2, 3), to={"$digest": list(payload.digest(data))})
        checker = slice_sent if part else received_as_sent
        assert (checker(tape_of(whole, read)).violations == ()) is right


@pytest.mark.parametrize(
    ("place", "data", "good"),
    [
        ((2, 3), DATA[2:5], True),
        ((2,), DATA[2:], True),
        ((2, 3), DATA[2:3], False),
        ((2, 3), DATA[:3], False),
        ((2, 3), DATA, False),
        ((2,), DATA, False),
    ],
)
def test_a_slice_is_sent_and_nothing_else(place: tuple[int, ...], data: bytes, good: bool) -> None:  # noqa: FBT001
    """Offset and size are both kept; a wrong slice is not counted as an alteration besides."""
    tape = tape_of(sent(DATA, *place), got(data))

    assert kinds(slice_sent(tape)) == ([] if good else ["wrong-slice"])
    assert slice_sent(tape).judged == 1
    assert not received_as_sent(tape).violations


@pytest.mark.parametrize(
    ("read", "missed"),
    [
        pytest.param(got(b""), False, id="received"),
        pytest.param(got(b"x"), True, id="left-out"),
        pytest.param(op("p1", "a", "recv_bytes", at=(10, 11)), True, id="as-none"),
        pytest.param(
            op("p1", "a", "recv_bytes", at=(10, 11), raised=error("EOFError")), True, id="as-the-end"
        ),
        pytest.param(
            op("p1", "a", "recv_bytes", at=(0, 1), raised=error("EOFError")), False, id="not-surely-sent"
        ),
        pytest.param(op("p1", "a", "recv_bytes", at=(10, None)), True, id="awaited"),
    ],
)
def test_an_empty_message_is_a_message(read: Operation, missed: bool) -> None:  # noqa: FBT001
    """Received as no bytes; not skipped, not None, not the end, not waited for."""
    tape = tape_of(sent(b""), sent(b"x", at=2), read, ended="hung" if read.open else "normally")

    assert kinds(empty_messages(tape)) == (["empty-message-missed"] if missed else [])


REFUSED = error("OSError", "bad message length")


@pytest.mark.parametrize(
    ("limit", "result", "kind"),
    [
        pytest.param(10, digest(DATA), [], id="just-fits"),
        pytest.param(10, REFUSED, ["fitting-message-refused"], id="just-fits-refused"),
        pytest.param(9, REFUSED, [], id="too-long"),
        pytest.param(9, digest(DATA), ["limit-ignored"], id="too-long-returned"),
        pytest.param(9, digest(DATA[:9]), ["too-long-not-refused"], id="too-long-cut"),
        pytest.param(9, error("ValueError"), ["too-long-not-refused"], id="too-long-other-error"),
    ],
)
def test_the_limit_is_exact(limit: int, result: Json, kind: list[str]) -> None:
    """On both sides of the limit."""
    raised = result if "mro" in result else None
    read = op("p1", "a", "recv_bytes", limit, at=(10, 11), to=result, raised=raised)

    assert kinds(within_maxlength(tape_of(sent(DATA), read))) == kind


def test_after_a_refusal_the_end_is_unreadable() -> None:
    """For the actor that was refused; the witness are refusal and later receive."""
    refused = op("p1", "a", "recv_bytes", 3, at=(10, 11), raised=REFUSED)
    again = op("p1", "a", "recv_bytes", at=(12, 13), to=digest(DATA))
    other = op("main", "a", "recv_bytes", at=(12, 13), to=digest(DATA))
    good = op("p1", "a", "recv", at=(12, 13), raised=error("OSError"))

    (violation,) = within_maxlength(tape_of(sent(DATA), refused, again)).violations
    assert violation.kind == "readable-after-refusal"
    assert [w.invoked_ns for w in violation.witness] == [10, 12]
    assert not within_maxlength(tape_of(sent(DATA), refused, other)).violations
    assert within_maxlength(tape_of(sent(DATA), refused, good)).judged == 2


def test_an_unknown_message_may_be_refused() -> None:
    """If two messages may be next, the limit is not judged; ignoring it always is."""
    doubtful = op("p0", "b", "send_bytes", {"$hex": "00" * 20}, at=(0, 1), raised=error("ValueError"))
    refused = op("p1", "a", "recv_bytes", 10, at=(10, 11), raised=REFUSED)

    assert within_maxlength(tape_of(doubtful, sent(DATA, at=2), refused)).outcome is Outcome.UNKNOWN


SHORT = error("BufferTooShort", digest(DATA), bases=("ProcessError", "Exception"))


@pytest.mark.parametrize(
    ("size", "offset", "result", "kind"),
    [
        pytest.param(10, (), 10, [], id="just-fits"),
        pytest.param(10, (), SHORT, ["fitting-message-refused"], id="just-fits-refused"),
        pytest.param(9, (), SHORT, [], id="one-short"),
        pytest.param(12, (3,), SHORT, [], id="one-short-by-offset"),
        pytest.param(12, (2,), SHORT, ["fitting-message-refused"], id="fits-at-offset"),
        pytest.param(9, (), 9, ["shortness-not-told"], id="cut"),
        pytest.param(9, (), error("OSError"), ["shortness-not-told"], id="another-error"),
        pytest.param(
            9, (), error("BufferTooShort", digest(DATA[:9])), ["message-not-in-exception"], id="part"
        ),
        pytest.param(9, (), error("BufferTooShort"), ["message-not-in-exception"], id="no-argument"),
    ],
)
def test_a_buffer_is_too_short_or_not(
    size: int, offset: tuple[int, ...], result: Json, kind: list[str]
) -> None:
    """On both sides of the boundary, with the whole message in the exception."""
    raised = result if isinstance(result, dict) else None
    tape = tape_of(sent(DATA), into(size, *offset, to=result, raised=raised))

    assert kinds(short_buffer(tape)) == kind
    assert short_buffer(tape).judged == 1


def test_a_message_too_long_for_its_buffer_is_taken() -> None:
    """The next receive gets the next message."""
    tape = tape_of(sent(DATA), sent(b"xyz", at=2), into(3, raised=SHORT), got(b"xyz", at=12))

    assert not received_as_sent(tape).violations
    assert (
        kinds(
            received_as_sent(tape_of(sent(DATA), sent(b"xyz", at=2), into(3, raised=SHORT), got(DATA, at=12)))
        )
        == []
    )


def look(index: Json, result: Json) -> Operation:
    return op("p1", "buf", "__getitem__", index, at=(20, 21), to=result)


def part(data: bytes) -> Json:
    """The record of a slice of a bytearray."""
    return {"$bytearray": digest(data)["$digest"]}


FILLED = b"\xee\xee" + DATA + b"\xee"


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        pytest.param(look({"$slice": [None, None]}, part(FILLED)), [], id="whole"),
        pytest.param(look({"$slice": [2, 12]}, part(DATA)), [], id="message"),
        pytest.param(look(1, 0xEE), [], id="before"),
        pytest.param(look(1, 1), ["wrong-content"], id="too-early"),
        pytest.param(look({"$slice": [0, 10]}, part(DATA)), ["wrong-content"], id="offset-ignored"),
        pytest.param(look({"$slice": [12, None]}, part(b"\x00")), ["wrong-content"], id="overrun"),
        pytest.param(look(99, 1), [], id="outside"),
    ],
)
def test_the_buffer_holds_the_message_at_the_offset(seen: Operation, kind: list[str]) -> None:
    """And 0xEE around it; the witness are the receive and the look."""
    finding = received_into(tape_of(sent(DATA), into(13, 2, to=10), seen))

    assert kinds(finding) == kind
    for violation in finding.violations:
        assert [w.method for w in violation.witness] == ["recv_bytes_into", "__getitem__"]


@pytest.mark.parametrize(("length", "good"), [(10, True), (13, False), (None, False), (True, False)])
def test_the_length_of_the_message_is_returned(length: Json, good: bool) -> None:  # noqa: FBT001
    """Not that of the buffer, and not nothing."""
    assert kinds(received_into(tape_of(sent(DATA), into(13, to=length)))) == (
        [] if good else ["wrong-length"]
    )


def test_after_an_error_the_content_is_not_known() -> None:
    """A buffer that was too short may have been written to."""
    tape = tape_of(sent(DATA), into(3, raised=SHORT), look(0, 1))

    assert received_into(tape).outcome is Outcome.UNKNOWN


def test_after_a_write_by_the_actor_the_content_is_not_known() -> None:
    """Nor after a message of which the content is not known."""
    write = op("p1", "buf", "__setitem__", 0, 1, at=(15, 16))

    assert not received_into(tape_of(sent(DATA), into(13, to=10), write, look(0, 1))).violations
