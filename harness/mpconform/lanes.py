"""Lanes: several runners side by side, of which the first to end is awaited.

Some scenarios do little but wait: billiard's pools take a second to end.  More of them can be run side by
side than there are cores, and shall be, while they leave their own core idle.
"""

import collections
import select
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from mpconform.agent import Heard
from mpconform.clock import Deadline, now_ns

__all__ = ("Lane", "Lanes")

#: What does not answer for so long is looked at, however much the others have to say.
_LOOK_S = 0.1
#: What runs for longer may be waiting: it is then seen whether it used less than this of its cores.
_WAITED_S = 0.25
_WAITING = 0.5


class Lane(Protocol):
    """What runs one scenario at a time: a ``mpconform.runner.Runner``."""

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What becomes readable when there is something to attend to."""

    @property
    def used_s(self) -> float:
        """For how many seconds what it runs, all processes together, has used a core so far."""

    def ended(self, wait_s: float) -> bool:
        """Attend to it for at most *wait_s*; return whether what it runs has ended, or failed."""


_L = TypeVar("_L", bound=Lane)


class Lanes(Generic[_L]):
    """Runners of which some are at work, some are free, and some are spared for when the others wait."""

    def __init__(self, lanes: Sequence[_L], *, always: int) -> None:
        """Let so many of *lanes* work *always*, each on its core; the others while those are left idle."""
        self._always = always
        self._free = collections.deque(lanes[:always])
        self._spare = collections.deque(lanes[always:])
        self.busy: list[_L] = []
        #: Whether there is a free lane only because those at work wait.
        self.waiting = False

    @property
    def free(self) -> _L | None:
        """One that may begin; None if there is none."""
        return self._free[0] if self._free else None

    def begin(self) -> None:
        """Note that the free one has begun."""
        self.busy.append(self._free.popleft())
        self.waiting = False

    def ended(self) -> _L | None:
        """Return the first of those at work to end; None if they wait, so that another one is free now."""
        while True:
            began_ns, before_s = now_ns(), self._used_s()
            if lane := _first_ended(self.busy, _WAITED_S):
                self.busy.remove(lane)
                (self._free if len(self.busy) < self._always else self._spare).append(lane)
                return lane
            cores = (self._used_s() - before_s) / ((now_ns() - began_ns) / 1e9)
            if self._spare and cores < _WAITING * self._always:
                self._free.append(self._spare.popleft())
                self.waiting = True
                return None

    def _used_s(self) -> float:
        """Return for how many seconds those at work have run so far; it matters only if one is spare."""
        return sum(lane.used_s for lane in self.busy) if self._spare else 0.0


def _first_ended(lanes: Sequence[_L], wait_s: float) -> _L | None:
    """Return the first of *lanes*, all at work, to have ended; None if none does within *wait_s*."""
    deadline = Deadline(wait_s)
    while True:
        alone = len(lanes) == 1
        for lane in lanes:
            if lane.ended(min(_LOOK_S, deadline.left_s) if alone else 0.0):
                return lane
        if deadline.over:
            return None
        if not alone:
            heard = [one for lane in lanes for one in lane.heard]
            select.select(heard, [], [], min(_LOOK_S, deadline.left_s))
