"""The clock: instants by which something must have happened."""

import pytest

from mpconform import clock
from mpconform.clock import Deadline, now_ns, wait_until
from mpconform.errors import HarnessFault


class Time:
    """A clock that stands still unless somebody sleeps."""

    def __init__(self) -> None:
        self.ns = 1_000
        self.naps: list[float] = []

    def monotonic_ns(self) -> int:
        return self.ns

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.ns += int(seconds * 1e9)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(clock, "time", made)
    return made


def test_a_deadline_is_over_at_its_instant(time: Time) -> None:
    """Not before; and then nothing is left."""
    deadline = Deadline(2.0)
    assert (deadline.left_s, deadline.over) == (2.0, False)
    deadline.check("anything")
    time.ns += 1_999_999_999
    assert not deadline.over
    time.ns += 1

    assert deadline.over
    assert deadline.left_s == 0.0
    time.ns += 10**9
    assert deadline.left_s == 0.0


def test_a_deadline_says_what_was_awaited(time: Time) -> None:
    """In the message of the fault."""
    with pytest.raises(HarnessFault, match="gave up waiting for process 7 to stop"):
        Deadline(0).check("process 7 to stop")


def test_waiting_ends_with_the_condition_or_the_deadline(time: Time) -> None:
    """True for the one, False for the other."""
    assert wait_until(lambda: time.ns > 500_000_000, deadline=Deadline(1))
    assert not wait_until(lambda: False, deadline=Deadline(1))


def test_a_condition_that_holds_needs_no_time(time: Time) -> None:
    """It is looked at first, even when the deadline is over."""
    assert wait_until(lambda: True, deadline=Deadline(0))
    assert time.naps == []


def test_naps_grow_to_a_limit(time: Time) -> None:
    """So that waiting is neither slow to see nor dear."""
    wait_until(lambda: False, deadline=Deadline(1))

    assert time.naps == sorted(time.naps)
    assert time.naps[0] < 0.001
    assert time.naps[-1] == 0.01


def test_the_real_clock_never_goes_back() -> None:
    """It is the machine-wide monotonic one."""
    assert now_ns() <= now_ns()
