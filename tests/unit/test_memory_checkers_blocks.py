"""The checkers of SharedMemory, on histories written by hand."""

from typing import Any

import pytest

from _mpconform_agent.payload import digest
from memory_search import bound, play
from mpconform.checkers import memory_names, memory_segments
from mpconform.values import Census, Finding, Operation, Outcome
from tape import error, op

MEMORY = "shared_memory.SharedMemory"
NAME = {"$unique": "seg"}
TAKEN = error("FileExistsError", bases=("OSError", "Exception"))
MISSING = error("FileNotFoundError", bases=("OSError", "Exception"))


def only(finding: Finding) -> tuple[str, list[str]]:
    """The kind of the one violation, and who did what in its witness."""
    (violation,) = finding.violations
    return violation.kind, [f"{one.actor}.{one.method.rpartition('.')[2]}" for one in violation.witness]


def made(at: tuple[int, int | None], actor: str = "main", size: int = 8, **rest: Any) -> Operation:
    return op(actor, "@", MEMORY, at=at, name=NAME, create=True, size=size, **rest)


def found(at: tuple[int, int], actor: str = "p0", **rest: Any) -> Operation:
    return op(actor, "@", MEMORY, at=at, name=NAME, **rest)


def store(actor: str, target: str, at: tuple[int, int | None], data: bytes = b"abcd") -> Operation:
    where = {"$slice": [0, len(data)]}
    return op(actor, target, "__setitem__", where, {"$hex": data.hex()}, at=at)


def load(actor: str, target: str, at: tuple[int, int], data: bytes = b"abcd") -> Operation:
    return op(
        actor, target, "__getitem__", {"$slice": [0, len(data)]}, at=at, to={"$digest": list(digest(data))}
    )


#: main has a block ``seg`` and its memory ``view``; p0 has attached ``mine`` and sees ``look``.
BOTH = (
    bound(made((0, 1)), "seg"),
    bound(op("main", "seg", ".buf", at=(2, 3)), "view"),
    bound(found((2, 3)), "mine"),
    bound(op("p0", "mine", ".buf", at=(4, 5)), "look"),
)


@pytest.mark.parametrize(
    ("write", "data", "outcome"),
    [
        pytest.param((10, 11), b"abcd", Outcome.PASS, id="same-bytes"),
        pytest.param((10, 11), b"abce", Outcome.FAIL, id="other-bytes"),
        pytest.param((10, 20), b"abce", Outcome.PASS, id="touching-writes-may-be-torn"),
        pytest.param((10, None), b"abce", Outcome.PASS, id="open-writes-too"),
    ],
)
def test_all_that_attach_see_the_same_bytes(
    write: tuple[int, int | None], data: bytes, outcome: Outcome
) -> None:
    """A read is judged by what certainly had been stored before it; the attachment counts, too."""
    history = play(*BOTH, store("main", "view", write), load("p0", "look", (20, 21), data))

    assert memory_segments.attached(history).outcome is outcome


def test_bytes_of_several_writes_are_put_together() -> None:
    """A read of many bytes is explained piece by piece, single bytes included."""
    history = play(
        *BOTH,
        store("main", "view", (10, 11)),
        op("main", "view", "__setitem__", 1, 0x7A, at=(12, 13)),
        load("p0", "look", (20, 21), b"azcd"),
        op("p0", "look", "__getitem__", 1, at=(22, 23), to=0x62),
    )

    finding = memory_segments.attached(history)

    assert only(finding) == ("bytes-differ", ["main.__setitem__", "p0.__getitem__"])
    assert "returned 98" in finding.violations[0].summary


def test_bytes_that_nobody_stored_are_not_judged() -> None:
    """The documentation does not say what a new block holds."""
    history = play(*BOTH, load("p0", "look", (20, 21), b"\1\2"))

    assert memory_segments.attached(history) == Finding(judged=1)


def test_an_attachment_to_a_standing_block_succeeds() -> None:
    """It fails only while nobody has made the block, or somebody unlinks it."""
    late = play(bound(made((0, 1)), "seg"), found((2, 3), raised=MISSING))
    touching = play(bound(made((0, 2)), "seg"), found((2, 3), raised=MISSING))
    unlinked = play(
        bound(made((0, 1)), "seg"), op("main", "seg", "unlink", at=(3, 4)), found((2, 3), raised=MISSING)
    )

    assert only(memory_segments.attached(late)) == ("attachment-failed", ["p0.SharedMemory"])
    assert memory_segments.attached(touching).outcome is Outcome.UNKNOWN
    assert memory_segments.attached(unlinked).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("size", "outcome"), [(7, Outcome.FAIL), (8, Outcome.PASS), (4096, Outcome.PASS)])
@pytest.mark.parametrize("shown", [".size", "__len__", ".buf"])
def test_a_block_is_at_least_as_large_as_was_asked_for(size: int, outcome: Outcome, shown: str) -> None:
    """The size that is shown, and the length of the memory, may be larger but not smaller."""
    result = {"$digest": [size, 0]} if shown == ".buf" else size
    target = "look" if shown == "__len__" else "mine"

    history = play(*BOTH, op("p0", target, shown, at=(20, 21), to=result))

    assert memory_segments.sizes(history).outcome is outcome


def test_name_and_size_are_read_only() -> None:
    """To set one raises AttributeError."""
    refused = play(*BOTH, op("main", "seg", ".size=", 1, at=(20, 21), raised=error("AttributeError")))
    taken = play(*BOTH, op("main", "seg", ".name=", "x", at=(20, 21)))

    assert memory_segments.read_only(refused).outcome is Outcome.PASS
    assert only(memory_segments.read_only(taken))[0] == "attribute-set"


def test_a_block_stays_when_another_process_closes_it() -> None:
    """Contents, attachments and uses after the close of another's object are judged."""
    closing = op("p0", "mine", "close", at=(12, 13))
    stays = play(*BOTH, store("main", "view", (6, 7)), closing, load("main", "view", (20, 21)))
    lost = play(*BOTH, store("main", "view", (6, 7)), closing, load("main", "view", (20, 21), b"\0\0\0\0"))
    gone = play(*BOTH, closing, found((20, 21), "p1", raised=MISSING))
    own = play(*BOTH, closing, op("p0", "mine", ".buf", at=(20, 21), raised=error("TypeError")))

    assert memory_segments.closed(stays).outcome is Outcome.PASS
    assert only(memory_segments.closed(lost))[0] == "close-changed-the-block"
    assert only(memory_segments.closed(gone)) == ("close-ended-the-block", ["p0.close", "p1.SharedMemory"])
    assert memory_segments.closed(own).outcome is Outcome.UNKNOWN


def test_a_block_stays_when_an_attached_process_ends() -> None:
    """A join without a timeout shows that the process has ended."""
    history = play(*BOTH, op("main", "p0", "join", at=(10, 11)), found((20, 21), "main", raised=MISSING))

    assert only(memory_segments.closed(history)) == (
        "close-ended-the-block",
        ["main.join", "main.SharedMemory"],
    )


def test_a_block_outlives_its_maker() -> None:
    """What a child made is there after the child was joined, with its bytes."""
    child = (
        bound(made((0, 1), "p0"), "mine"),
        bound(op("p0", "mine", ".buf", at=(2, 3)), "look"),
        store("p0", "look", (4, 5)),
    )
    join = op("main", "p0", "join", at=(6, 7))
    kept = play(
        *child, join, bound(found((8, 9), "main"), "left"),
        bound(op("main", "left", ".buf", at=(10, 11)), "view"), load("main", "view", (12, 13)),
    )  # fmt: skip
    died = play(*child, join, found((8, 9), "main", raised=MISSING))
    early = play(*child, found((6, 7), "main"))

    assert memory_segments.outlived(kept) == Finding(judged=2)
    assert only(memory_segments.outlived(died))[0] == "block-died-with-its-maker"
    assert memory_segments.outlived(early).outcome is Outcome.UNKNOWN


def test_who_is_attached_goes_on_after_unlink() -> None:
    """Reads after an unlink are judged for what was stored before."""
    unlink = op("main", "seg", "unlink", at=(10, 11))
    goes_on = play(*BOTH, store("main", "view", (6, 7)), unlink, load("p0", "look", (20, 21)))
    lost = play(*BOTH, store("main", "view", (6, 7)), unlink, load("p0", "look", (20, 21), b"\0\0\0\0"))

    assert memory_segments.kept_after_unlink(goes_on).outcome is Outcome.PASS
    assert only(memory_segments.kept_after_unlink(lost))[0] == "unlink-changed-the-block"
    assert not memory_segments.attached(lost).violations


def test_a_name_stands_for_the_block_that_has_it_now() -> None:
    """Main finds by it the one that p0 made when it had unlinked that of main, which main still sees."""
    renewed = (
        *BOTH,
        store("main", "view", (6, 7)),
        op("p0", "mine", "unlink", at=(8, 9)),
        bound(made((10, 11), "p0", size=4), "fresh"),
        bound(op("p0", "fresh", ".buf", at=(12, 13)), "new"),
        store("p0", "new", (14, 15), b"efgh"),
        bound(found((16, 17), "main"), "found"),
        bound(op("main", "found", ".buf", at=(18, 19)), "now"),
    )
    seen = play(*renewed, load("main", "now", (20, 21), b"efgh"), load("main", "view", (22, 23)))
    remembered = play(*renewed, load("main", "now", (20, 21)))
    follows = play(*renewed, load("main", "view", (20, 21), b"efgh"))

    assert not memory_segments.attached(seen).violations
    assert memory_segments.kept_after_unlink(seen) == Finding(judged=1)
    assert only(memory_segments.attached(remembered)) == (
        "bytes-differ",
        ["p0.__setitem__", "main.__getitem__"],
    )
    assert not memory_segments.kept_after_unlink(remembered).violations
    assert only(memory_segments.kept_after_unlink(follows))[0] == "unlink-changed-the-block"


def test_a_name_that_is_taken_is_refused() -> None:
    """Creation raises FileExistsError while the name certainly stands for a block."""
    refused = play(bound(made((0, 1)), "seg"), made((2, 3), "p0", raised=TAKEN))
    doubled = play(bound(made((0, 1)), "seg"), made((2, 3), "p0"))
    touching = play(bound(made((0, 2)), "seg"), made((2, 3), "p0"))

    assert memory_names.exists(refused).outcome is Outcome.PASS
    assert only(memory_names.exists(doubled)) == (
        "second-block-of-a-name",
        ["main.SharedMemory", "p0.SharedMemory"],
    )
    assert memory_names.exists(touching).outcome is Outcome.UNKNOWN


def test_a_missing_name_is_refused_and_stays_free() -> None:
    """Attaching raises FileNotFoundError, and a creation after it succeeds."""
    refused = play(found((0, 1), raised=MISSING), made((2, 3)))
    attached = play(found((0, 1)))
    littered = play(found((0, 1), raised=MISSING), made((2, 3), raised=TAKEN))
    concurrent = play(found((0, 2)), bound(made((2, 3)), "seg"))

    assert memory_names.missing(refused) == Finding(judged=2)
    assert only(memory_names.missing(attached))[0] == "missing-block-attached"
    assert only(memory_names.missing(littered))[0] == "attachment-made-a-block"
    assert memory_names.missing(concurrent).outcome is Outcome.UNKNOWN


def test_a_name_that_is_not_ours_is_never_missing() -> None:
    """A literal name may be somebody else's block."""
    assert memory_names.missing(play(op("p0", "@", MEMORY, "abc", at=(0, 1)))).outcome is Outcome.UNKNOWN


def test_an_empty_block_is_refused_and_leaves_nothing() -> None:
    """Sizes of zero and less raise ValueError; the name stays free."""
    refused = play(made((0, 1), size=0, raised=error("ValueError")), made((2, 3)))
    taken = play(made((0, 1), size=-1))
    other = play(made((0, 1), size=0, raised=error("OSError")))
    littered = play(made((0, 1), size=0, raised=error("ValueError")), made((2, 3), raised=TAKEN))

    assert memory_names.zero_size(refused) == Finding(judged=2)
    assert only(memory_names.zero_size(taken))[0] == "empty-block-made"
    assert only(memory_names.zero_size(other))[0] == "empty-block-made"
    assert only(memory_names.zero_size(littered))[0] == "empty-block-left"


@pytest.mark.parametrize(("at", "judged"), [((5, 6), 1), ((4, 6), 0)])
def test_after_unlink_a_name_is_free(at: tuple[int, int], judged: int) -> None:
    """An attachment or a creation that begins strictly after the unlink is judged."""
    unlink = op("main", "seg", "unlink", at=(3, 4))
    first = bound(made((0, 1)), "seg")

    still = memory_names.unlinked(play(first, unlink, found(at)))
    anew = memory_names.unlinked(play(first, unlink, made(at, "p0", raised=TAKEN)))
    right = memory_names.unlinked(play(first, unlink, made(at, "p0")))

    assert (still.judged, len(still.violations)) == (judged, judged)
    assert (anew.judged, len(anew.violations)) == (judged, judged)
    assert (right.judged, len(right.violations)) == (judged, 0)


def test_a_block_has_the_name_that_was_asked_for() -> None:
    """The echo of a unique name is what the block must show, in every process."""
    echo = op("main", "", "echo", NAME, at=(6, 7), to=["mpc-seg"])
    right = play(*BOTH, echo, op("p0", "mine", ".name", at=(8, 9), to="mpc-seg"))
    wrong = play(*BOTH, echo, op("p0", "mine", ".name", at=(8, 9), to="mpc-sex"))
    unknown = play(*BOTH, op("p0", "mine", ".name", at=(8, 9), to="mpc-sex"))

    assert memory_names.names(right).outcome is Outcome.PASS
    assert only(memory_names.names(wrong))[0] == "wrong-name"
    assert memory_names.names(unknown).outcome is Outcome.UNKNOWN


def test_blocks_without_a_name_get_different_ones() -> None:
    """Two blocks that exist at one time do not share a name."""

    def twins(other: str) -> Finding:
        return memory_names.names(
            play(
                bound(op("main", "@", MEMORY, at=(0, 1), create=True, size=8), "one"),
                bound(op("main", "@", MEMORY, at=(2, 3), create=True, size=8), "two"),
                op("main", "one", ".name", at=(4, 5), to="psm_1"),
                op("main", "two", ".name", at=(6, 7), to=other),
            )
        )

    assert twins("psm_2").outcome is Outcome.PASS
    assert only(twins("psm_1"))[0] == "name-of-two-blocks"


@pytest.mark.parametrize(
    ("segments", "ended", "outcome"),
    [
        pytest.param(("mpc-seg",), "normally", Outcome.FAIL, id="left"),
        pytest.param(("/mpc-seg",), "normally", Outcome.FAIL, id="left-with-a-slash"),
        pytest.param(("other",), "normally", Outcome.PASS, id="another's"),
        pytest.param(("mpc-seg",), "hung", Outcome.UNKNOWN, id="hung"),
    ],
)
def test_nothing_is_left_of_a_block_that_was_unlinked(
    segments: tuple[str, ...], ended: str, outcome: Outcome
) -> None:
    """The census after the scenario does not show its name."""
    history = play(
        *BOTH,
        op("main", "seg", ".name", at=(6, 7), to="mpc-seg"),
        op("main", "seg", "unlink", at=(8, 9)),
        census={"after": Census(at_ns=99, agent_pid=1, segments=segments)},
        ended=ended,
    )

    assert memory_names.residue(history).outcome is outcome


def test_a_block_that_nobody_unlinked_may_stay() -> None:
    """Without an unlink that returned there is nothing to judge."""
    history = play(
        *BOTH,
        op("main", "seg", ".name", at=(6, 7), to="mpc-seg"),
        op("main", "seg", "unlink", at=(8, None)),
        census={"after": Census(at_ns=99, agent_pid=1, segments=("mpc-seg",))},
    )

    assert memory_names.residue(history).outcome is Outcome.UNKNOWN
