"""Receives are matched with sends exactly, and names with ends."""

from random import Random

import pytest

from mpconform.checkers.pipe_match import stream_of
from mpconform.checkers.pipe_messages import OPAQUE, Message, message_of, record_of, same
from mpconform.checkers.pipe_model import model_of
from mpconform.values import Actor, Json, ObjectSpec, Step
from pipe_search import explainable, random_history
from pipe_tape import DUPLEX, ONE_WAY, tape_of
from scale import SCALE
from tape import error, item, op, received


@pytest.mark.parametrize("seeds", SCALE)
def test_matching_agrees_with_exhaustive_search(seeds: range) -> None:
    """On random small histories the first inexplicable receive is the one that search finds."""
    broken = 0
    for seed in seeds:
        tape = random_history(Random(seed))
        (direction,) = model_of(tape).directions
        stream = stream_of(direction)
        sends = [message.send for message in direction.messages]
        wanted = explainable(sends, list(direction.reads))
        found = len(stream.readings) - (stream.broken is not None)

        assert found == wanted, tape
        broken += stream.broken is not None

    assert 0.2 * len(seeds) < broken < 0.8 * len(seeds)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, True, False),
        (1, 1.0, False),
        ([1, [None]], [1, [None]], True),
        ((1,), [1], True),
        ("", None, False),
    ],
)
def test_values_are_compared_with_their_types(left: Json, right: Json, equal: bool) -> None:  # noqa: FBT001
    """A boolean is no number, and a tuple that was recorded is a list."""
    assert same(left, right) is equal


@pytest.mark.parametrize(
    "argument",
    [
        {"$object": "lock"},
        {"$tuple": ["p0", 1, {"$hex": "00"}]},
        [{"$function": "square"}],
        [0] * 1001,
        {"$unique": ""},
    ],
)
def test_what_the_scenario_does_not_tell_is_opaque(argument: Json) -> None:
    """A value whose record depends on the run is never compared."""
    assert record_of(argument) is OPAQUE


def test_long_texts_are_known_by_their_digest() -> None:
    """A text of 1,001 characters is recorded by length and CRC, one of 1,000 as itself."""
    assert record_of("x" * 1000) == "x" * 1000
    assert record_of("x" * 1001)["$text"][0] == 1001


@pytest.mark.parametrize(
    ("arguments", "length"),
    [((0, 3), 3), ((2,), 2), ((4,), 0), ((5,), None), ((-1,), None), ((1, 4), None), ((0, -1), None)],
)
def test_a_slice_is_the_message_if_it_lies_in_the_buffer(
    arguments: tuple[int, ...], length: int | None
) -> None:
    """``send_bytes(buffer, offset, size)`` of four bytes: up to the end and not beyond."""
    message = message_of(op("p0", "b", "send_bytes", {"$hex": "00010203"}, *arguments, at=(0, 1)))

    assert message.length == length


def test_two_actors_at_one_end_at_once_are_left_alone() -> None:
    """The documentation warns of it; touching intervals count as simultaneous, others do not."""
    first = op("p0", "b", "send", 1, at=(0, 5))

    assert not model_of(tape_of(first, op("main", "b", "send", 2, at=(5, 6)))).directions
    assert len(model_of(tape_of(first, op("main", "b", "send", 2, at=(6, 7)))).directions) == 1


def test_an_end_that_was_given_away_unseen_is_left_alone() -> None:
    """An end that was put into a queue may be used by anybody under any name."""
    given = op("main", "q", "put", {"$object": "b"}, at=(0, 1))

    assert not model_of(tape_of(given)).directions


def test_an_end_is_followed_through_another_pipe() -> None:
    """The receiver's name for it means the same end."""
    objects = ONE_WAY | {"carrier": ObjectSpec(factory="Pipe", unpack=("c", "d"))}
    actors = {
        "main": Actor(),
        "p0": Actor(steps=(Step(target="c", method="send", arguments=({"$object": "b"},)),)),
        "p1": Actor(steps=(Step(target="d", method="recv", bind="y"), Step(target="y", method="send"))),
    }
    tape = tape_of(
        op("p0", "c", "send", {"$object": "b"}, at=(0, 1)),
        op("p1", "d", "recv", at=(2, 3), to={"$object": "y"}),
        op("p1", "y", "send", item("p1", 0), at=(4, 5)),
        objects=objects,
        actors=actors,
    )
    (direction,) = (d for d in model_of(tape).directions if d.writer == "b")

    assert [message.send.target for message in direction.messages] == ["y"]


def test_a_pipe_made_in_a_step_is_known_by_the_names_of_its_items() -> None:
    """``Pipe`` bound to a name, its items bound to others: sends and receives by those are matched."""
    steps = (
        Step(target="@", method="Pipe", arguments=(False,), bind="both"),
        Step(target="both", method="__getitem__", arguments=(0,), bind="r"),
        Step(target="both", method="__getitem__", arguments=(-1,), bind="w"),
    )
    tape = tape_of(
        op("main", "@", "Pipe", False, at=(0, 1), to=[{}, {}]),  # noqa: FBT003 as it is recorded
        op("main", "both", "__getitem__", 0, at=(2, 3), to={"$object": "r"}),
        op("main", "both", "__getitem__", -1, at=(4, 5), to={"$object": "w"}),
        op("main", "w", "send", 7, at=(6, 7)),
        op("main", "r", "recv", at=(8, 9), to=7),
        objects={},
        actors={"main": Actor(steps=steps)},
    )
    (direction,) = model_of(tape).directions

    assert [message.record for message in direction.messages] == [7]
    assert len(list(stream_of(direction).matched())) == 1


def test_a_torn_message_ends_the_matching() -> None:
    """Nothing is said of what comes after a send that never returned, or that failed while it wrote."""
    tape = tape_of(
        op("p0", "b", "send", 1, at=(0, 1)),
        op("p0", "b", "send", 2, at=(2, None)),
        op("p1", "a", "recv", at=(3, 4), to=1),
        op("p1", "a", "recv", at=(5, 6), to="rubbish"),
    )
    (direction,) = model_of(tape).directions
    stream = stream_of(direction)

    assert stream.broken is None
    assert len(stream.readings) == 1


def test_a_receive_that_was_bound_is_recorded_by_its_name() -> None:
    """``{"$object": name}`` as a result tells nothing of the value."""
    message = Message(send=op("p0", "b", "send", [1], at=(0, 1)), record=[1], packed=True)

    assert message.fits(op("p1", "a", "recv", at=(2, 3), to={"$object": "x"}))
    assert not message.fits(op("p1", "a", "recv", at=(2, 3), to=[2]))


def test_a_receive_after_the_own_close_touches_no_message() -> None:
    """An OSError that an actor's own close explains leaves the stream as it is."""
    tape = tape_of(
        op("p0", "b", "send", item("p0", 0), at=(0, 1)),
        op("p1", "a", "close", at=(2, 3)),
        op("p1", "a", "recv", at=(4, 5), raised=error("OSError")),
        op("main", "a", "recv", at=(6, 7), to=received("p0", 0)),
    )
    (direction,) = model_of(tape).directions

    assert [read.actor for read in direction.reads] == ["main"]


def test_duplex_pipes_have_two_directions() -> None:
    """And one-way pipes have one, from the second end to the first."""
    assert [(d.writer, d.reader) for d in model_of(tape_of(objects=DUPLEX)).directions] == [
        ("b", "a"),
        ("a", "b"),
    ]
    assert [(d.writer, d.reader) for d in model_of(tape_of(objects=ONE_WAY)).directions] == [("b", "a")]
