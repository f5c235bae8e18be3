"""Order, exactly once, blocking, both directions, and ends that travel."""

import pytest

from mpconform.checkers.pipe_carried import end_that_travelled
from mpconform.checkers.pipe_order import duplex, exactly_once, in_order, receive_blocks
from mpconform.values import Actor, History, Json, ObjectSpec, Operation, Outcome, Step
from pipe_tape import DUPLEX, ONE_WAY, Checker, alive, shut, tape_of
from tape import error, item, op, received

CHECKERS = (in_order, exactly_once, receive_blocks, duplex, end_that_travelled)


def sent(n: int, at: int, end: str = "b", actor: str = "p0") -> Operation:
    return op(actor, end, "send", item(actor, n), at=(at, at + 1))


def got(n: int, at: int, end: str = "a", actor: str = "p1", of: str = "p0") -> Operation:
    return op(actor, end, "recv", at=(at, at + 1), to=received(of, n))


@pytest.mark.parametrize("checker", CHECKERS)
def test_no_message_is_no_evidence(checker: Checker) -> None:
    """A pipe that nobody receives from says nothing."""
    assert checker(tape_of(sent(0, 0))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_correct_conversation_breaks_nothing(checker: Checker) -> None:
    """Messages in order, once each, in both directions."""
    tape = tape_of(
        sent(0, 0), sent(1, 2), got(0, 4), got(1, 6),
        sent(0, 8, "a", "p1"), got(0, 10, "b", "p0", "p1"), objects=DUPLEX,
    )  # fmt: skip

    assert not checker(tape).violations


def test_an_overtaken_message_is_shown_with_both_sends_and_both_receives() -> None:
    """Item 1 received before item 0: the witness are all four operations, the story names both."""
    finding = in_order(tape_of(sent(0, 0), sent(1, 2), got(1, 4), got(0, 6)))

    (violation,) = finding.violations
    assert violation.kind == "overtaken"
    assert [(w.method, w.invoked_ns) for w in violation.witness] == [
        ("send", 0),
        ("send", 2),
        ("recv", 4),
        ("recv", 6),
    ]
    assert "p0's item 1" in violation.summary
    assert "returned p0's item 0 at 7 ns" in violation.story


def test_order_is_judged_from_the_second_receive_on() -> None:
    """One message has no order."""
    assert in_order(tape_of(sent(0, 0), got(0, 2))).judged == 0
    assert in_order(tape_of(sent(0, 0), sent(1, 2), got(0, 4), got(1, 6))).judged == 1


def test_equal_messages_have_no_order() -> None:
    """Two messages of one value cannot be told apart."""
    same = [op("p0", "b", "send", 5, at=(t, t + 1)) for t in (0, 2)]
    reads = [op("p1", "a", "recv", at=(t, t + 1), to=5) for t in (4, 6)]

    assert not in_order(tape_of(*same, *reads)).violations


def test_a_skipped_message_is_lost() -> None:
    """A later one came in its place, and it never did: that is a loss, and no matter of order."""
    tape = tape_of(sent(0, 0), sent(1, 2), got(1, 4))

    assert not in_order(tape).violations
    (violation,) = exactly_once(tape).violations
    assert violation.kind == "lost"
    assert [w.invoked_ns for w in violation.witness] == [0, 2, 4]


def test_messages_that_nobody_received_are_not_lost() -> None:
    """A history may end with messages in the pipe."""
    finding = exactly_once(tape_of(sent(0, 0), sent(1, 2), got(0, 4)))

    assert finding.outcome is Outcome.PASS
    assert finding.judged == 1


def test_a_second_receive_of_one_message_is_shown_with_the_first() -> None:
    """Received twice, sent once."""
    (violation,) = exactly_once(tape_of(sent(0, 0), got(0, 2), got(0, 4))).violations

    assert violation.kind == "received-twice"
    assert [w.invoked_ns for w in violation.witness] == [2, 4]


def test_a_receive_that_blocks_on_a_message_that_is_there_has_lost_it() -> None:
    """In a hung run; in one that ended otherwise an open receive says nothing."""
    operations = (sent(0, 0), op("p1", "a", "recv", at=(2, None)))

    (violation,) = exactly_once(tape_of(*operations, ended="hung")).violations
    assert violation.kind == "lost-and-awaited"
    assert not exactly_once(tape_of(*operations)).violations
    assert not exactly_once(tape_of(*operations, ended="crashed")).violations


def test_a_receive_of_a_killed_actor_has_lost_nothing() -> None:
    """Its open receive may have been ended by the kill."""
    kill = op("main", "p1", "kill", at=(5, 6))
    tape = tape_of(sent(0, 0), op("p1", "a", "recv", at=(2, None)), kill, ended="hung")

    assert not exactly_once(tape).violations


def test_an_uncertain_send_may_or_may_not_arrive() -> None:
    """A send that raised ValueError may be received, or left out."""
    doubtful = op("p0", "b", "send", item("p0", 0), at=(0, 1), raised=error("ValueError"))

    assert not exactly_once(tape_of(doubtful, sent(1, 2), got(0, 4), got(1, 6))).violations
    assert not exactly_once(tape_of(doubtful, sent(1, 2), got(1, 4))).violations


@pytest.mark.parametrize(
    ("returned", "violated"), [pytest.param(6, True, id="before"), pytest.param(7, False, id="touching")]
)
def test_nothing_is_received_before_it_is_sent(returned: int, violated: bool) -> None:  # noqa: FBT001
    """A receive that returned strictly before its send began; touching intervals are no proof."""
    read = op("p1", "a", "recv", at=(2, returned), to=received("p0", 0))
    finding = receive_blocks(tape_of(read, sent(0, 7), alive(20)))

    assert finding.judged == 1
    assert bool(finding.violations) is violated
    for violation in finding.violations:
        assert [w.method for w in violation.witness] == ["recv", "send"]


def test_a_value_out_of_nothing_is_shown_alone() -> None:
    """Nothing was ever sent."""
    (violation,) = receive_blocks(tape_of(op("p1", "a", "recv", at=(2, 3)), alive(20))).violations

    assert violation.kind == "received-unsent"
    assert "Nothing was sent for it at all" in violation.story


def test_a_value_at_the_end_is_left_to_the_requirement_of_the_end() -> None:
    """If every copy of the other end is closed, None in place of EOFError breaks PIPE-EOF."""
    tape = tape_of(*shut("main", "p1"), op("p1", "a", "recv", at=(20, 21)))

    assert not receive_blocks(tape).violations


def test_only_receives_that_had_to_wait_are_evidence_of_blocking() -> None:
    """A message that was there when the receive began says nothing."""
    assert receive_blocks(tape_of(sent(0, 0), got(0, 4))).judged == 0


def test_an_end_that_hears_itself_is_no_duplex_pipe() -> None:
    """The receive returned what had been sent from the same end."""
    tape = tape_of(
        sent(0, 0, "a", "p1"), sent(0, 2, "b", "p0"),
        got(0, 4, "a", "p1", "p1"), objects=DUPLEX,
    )  # fmt: skip

    (violation,) = duplex(tape).violations
    assert violation.kind == "own-message"
    assert [w.target for w in violation.witness] == ["a", "a"]


@pytest.mark.parametrize(
    ("objects", "late", "violated"),
    [
        pytest.param(DUPLEX, 20, True, id="both-open"),
        pytest.param(DUPLEX, 1, False, id="other-end-perhaps-closed"),
        pytest.param(ONE_WAY, 20, False, id="one-way"),
    ],
)
def test_a_duplex_pipe_may_not_refuse_a_direction(
    objects: dict[str, ObjectSpec],
    late: int,
    violated: bool,  # noqa: FBT001
) -> None:
    """OSError for a send while both ends are surely open."""
    refused = op("p1", "a", "send", 1, at=(2, 3), raised=error("OSError"))

    assert bool(duplex(tape_of(refused, alive(late), objects=objects)).violations) is violated


def test_a_duplex_pipe_used_one_way_is_no_evidence() -> None:
    """Both directions must have carried a message."""
    assert duplex(tape_of(sent(0, 0), got(0, 2), objects=DUPLEX)).judged == 0


def travelling(last: Operation, raised: Json = None, ended: str = "normally") -> History:
    """A history in which p0 gave b to p1, who knows it as y and sends an item by it."""
    objects = ONE_WAY | {"carrier": ObjectSpec(factory="Pipe", unpack=("c", "d"))}
    actors = {
        "main": Actor(),
        "p0": Actor(),
        "p1": Actor(steps=(Step(target="d", method="recv", bind="y"), Step(target="y", method="send"))),
    }
    return tape_of(
        op("p0", "c", "send", {"$object": "b"}, at=(0, 1)),
        op("p1", "d", "recv", at=(2, 3), to={"$object": "y"}),
        op("p1", "y", "send", item("p1", 0), at=(4, 5), raised=raised),
        last,
        objects=objects,
        actors=actors,
        ended=ended,
    )


def test_an_end_that_travelled_must_work() -> None:
    """What p1 sends by the end that it received is what main receives; anything else is a violation."""
    good = travelling(op("main", "a", "recv", at=(6, 7), to=received("p1", 0)))
    bad = travelling(op("main", "a", "recv", at=(6, 7), to="other"))

    assert end_that_travelled(good).judged == 1
    assert not end_that_travelled(good).violations
    (violation,) = end_that_travelled(bad).violations
    assert violation.kind == "travelled-end-altered"
    assert [w.target for w in violation.witness] == ["y", "a"]


def test_an_end_that_is_refused_is_seen_though_main_waits_for_ever() -> None:
    """Main lives in a run that hung, and holds the other end; a run that ended otherwise says nothing."""
    waiting = op("main", "a", "recv", at=(3, None))
    hung, crashed = (travelling(waiting, error("OSError"), ended) for ended in ("hung", "crashed"))

    (violation,) = end_that_travelled(hung).violations
    assert violation.kind == "travelled-end-refused"
    assert not end_that_travelled(crashed).violations


def test_an_end_that_does_not_arrive_is_shown_with_its_send() -> None:
    """The receive of it raised."""
    objects = ONE_WAY | {"carrier": ObjectSpec(factory="Pipe", unpack=("c", "d"))}
    tape = tape_of(
        op("p0", "c", "send", {"$object": "b"}, at=(0, 1)),
        op("p1", "d", "recv", at=(2, 3), raised=error("TypeError")),
        objects=objects,
    )

    (violation,) = end_that_travelled(tape).violations
    assert violation.kind == "travelled-end-not-received"
