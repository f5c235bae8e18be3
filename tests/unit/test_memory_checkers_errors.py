"""The checker of exceptions, on histories written by hand."""

from typing import Any

import pytest

from memory_search import bound, play
from mpconform.checkers import memory_errors, progress
from mpconform.values import ObjectSpec, Operation, Outcome
from tape import error, op

MEMORY = "shared_memory.SharedMemory"
OBJECTS = {
    "v": ObjectSpec(factory="Value", arguments=("i", 7)),
    "a": ObjectSpec(factory="Array", arguments=("i", 3)),
    "b": ObjectSpec(factory="Value", arguments=("i", 7), keywords={"lock": False}),
    "c": ObjectSpec(factory="Array", arguments=("c", 3)),
}


def outcome(*operations: Operation | tuple[Operation, str]) -> Outcome:
    return memory_errors.documented(play(*operations, objects=OBJECTS)).outcome


def raising(name: str, target: str, method: str, /, *arguments: Any, **keywords: Any) -> Operation:
    return op("main", target, method, *arguments, at=(20, 21), raised=error(name), **keywords)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        pytest.param(raising("OSError", "v", ".value"), Outcome.FAIL, id="value"),
        pytest.param(raising("OSError", "v", ".value=", 5), Outcome.FAIL, id="store"),
        pytest.param(raising("TypeError", "v", ".value=", "x"), Outcome.UNKNOWN, id="store-another-type"),
        pytest.param(raising("OSError", "v", "increment", {"$object": "v"}, 1), Outcome.FAIL, id="increment"),
        pytest.param(raising("AttributeError", "b", "get_lock"), Outcome.PASS, id="no-lock"),
        pytest.param(raising("AttributeError", "v", "get_lock"), Outcome.FAIL, id="lock"),
        pytest.param(raising("IndexError", "a", "__getitem__", 3), Outcome.PASS, id="outside"),
        pytest.param(raising("ValueError", "a", "__getitem__", 3), Outcome.FAIL, id="outside-but-other"),
        pytest.param(raising("IndexError", "a", "__getitem__", 2), Outcome.FAIL, id="inside"),
        pytest.param(
            raising("ValueError", "a", "__setitem__", {"$slice": [0, 2]}, [1]), Outcome.PASS, id="too-few"
        ),
        pytest.param(
            raising("ValueError", "a", "__setitem__", {"$slice": [0, 2]}, [1, 2]), Outcome.FAIL, id="as-many"
        ),
        pytest.param(
            raising("ValueError", "c", ".value=", {"$hex": "61626364"}), Outcome.PASS, id="chars-too-long"
        ),
        pytest.param(raising("ValueError", "c", ".value=", {"$hex": "616263"}), Outcome.FAIL, id="chars-fit"),
        pytest.param(raising("OSError", "@", "Value", "i", 1), Outcome.FAIL, id="making"),
        pytest.param(raising("TypeError", "@", "Value", "i", "x"), Outcome.UNKNOWN, id="making-of-nonsense"),
    ],
)
def test_ctypes_raise_only_what_is_documented(operation: Operation, expected: Outcome) -> None:
    """Each situation has its exceptions; situations that we do not know are not judged."""
    assert outcome(operation) is expected


def block(at: tuple[int, int] = (0, 1), **rest: Any) -> Operation:
    return op("main", "@", MEMORY, at=at, name={"$unique": "s"}, create=True, size=8, **rest)


def test_blocks_raise_only_what_is_documented() -> None:
    """Creation, attachment, use and destruction of blocks are judged by what stands."""
    seg = bound(block(), "seg")
    unlink = op("main", "seg", "unlink", at=(2, 3))

    assert outcome(block(raised=error("OSError"))) is Outcome.FAIL
    assert outcome(
        seg, raising("FileExistsError", "@", MEMORY, name={"$unique": "s"}, create=True, size=8)
    ) is (Outcome.PASS)
    assert outcome(seg, raising("FileNotFoundError", "@", MEMORY, name={"$unique": "s"})) is Outcome.FAIL
    assert outcome(seg, unlink, raising("FileNotFoundError", "@", MEMORY, name={"$unique": "s"})) is (
        Outcome.PASS
    )
    assert outcome(seg, raising("FileNotFoundError", "seg", "unlink")) is Outcome.FAIL
    assert outcome(seg, unlink, raising("FileNotFoundError", "seg", "unlink")) is Outcome.PASS
    assert outcome(seg, raising("BufferError", "seg", "close")) is Outcome.FAIL
    assert outcome(seg, raising("AttributeError", "seg", ".size=", 1)) is Outcome.PASS


def test_a_view_that_was_read_may_hinder_closing() -> None:
    """A part of the memory may still be held when the block is closed; what follows is not judged."""
    operations = (
        bound(block(), "seg"),
        bound(op("main", "seg", ".buf", at=(2, 3)), "view"),
        op("main", "view", "__getitem__", {"$slice": [0, 4]}, at=(4, 5), to={"$digest": [4, 0]}),
    )

    assert outcome(*operations, raising("BufferError", "seg", "close")) is Outcome.PASS
    assert outcome(*operations, raising("ValueError", "view", "__getitem__", 3)) is Outcome.FAIL
    assert outcome(
        *operations, raising("ValueError", "view", "__setitem__", {"$slice": [0, 4]}, {"$hex": "61"})
    ) is (Outcome.PASS)
    assert (
        outcome(*operations, op("main", "seg", "close", at=(6, 7)), raising("ValueError", "view", "__len__"))
        is Outcome.PASS
    )


def test_lists_raise_only_what_is_documented() -> None:
    """Index may raise ValueError, and so may text that is stored."""
    made = bound(op("main", "@", "shared_memory.ShareableList", [1, "a"], at=(0, 1)), "sl")

    assert outcome(made, raising("ValueError", "sl", "index", 3)) is Outcome.PASS
    assert outcome(made, raising("ValueError", "sl", "count", 3)) is Outcome.FAIL
    assert outcome(made, raising("ValueError", "sl", "__setitem__", 0, "abc")) is Outcome.PASS
    assert outcome(made, raising("ValueError", "sl", "__setitem__", 0, 7)) is Outcome.FAIL
    assert outcome(made, raising("TypeError", "sl", "__getitem__", 0)) is Outcome.FAIL


def test_an_open_operation_raised_nothing() -> None:
    """What never returned is a matter of progress."""
    hung = play(op("p0", "v", ".value", at=(1, None)), objects=OBJECTS, ended="hung")

    assert memory_errors.documented(hung).outcome is Outcome.UNKNOWN
    (violation,) = progress.every_operation_ends(hung).violations
    assert [one.method for one in violation.witness] == [".value"]


def test_an_error_is_named_after_its_operation() -> None:
    """The kind tells the method and the exception, the story what would have been right."""
    history = play(raising("OSError", "a", "__getitem__", 3), objects=OBJECTS)

    (violation,) = memory_errors.documented(history).violations

    assert violation.kind == "getitem-raised-OSError"
    assert "may raise IndexError" in violation.story
