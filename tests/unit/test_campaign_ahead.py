"""Ahead: what is generated before it is needed."""

import itertools
import threading
from collections.abc import Iterator

import pytest

from mpconform_conformance.ahead import Ahead


def test_everything_comes_in_order() -> None:
    """What the source yields, then the end, as often as it is asked for."""
    with Ahead(iter(range(100)), most=3) as ahead:
        assert list(ahead) == list(range(100))
        assert list(ahead) == []


def test_what_the_source_raises_is_raised_where_the_item_is_asked_for() -> None:
    """After the items before it."""

    def source() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with Ahead(source(), most=3) as ahead:
        assert next(ahead) == 1
        with pytest.raises(ValueError, match="no more"):
            next(ahead)


def test_no_more_is_made_than_there_is_room_for() -> None:
    """One in the making, besides those in store."""
    made = []
    full = threading.Event()

    def source() -> Iterator[int]:
        for number in itertools.count():
            made.append(number)
            if number == 5:
                full.set()
            yield number

    with Ahead(source(), most=4) as ahead:
        assert next(ahead) == 0
        assert full.wait(20)
        assert len(made) <= 7


def test_the_thread_has_ended_with_the_block() -> None:
    """Also if nobody took what it made."""
    with Ahead(itertools.count(), most=2) as ahead:
        next(ahead)

    assert all(thread.name != "ahead" for thread in threading.enumerate())
