"""The one door to the clock: stamps, deadlines, and polling with a limit.

Nothing else in the project reads a clock or sleeps, which the linter holds.
"""

import time
from collections.abc import Callable

from mpconform.errors import HarnessFault

__all__ = ("Deadline", "now_ns", "wait_until")


def now_ns() -> int:
    """Return the machine-wide monotonic clock, in nanoseconds."""
    return time.monotonic_ns()


class Deadline:
    """An instant by which something must have happened."""

    def __init__(self, seconds: float) -> None:
        """Set the instant *seconds* from now."""
        self._end_ns = now_ns() + int(seconds * 1e9)

    @property
    def left_s(self) -> float:
        """Seconds that are left, 0 if none."""
        return max(0.0, (self._end_ns - now_ns()) / 1e9)

    @property
    def over(self) -> bool:
        """Whether the instant has passed."""
        return now_ns() >= self._end_ns

    def check(self, awaited: str) -> None:
        """Raise HarnessFault, saying what was *awaited*, if the instant has passed."""
        if self.over:
            message = f"gave up waiting for {awaited}"
            raise HarnessFault(message)


def wait_until(condition: Callable[[], bool], *, deadline: Deadline) -> bool:
    """Poll *condition* until it holds (return True) or the deadline is over (return False)."""
    nap_s = 0.0002
    while not condition():
        if deadline.over:
            return False
        time.sleep(nap_s)
        nap_s = min(nap_s * 1.5, 0.01)
    return True
