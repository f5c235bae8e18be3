"""The slow and obvious way to decide what the pool checkers decide quickly."""

import itertools
import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from mpconform.values import History, Operation
from pool_tape import bound, done, on, pool, run, tape, tasks
from tape import error

__all__ = ("answers", "assignable")

_MS = 1_000_000
_GRAIN_MS = 2
_LATE = error("TimeoutError", bases=("ProcessError", "Exception"))
_NOT_READY = error("ValueError", bases=("Exception",))


def assignable(values: Sequence[Any], takers: Sequence[Any], fits: Callable[[Any, Any], bool]) -> bool:
    """Return whether each value can be given to a taker of its own that it fits: tries all ways."""
    return any(
        all(fits(taker, value) for value, taker in zip(values, chosen, strict=True))
        for chosen in itertools.permutations(takers, len(values))
    )


class _Answers:
    """What is asked of one result, and between which instants (ms) it must have come for it."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.ended = rng.randint(5, 60)
        self._comes = self.ended + rng.choice((0, 0, 1, 5, 20))
        self._now = 4
        self.uses: list[Operation] = []
        self.low, self.high = float(self.ended), math.inf
        self.hasty = False

    def ask(self) -> None:
        """Ask once more; one answer in eight is not as it ought to be, or comes when it ought not to."""
        begin = self._now + self._rng.randint(1, 12)
        kind = self._rng.choice(("ready", "successful", "wait", "get"))
        limit = self._rng.choice((5, 10, 20)) if kind in {"wait", "get"} else 0
        end = begin + 1
        if limit:
            end = min(max(end, self._comes + 1), begin + limit + 1)
            end = end if self._rng.random() < 0.9 else begin + self._rng.randint(1, limit + 2)
        there = (self._comes < end) ^ (self._rng.random() < 0.12)
        self._now = end
        getattr(self, f"_{kind}")((begin, end), limit, there=there)

    def _add(self, method: str, at: tuple[int, int], **rest: Any) -> None:
        self.uses.append(on("r", method, at=(at[0] * _MS, at[1] * _MS), **rest))

    def _answered(self, at: tuple[int, int], *, there: bool) -> None:
        if there:
            self.high = min(self.high, at[1])
        else:
            self.low = max(self.low, at[0])

    def _ready(self, at: tuple[int, int], _: int, *, there: bool) -> None:
        self._add("ready", at, to=there)
        self._answered(at, there=there)

    def _successful(self, at: tuple[int, int], _: int, *, there: bool) -> None:
        self._add("successful", at, **({"to": True} if there else {"raised": _NOT_READY}))
        self._answered(at, there=there)

    def _wait(self, at: tuple[int, int], limit: int, *, there: bool) -> None:
        self._add("wait", at, timeout=limit / 1e3)
        if at[1] - at[0] < limit - _GRAIN_MS:
            self.high = min(self.high, at[1])

    def _get(self, at: tuple[int, int], limit: int, *, there: bool) -> None:
        self._add("get", at, timeout=limit / 1e3, **({"to": 1} if there else {"raised": _LATE}))
        if there:
            self.high = min(self.high, at[1])
        else:
            self.low = max(self.low, at[0] + limit - _GRAIN_MS)
            self.hasty |= at[1] - at[0] < limit - _GRAIN_MS


def answers(seed: int) -> tuple[History, bool]:
    """Return a history of up to six questions about one result, and whether some instant explains all."""
    rng = Random(seed)
    asked = _Answers(rng)
    for _ in range(rng.randint(1, 6)):
        asked.ask()
    submitted = bound("r", run("apply_async", tasks(1, 1, "square"), at=(2 * _MS, 3 * _MS)))
    executed = done(1, at=(4 * _MS, asked.ended * _MS))
    made = tape(pool(at=(0, _MS)), submitted, *asked.uses, executions=(executed,))
    return made, asked.low <= asked.high and not asked.hasty
