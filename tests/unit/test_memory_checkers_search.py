"""The exact checkers of counters and registers against exhaustive search."""

from random import Random

import pytest

from memory_search import explained, intervals, play
from mpconform.checkers import memory_arrays, memory_patterns
from mpconform.checkers.memory_counters import Count
from mpconform.checkers.memory_counters import mistake_in as mistake_of_counter
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_registers import Mark
from mpconform.checkers.memory_registers import mistake_in as mistake_of_register
from mpconform.checkers.memory_tearing import locked_slices, slices
from mpconform.values import Json, ObjectSpec, Operation, Outcome
from scale import SCALE
from tape import op


def increment_or_read(state: Json, operation: Operation) -> tuple[bool, Json]:
    if operation.method == "increment":
        return True, state + 1
    return operation.result == state, state


def write_or_read(state: Json, operation: Operation) -> tuple[bool, Json]:
    if operation.method == ".value=":
        return True, operation.arguments[0]
    return operation.result == state, state


def random_counter(rng: Random) -> list[Operation]:
    found = intervals(rng, rng.randint(1, 4))
    adding = rng.randint(0, len(found))
    return [
        op(actor, "v", "increment", at=(begin, end))
        if n < adding
        else op(actor, "v", ".value", at=(begin, end or begin + 9), to=rng.randint(0, adding))
        for n, (actor, begin, end) in enumerate(found)
    ]


def random_register(rng: Random) -> list[Operation]:
    found = intervals(rng, rng.randint(1, 4))
    writing = rng.randint(0, len(found))
    return [
        op(actor, "v", ".value=", n + 1, at=(begin, end))
        if n < writing
        else op(actor, "v", ".value", at=(begin, end or begin + 9), to=rng.randint(0, writing))
        for n, (actor, begin, end) in enumerate(found)
    ]


@pytest.mark.parametrize("seeds", SCALE)
def test_the_counter_check_agrees_with_exhaustive_search(seeds: range) -> None:
    """On random small histories, the lazy deadline check and the search say the same."""
    verdicts = set()
    for seed in seeds:
        operations = random_counter(Random(seed))
        adding = [one for one in operations if one.method == "increment"]
        counts = [Count(op=one, seen=one.result) for one in operations if one.method == ".value"]
        expected = explained(operations, 0, increment_or_read)
        verdicts.add(expected)

        assert (mistake_of_counter(adding, counts) is None) == expected, operations
    assert verdicts == {True, False}


@pytest.mark.parametrize("seeds", SCALE)
def test_the_register_check_agrees_with_exhaustive_search(seeds: range) -> None:
    """On random small histories with unique contents, zones and the search say the same."""
    verdicts = set()
    for seed in seeds:
        operations = random_register(Random(seed))
        marks = [Mark(op=None, content=0, writes=True)]
        for one in operations:
            content = one.arguments[0] if one.method == ".value=" else one.result
            marks.append(Mark(op=one, content=content, writes=one.method == ".value="))
        expected = explained(operations, 0, write_or_read)
        verdicts.add(expected)

        assert (mistake_of_register(marks) is None) == expected, operations
    assert verdicts == {True, False}


LENGTH = 3
WHOLE = {"$slice": [0, LENGTH]}


def fill_or_scan(state: Json, operation: Operation) -> tuple[bool, Json]:
    if operation.method == "fill":
        return True, operation.arguments[1]
    return operation.result == [state], state


@pytest.mark.parametrize("seeds", SCALE)
def test_scans_of_patterns_agree_with_exhaustive_search(seeds: range) -> None:
    """An array that is filled as a whole under its lock, with different numbers, is a register: exact.

    A scan that shows two numbers is torn whatever the order; fills that never return are not judged.
    """
    objects = {"a": ObjectSpec(factory="Array", arguments=("i", LENGTH))}
    verdicts = set()
    for seed in seeds:
        rng = Random(seed)
        operations = [
            op(actor, "a", "fill", {"$object": "a"}, n + 1, at=(begin, end or begin + 9))
            if rng.random() < 0.5
            else op(
                actor, "a", "scan", {"$object": "a"}, at=(begin, end or begin + 9),
                to=[rng.randint(0, 4)] if rng.random() < 0.95 else [1, 2],
            )
            for n, (actor, begin, end) in enumerate(intervals(rng, rng.randint(1, 4)))
        ]  # fmt: skip
        expected = explained(operations, 0, fill_or_scan)
        verdicts.add(expected)
        finding = memory_patterns.torn(play(*operations, objects=objects))

        assert (finding.outcome is not Outcome.FAIL) == expected, operations
    assert verdicts == {True, False}


def write_or_slice(state: Json, operation: Operation) -> tuple[bool, Json]:
    if operation.method == "__setitem__":
        begin, end = operation.arguments[0]["$slice"]
        return True, (*state[:begin], *operation.arguments[1], *state[end:])
    return tuple(operation.result) == state, state


def _reaches(write: Operation, at: int) -> bool:
    begin, end = write.arguments[0]["$slice"]
    return bool(begin <= at < end)


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("seeds", SCALE)
def test_what_is_called_torn_has_no_order_of_whole_writes(seeds: range, locked: bool) -> None:  # noqa: FBT001
    """Torn is said of a read only if no order of whole writes explains it; of many of these it is said."""
    objects = {"o": ObjectSpec(factory="Array" if locked else "RawArray", arguments=("i", LENGTH))}
    false, seen, torn = [], 0, 0
    for seed in seeds:
        rng = Random(seed)
        operations = []
        for n, (actor, begin, end) in enumerate(intervals(rng, rng.randint(1, 3))[:4]):
            start = rng.randrange(LENGTH)
            stop = rng.randrange(start + 1, LENGTH + 1)
            at = (begin, end or begin + 9)
            part, number = {"$slice": [start, stop]}, [n + 1] * (stop - start)
            operations.append(op(actor, "o", "__setitem__", part, number, at=at))
        begin = rng.randint(0, 20)
        shown = [
            rng.choice([0, *(one.arguments[1][0] for one in operations if _reaches(one, at))])
            for at in range(LENGTH)
        ]
        operations.append(
            op("main", "o", "__getitem__", WHOLE, at=(begin, begin + rng.randint(1, 9)), to=shown)
        )
        expected = explained(operations, (0,) * LENGTH, write_or_slice)
        reading = read(play(*operations, objects=objects))
        unlocked = [one for one in slices(reading) if one is not None]
        found = [one for one in locked_slices(reading) if one.torn] if locked else unlocked
        torn += not expected
        seen += bool(found)
        if found and expected:
            false.append(seed)

    assert false == []
    # Most of the others show what had surely been overwritten, or two writes in an order of time.
    assert seen > 0.1 * torn > 10


def element_of(state: Json, operation: Operation) -> tuple[bool, Json]:
    if operation.method == "__setitem__":
        return True, operation.arguments[1]
    return operation.result == state, state


@pytest.mark.parametrize("seeds", SCALE)
def test_an_element_of_an_array_agrees_with_exhaustive_search(seeds: range) -> None:
    """Under the array's lock, and written with different numbers, it is a register: exact."""
    objects = {"a": ObjectSpec(factory="Array", arguments=("i", [0, 0]))}
    verdicts = set()
    for seed in seeds:
        rng = Random(seed)
        operations = [
            op(actor, "a", "__setitem__", 1, n + 1, at=(begin, end))
            if end is None or rng.random() < 0.5
            else op(actor, "a", "__getitem__", 1, at=(begin, end), to=rng.randint(0, 4))
            for n, (actor, begin, end) in enumerate(intervals(rng, rng.randint(1, 4)))
        ]
        expected = explained(operations, 0, element_of)
        verdicts.add(expected)
        checks = (memory_arrays.elements, memory_arrays.initial)
        found = any(check(play(*operations, objects=objects)).outcome is Outcome.FAIL for check in checks)

        assert found is not expected, operations
    assert verdicts == {True, False}
