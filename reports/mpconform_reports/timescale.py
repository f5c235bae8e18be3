"""The time axis of a timeline: from nanoseconds to places, with idle stretches folded.

A history mixes microseconds of work with milliseconds of waiting.  Drawn to scale, all work
would be one vertical line.  So stretches in which nothing begins or ends are folded to a fixed
width, and shown as folded; and two different instants are never drawn at the same place, so
that the order, which is what a violation is about, can always be seen.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

__all__ = ("FOLD", "Fold", "Scale", "Tick", "instant", "scale")

#: The width of a folded stretch, and the least width between two different instants.
FOLD, LEAST = 54.0, 6.0
#: At most so many stretches are folded for their length.
MOST_FOLDS = 12
#: The least distance between the texts of two ticks.
TICK_SPACE = 74.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A stretch of time in which nothing drawn begins or ends, drawn shorter than it was."""

    begin_ns: int
    end_ns: int
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where each instant stands.  *stamps* rise; *places* are their x, one for each."""

    stamps: tuple[int, ...]
    places: tuple[float, ...]
    folds: tuple[Fold, ...]

    def x(self, stamp_ns: int) -> float:
        """Return the place of an instant; beyond the ends, the place of the end."""
        after = bisect_right(self.stamps, stamp_ns)
        if after == 0:
            return self.places[0]
        if after == len(self.stamps):
            return self.places[-1]
        left, right = self.stamps[after - 1], self.stamps[after]
        share = (stamp_ns - left) / (right - left)
        return self.places[after - 1] + share * (self.places[after] - self.places[after - 1])

    def ticks(self, origin_ns: int) -> tuple[Tick, ...]:
        """Return round instants, counted from *origin_ns*, far enough apart to be read."""
        folded = {(f.begin_ns, f.end_ns) for f in self.folds}
        ticks: list[Tick] = []
        for begin, end in _stretches(self.stamps, folded):
            room = self.x(end) - self.x(begin)
            step = _round_step((end - begin) / max(1.0, room / TICK_SPACE))
            first = -(-(begin - origin_ns) // step) * step
            stamps = list(range(first, end - origin_ns + 1, step)) or [begin - origin_ns]
            for stamp in stamps:
                x = self.x(stamp + origin_ns)
                if not ticks or x - ticks[-1].x >= TICK_SPACE:
                    ticks.append(Tick(x=x, text=instant(stamp, step if stamp % step == 0 else 1)))
        return tuple(ticks)


def scale(instants: Iterable[int], *, left: float, width: float, hidden: Iterable[int] = ()) -> Scale:
    """Return the scale that shows all *instants* between *left* and about *left* + *width*.

    A stretch that holds one of the *hidden* instants (of operations that are not drawn) is
    always folded.  O(n log n).
    """
    stamps = tuple(sorted(set(instants)))
    if len(stamps) < 2:
        return Scale(stamps=stamps or (0,), places=(left,), folds=())
    lengths = [b - a for a, b in pairwise(stamps)]
    folded = _folded(lengths) | {
        bisect_right(stamps, h) - 1 for h in hidden if stamps[0] < h < stamps[-1] and h not in stamps
    }
    open_ns = sum(length for i, length in enumerate(lengths) if i not in folded)
    plain = len(lengths) - len(folded)
    spare = max(0.0, width - FOLD * len(folded) - LEAST * plain)
    places, folds = [left], []
    for i, length in enumerate(lengths):
        if i in folded:
            folds.append(Fold(begin_ns=stamps[i], end_ns=stamps[i + 1], x=places[-1], width=FOLD))
        places.append(places[-1] + (FOLD if i in folded else LEAST + spare * length / open_ns))
    return Scale(stamps=stamps, places=tuple(places), folds=tuple(folds))


def _folded(lengths: Sequence[int]) -> set[int]:
    """Return which stretches are so long that they would leave no room for the others."""
    usual = median_low(lengths)
    left = sum(lengths)
    folded: set[int] = set()
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i])[:MOST_FOLDS]:
        if lengths[i] <= max(left // 5, 5 * usual):
            break
        folded.add(i)
        left -= lengths[i]
    return folded


def _stretches(stamps: Sequence[int], folded: set[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Yield the stretches between folds, as pairs of instants."""
    begin = stamps[0]
    for a, b in pairwise(stamps):
        if (a, b) in folded:
            yield begin, a
            begin = b
    yield begin, stamps[-1]


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50… that is not less than *least*."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= least:
                return factor * power
        power *= 10


def instant(ns: int, step: int) -> str:
    """Return an instant in its unit, with the decimals that instants *step* ns apart need to differ."""
    size = abs(ns)
    unit, name = (1, "ns") if size < 1_000 else (1_000, "µs") if size < 1_000_000 else (1_000_000, "ms")
    if size >= 10_000_000_000:
        unit, name = 1_000_000_000, "s"
    decimals = 0
    while decimals < 9 and step * 10**decimals < unit:
        decimals += 1
    return "0" if ns == 0 else f"{ns / unit:,.{decimals}f} {name}"
