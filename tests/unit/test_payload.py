"""Payloads: functions of their code, every byte of which is known."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _mpconform_agent import payload as agent
from mpconform.payload import code_of, digest_of, intact, item_of

MEBIBYTE = 1 << 20


@given(st.integers(0, (1 << 31) - 1), st.integers(0, 3000))
def test_a_message_is_a_function_of_seed_and_size(seed: int, size: int) -> None:
    """It has that size, is the same each time, and a shorter one is its beginning."""
    message = agent.message(seed, size)

    assert len(message) == size
    assert message == agent.message(seed, size)
    assert agent.message(seed, size // 2) == message[: size // 2]
    assert digest_of(seed, size) == (size, zlib.crc32(message))


def test_the_bytes_are_as_the_contract_says() -> None:
    """Little-endian words, the seed's and then the pattern's from the seed's place on, on any machine."""
    assert agent.message(1, 20) == b"\1\0\0\0\0\0\0\0" + b"\2\0\0\0\2\0\0\0" + b"\3\0\0\0"
    assert agent.message(1026, 12) == b"\2\4\0\0\0\0\0\0" + b"\3\0\0\0"


def test_the_bytes_do_not_depend_on_what_was_made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that made a large message makes the same small ones as a process that made none."""
    sizes = (0, 7, 8, 9, 4000, 100_000, 9000, 300_000)

    def made(size: int) -> bytes:
        monkeypatch.setattr(agent, "_pattern", [b""])
        return agent.message(99_999, size)

    alone = [made(size) for size in sizes]
    monkeypatch.setattr(agent, "_pattern", [b""])

    assert [agent.message(99_999, size) for size in sizes] == alone


def test_every_word_differs_from_all_others() -> None:
    """So that a chunk that is lost, doubled or moved shows."""
    message = agent.message(7, MEBIBYTE)
    words = {message[at : at + 8] for at in range(0, MEBIBYTE, 8)}

    assert len(words) == MEBIBYTE // 8


def test_different_items_have_different_payloads() -> None:
    """Of a thousand items of ten producers no two agree."""
    seeds = {agent.seed_of(f"p{p}", n) for p in range(10) for n in range(1000)}

    assert len(seeds) == 10_000
    assert all(0 <= seed < 1 << 31 for seed in seeds)


def test_an_item_carries_its_code_and_payload() -> None:
    """Producer, number, bytes."""
    producer, n, data = agent.item("p0", 3, 10)

    assert (producer, n, data) == ("p0", 3, agent.message(agent.seed_of("p0", 3), 10))


def received(producer: str, n: int, size: int) -> dict[str, list[object]]:
    return {"$item": [producer, n, *digest_of(agent.seed_of(producer, n), size)]}


@pytest.mark.parametrize(
    ("argument", "result", "whole"),
    [
        pytest.param({"$item": ["p0", 1, 9]}, received("p0", 1, 9), True, id="item"),
        pytest.param({"$item": ["p0", 1, 9]}, received("p0", 1, 8), False, id="item-cut"),
        pytest.param({"$item": ["p0", 1, 9]}, received("p0", 2, 9), False, id="other-item"),
        pytest.param({"$item": ["p0", 1, 9]}, received("p1", 1, 9), False, id="other-producer"),
        pytest.param({"$item": ["p0", 1, 9]}, None, False, id="no-item"),
        pytest.param({"$item": ["p0", 1, 9]}, {"$other": ["x", "y"]}, False, id="something-else"),
        pytest.param({"$bytes": [3, 9]}, {"$digest": list(digest_of(3, 9))}, True, id="bytes"),
        pytest.param({"$bytes": [3, 9]}, {"$digest": list(digest_of(4, 9))}, False, id="other-bytes"),
        pytest.param({"$bytes": [3, 9]}, [1], False, id="no-bytes"),
        pytest.param(5, 5, True, id="number"),
        pytest.param([1], [2], False, id="other-list"),
    ],
)
def test_intact_is_byte_for_byte(argument: object, result: object, whole: bool) -> None:  # noqa: FBT001
    """What was sent stands in the argument, what came in the result."""
    assert intact(argument, result) is whole


def test_codes_are_read_from_arguments_and_results() -> None:
    """And from nothing else."""
    assert item_of({"$item": ["p0", 1, 9]}) == ("p0", 1, 9)
    assert code_of(received("p0", 1, 9)) == ("p0", 1)
    for other in (None, 3, [1], {"$bytes": [1, 2]}, {"$digest": [1, 2]}):
        assert item_of(other) is None
        assert code_of(other) is None
