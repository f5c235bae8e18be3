"""The exact checkers of counters and registers against exhaustive search."""

from random import Random

import pytest

from memory_search import explained, intervals
from mpconform.checkers.memory_counters import Count
from mpconform.checkers.memory_counters import mistake_in as mistake_of_counter
from mpconform.checkers.memory_registers import Mark
from mpconform.checkers.memory_registers import mistake_in as mistake_of_register
from mpconform.values import Json, Operation
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


@pytest.mark.parametrize("seed", range(4))
def test_the_counter_check_agrees_with_exhaustive_search(seed: int) -> None:
    """On 500 random small histories, the lazy deadline check and the search say the same."""
    rng = Random(seed)
    verdicts = set()
    for _ in range(500):
        operations = random_counter(rng)
        adding = [one for one in operations if one.method == "increment"]
        counts = [Count(op=one, seen=one.result) for one in operations if one.method == ".value"]
        expected = explained(operations, 0, increment_or_read)
        verdicts.add(expected)

        assert (mistake_of_counter(adding, counts) is None) == expected, operations
    assert verdicts == {True, False}


@pytest.mark.parametrize("seed", range(4))
def test_the_register_check_agrees_with_exhaustive_search(seed: int) -> None:
    """On 500 random small histories with unique contents, zones and the search say the same."""
    rng = Random(seed)
    verdicts = set()
    for _ in range(500):
        operations = random_register(rng)
        marks = [Mark(op=None, content=0, writes=True)]
        for one in operations:
            content = one.arguments[0] if one.method == ".value=" else one.result
            marks.append(Mark(op=one, content=content, writes=one.method == ".value="))
        expected = explained(operations, 0, write_or_read)
        verdicts.add(expected)

        assert (mistake_of_register(marks) is None) == expected, operations
    assert verdicts == {True, False}
