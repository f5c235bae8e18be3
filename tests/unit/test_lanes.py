"""Lanes: who may begin, who has ended, and when there is room for one more."""

from collections.abc import Iterator

import pytest

from mpconform.lanes import Lanes


class Track:
    """A lane that is asked so often before it ends, and uses so many seconds of a core between two looks."""

    heard = ()

    def __init__(self, asked: float = 0, *, used_s: float = 0.0) -> None:
        self._asked = asked
        self._step_s = used_s
        self._used_s = 0.0

    @property
    def used_s(self) -> float:
        self._used_s += self._step_s
        return self._used_s

    def ended(self, wait_s: float) -> bool:
        self._asked -= 1
        return self._asked < 0


FOREVER = float("inf")


def begun(lanes: Lanes[Track]) -> Iterator[Track]:
    """Let all that are free begin."""
    while lane := lanes.free:
        lanes.begin()
        yield lane


def test_so_many_lanes_begin_at_once_and_the_spare_ones_do_not() -> None:
    """In the order in which they were given."""
    a, b, c = Track(), Track(), Track()
    lanes = Lanes([a, b, c], always=2)

    assert list(begun(lanes)) == [a, b] == lanes.busy
    assert lanes.free is None
    assert not lanes.waiting


def test_the_first_to_end_is_free_again() -> None:
    """Whichever it is; the other one works on."""
    slow, quick = Track(5), Track(2)
    lanes = Lanes([slow, quick], always=2)
    assert list(begun(lanes)) == [slow, quick]

    assert lanes.ended() is quick
    assert lanes.busy == [slow]
    assert lanes.free is quick


@pytest.mark.parametrize("always", [1, 2])
def test_a_spare_lane_is_free_while_the_others_wait(always: int) -> None:
    """They used none of their cores for a while: one more, and then another one, may begin."""
    waiting = [Track(FOREVER) for _ in range(always)]
    spare = [Track(FOREVER), Track(1)]
    lanes = Lanes([*waiting, *spare], always=always)
    assert list(begun(lanes)) == waiting

    assert lanes.ended() is None
    assert lanes.waiting
    assert list(begun(lanes)) == spare[:1]
    assert not lanes.waiting
    assert lanes.ended() is None
    assert list(begun(lanes)) == spare[1:]
    assert lanes.ended() is spare[1]
    assert lanes.free is None, "those that are always at work, are"


def test_no_spare_lane_is_free_while_the_others_work() -> None:
    """However long it takes: a second scenario on their core would only make both slow."""
    clock = iter(range(3))

    class Busy(Track):
        def ended(self, wait_s: float) -> bool:
            return self._used_s > 2  # After two looks, each of which saw a second of work.

        @property
        def used_s(self) -> float:
            self._used_s += 1.0 if next(clock, None) is not None else 0.0
            return self._used_s

    busy = Busy()
    lanes = Lanes([busy, Track()], always=1)
    assert list(begun(lanes)) == [busy]

    assert lanes.ended() is busy
    assert lanes.free is busy


def test_half_of_the_cores_is_work_enough() -> None:
    """Of two lanes, one that works is not called waiting, though the other one waits."""
    lanes = Lanes([Track(8, used_s=0.3), Track(FOREVER), Track()], always=2)
    first, _ = begun(lanes)

    assert lanes.ended() is first


def test_without_spare_lanes_one_waits_for_the_end_however_long_it_takes() -> None:
    """And what the lanes use of their cores is not even looked at."""

    class Unasked(Track):
        @property
        def used_s(self) -> float:
            raise AssertionError("looked at")

    alone = Unasked(20_000)
    lanes = Lanes([alone], always=1)
    assert list(begun(lanes)) == [alone]

    assert lanes.ended() is alone


def test_a_lane_that_was_spared_is_spared_again() -> None:
    """Once it has ended, beside those that are always at work."""
    regular, spare = Track(FOREVER), Track(0)
    lanes = Lanes([regular, spare], always=1)
    assert list(begun(lanes)) == [regular]
    assert lanes.ended() is None
    assert list(begun(lanes)) == [spare]

    assert lanes.ended() is spare
    assert lanes.free is None
    assert lanes.ended() is None, "it may begin again, if the other one still waits"
