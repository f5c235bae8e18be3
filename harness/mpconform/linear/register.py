"""Registers whose written values are unique: the zones of Gibbons and Korach (1997), O(n log n), exact.

A value's zone lies between the first return and the last invocation of all that wrote or read it.  If it is
*forward* (the return came first), the register surely held the value throughout; two such zones must not
overlap, and no value whose calls all overlapped may lie wholly inside one.
"""

import numpy as np

from mpconform.linear.columns import NOTHING, OPEN, Column, Columns, Judged
from mpconform.linear.places import places_of
from mpconform.linear.telling import Teller, listed

__all__ = ("CODES", "Zones", "judge")

CODES = ("write", "read")


def judge(columns: Columns, *, initial: int = NOTHING) -> Judged:
    """Return whether some order explains *columns*, the register having held *initial* at first."""
    return Zones(columns, initial).judged()


class Zones:
    """The zone of each value; the value that was there at first has the last place."""

    def __init__(self, columns: Columns, initial: int) -> None:
        """Find the zones of *columns*; *initial* is the number of what was there at first."""
        self.columns = columns
        self._tell = Teller(columns)
        writes, reads = columns.of("write"), columns.of("read")
        self.reads = reads[columns.returned[reads] != OPEN]
        self.writes = writes
        # What was there at first was written before everything.
        self.values = np.append(columns.argument[writes], initial)
        self.begin = np.append(columns.invoked[writes], NOTHING)
        self.end = np.append(columns.returned[writes], NOTHING)
        where = places_of(columns.answer[self.reads], self.values)
        self.places, self.twice = where.found, where.again
        invoked, returned = columns.invoked[self.reads], columns.returned[self.reads]
        self.early = np.flatnonzero(returned < self.begin[self.places])
        #: When the first of its calls had returned, and when the last was invoked.
        self.first, self.last = self.end.copy(), self.begin.copy()
        np.minimum.at(self.first, self.places, returned)
        np.maximum.at(self.last, self.places, invoked)
        # A write that never returned and was never read, did not happen.
        self.happened = self.first != OPEN
        forward = np.flatnonzero(self.happened & (self.first < self.last))
        self.forward = forward[np.argsort(self.first[forward], kind="stable")]
        self.backward = np.flatnonzero(self.happened & (self.first >= self.last))
        self.reach = np.maximum.accumulate(self.last[self.forward])

    def judged(self) -> Judged:
        """Return whether some order explains it all."""
        return (
            self.ambiguous() or self.invented() or self.overlapping() or self.enclosed() or Judged(legal=True)
        )

    def carried(self) -> tuple[Column, bool]:
        """Return the rows that may matter after a quiescent point, and whether *initial* may still be read.

        A value can still be read only if no other was surely there after it was; and a write that never
        returned may come yet.
        """
        last = np.where(self.happened, self.last, NOTHING)
        latest = int(np.argmax(last))
        # The latest invocation of a call on any other value.
        other = np.full(len(last), last[latest])
        other[latest] = max(last[:latest].max(initial=NOTHING), last[latest + 1 :].max(initial=NOTHING))
        alive = ~self.happened | (self.first >= other)
        rows: list[int] = []
        for place in np.flatnonzero(alive[:-1]).tolist():
            rows += [int(self.writes[place]), self.ends(place)[0]]
        return np.unique(np.array(rows, dtype=np.int64)), bool(alive[-1])

    def ambiguous(self) -> Judged | None:
        """Refuse a value that was written twice, or was there at first: nothing can be said."""
        if not self.twice:
            return None
        rows = tuple(int(self.writes[place]) for place in self.twice if place < len(self.writes))
        tell = self._tell
        first = f"{tell.argument(rows[0])} was written by {tell.who(rows[0])} {tell.span(rows[0])}"
        if len(rows) > 1:
            first += f" and again by {tell.who(rows[1])} {tell.span(rows[1])}"
        else:
            first += ", and was there from the beginning"
        told = f"{first}; a register is judged by values that are unique"
        return Judged(legal=None, kind="ambiguous", witness=rows, story=told)

    def invented(self) -> Judged | None:
        """Find what was read, and never written, or not before the read had returned."""
        tell = self._tell
        strange = np.flatnonzero(self.places < 0)
        if len(strange):
            row = int(self.reads[strange[0]])
            told = (
                f"{tell.who(row)} read {tell.answer(row)} {tell.span(row)}, and nobody ever wrote it: "
                "a register makes nothing up"
            )
            return Judged(legal=False, kind="invented", witness=(row,), story=told)
        if not len(self.early):
            return None
        row, write = int(self.reads[self.early[0]]), int(self.writes[self.places[self.early[0]]])
        told = (
            f"{tell.who(row)} had read {tell.answer(row)} {tell.span(row)} before {tell.who(write)} began to "
            f"write it {tell.span(write)}"
        )
        return Judged(legal=False, kind="read-too-early", witness=(write, row), story=told)

    def overlapping(self) -> Judged | None:
        """Find two values that the register must have held at once."""
        over = np.flatnonzero(self.first[self.forward[1:]] < self.reach[:-1])
        if not len(over):
            return None
        earlier = int(self.forward[int(np.argmax(self.last[self.forward[: over[0] + 1]]))])
        return self._illegal(earlier, int(self.forward[over[0] + 1]))

    def enclosed(self) -> Judged | None:
        """Find a value that must have come while the register surely held another."""
        if not len(self.forward):
            return None
        at = np.searchsorted(self.first[self.forward], self.last[self.backward], side="left") - 1
        inside = np.flatnonzero((at >= 0) & (self.first[self.backward] < self.reach[np.maximum(at, 0)]))
        if not len(inside):
            return None
        return self._illegal(int(self.forward[at[inside[0]]]), int(self.backward[inside[0]]))

    def _illegal(self, outer: int, inner: int) -> Judged:
        """Return that the register held *outer* throughout, in which *inner* was surely there, too."""
        ends = (self.ends(outer), self.ends(inner))
        witness = tuple(dict.fromkeys(row for pair in ends for row in pair))
        told = (
            f"{self._did(*ends[0])}, so that the register held {self._name(outer)} {self._held(outer)}; yet "
            f"{self._did(*ends[1])}, so that it held {self._name(inner)} {self._held(inner)}: "
            "no register holds two values at once"
        )
        return Judged(legal=False, kind="changed-back", witness=witness, story=told)

    def ends(self, place: int) -> tuple[int, int]:
        """Return the call on the value at *place* that returned first, and the one that was invoked last."""
        rows = self.reads[self.places == place]
        if place < len(self.writes):
            rows = np.append(rows, self.writes[place])
        first, last = np.argmin(self.columns.returned[rows]), np.argmax(self.columns.invoked[rows])
        return int(rows[first]), int(rows[last])

    def _name(self, place: int) -> str:
        if place == len(self.writes):
            return "what was there at first"
        return self._tell.argument(int(self.writes[place]))

    def _held(self, place: int) -> str:
        """Return when the register surely held the value at *place*."""
        first, last = int(self.first[place]), int(self.last[place])
        if first == NOTHING:
            return f"from the beginning to {last}"
        return f"from {first} to {last}" if first < last else f"at some instant from {last} to {first}"

    def _did(self, first: int, last: int) -> str:
        """Return the calls *first* and *last* on one value in words."""
        tell = self._tell
        rows = (first,) if first == last else (first, last)
        done: list[str] = []
        for row in rows:
            wrote = self.columns.codes[self.columns.code[row]] == "write"
            value = "it" if done else tell.argument(row) if wrote else tell.answer(row)
            done.append(f"{tell.who(row)} {'wrote' if wrote else 'read'} {value} {tell.span(row)}")
        return listed(done)
