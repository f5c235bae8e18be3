"""Ahead: what is generated before it is needed."""

import itertools
import threading
from collections.abc import Iterator

import pytest

from mpconform.clock import Deadline, wait_until
from mpconform_conformance.ahead import Ahead


def test_everything_comes_in_the_order_of_its_source() -> None:
    """What each source yields, whichever is asked for when; then the end, as often as it is asked for."""
    with Ahead({"few": iter(range(3)), "many": iter(range(100))}, most=3) as ahead:
        assert [ahead.take("many") for _ in range(60)] == list(range(60))
        assert [ahead.take("few") for _ in range(3)] == [0, 1, 2]
        assert [ahead.take("many") for _ in range(40)] == list(range(60, 100))
        for name in ("few", "many", "few"):
            with pytest.raises(StopIteration):
                ahead.take(name)


def test_what_a_source_raises_is_raised_where_the_item_is_asked_for() -> None:
    """After the items before it; the other sources go on."""

    def source() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with Ahead({"short": source(), "long": itertools.count()}, most=3) as ahead:
        assert ahead.take("short") == 1
        with pytest.raises(ValueError, match="no more"):
            ahead.take("short")
        assert [ahead.take("long") for _ in range(9)] == list(range(9))


def test_no_more_is_made_than_there_is_room_for() -> None:
    """So many of each source, and of each as many."""
    made = {"a": 0, "b": 0}
    full = threading.Event()

    def source(name: str) -> Iterator[int]:
        for number in itertools.count():
            yield number
            # Only now it is in store: the next is wanted.
            made[name] = number + 1
            if min(made.values()) == 3:
                full.set()

    with Ahead({name: source(name) for name in made}, most=4) as ahead:
        assert full.wait(20)

    assert [ahead.take(name) for name in ("a", "b")] == [0, 0]
    assert made == {"a": 3, "b": 3}


def test_what_is_asked_for_is_made_before_what_lacks() -> None:
    """Whoever waits, waits for one item."""
    order = []
    asked = threading.Event()

    def source(name: str) -> Iterator[str]:
        while True:
            asked.wait(20)
            order.append(name)
            yield name

    with Ahead({name: source(name) for name in "abc"}, most=9) as ahead:
        waiting = threading.Thread(target=lambda: ahead.take("c"))
        waiting.start()
        assert wait_until(lambda: ahead._asked == "c", deadline=Deadline(20))
        asked.set()
        waiting.join(20)

    # The one that was under way when it was asked for came first.
    assert "c" in order[:2]


def test_what_is_dropped_is_not_made_any_more() -> None:
    """And the thread does not wait for room in it."""
    with Ahead({"gone": itertools.count(), "left": itertools.count()}, most=1) as ahead:
        ahead.drop("gone")
        assert [ahead.take("left") for _ in range(5)] == list(range(5))
        left = []
        with pytest.raises(StopIteration):
            left += [ahead.take("gone") for _ in range(9)]
    assert left == []


def test_the_thread_has_ended_with_the_block() -> None:
    """Also if nobody took what it made."""
    with Ahead({"a": itertools.count()}, most=2) as ahead:
        ahead.take("a")

    assert all(thread.name != "ahead" for thread in threading.enumerate())
