"""Registers whose written values are unique: the zones of Gibbons and Korach (1997), O(n log n), exact.

A value's zone lies between the first return and the last invocation of all that wrote or read it.  If it is
*forward* (the return came first), the register surely held the value throughout; two such zones must not
overlap, and no value whose calls all overlapped may lie wholly inside one.
"""

import numpy as np

from mpconform.linear.columns import NOTHING, OPEN, Columns, Judged

__all__ = ("CODES", "judge")

CODES = ("write", "read")


def judge(columns: Columns, *, initial: int = NOTHING) -> Judged:
    """Return whether some order explains *columns*, the register having held *initial* at first."""
    zones = _Zones(columns, initial)
    return (
        zones.ambiguous() or zones.invented() or zones.overlapping() or zones.enclosed() or Judged(legal=True)
    )


class _Zones:
    """The zone of each value; the value that was there at first has the last place."""

    def __init__(self, columns: Columns, initial: int) -> None:
        self.columns = columns
        self.initial = initial
        writes, reads = columns.of("write"), columns.of("read")
        self.reads = reads[columns.returned[reads] != OPEN]
        order = np.argsort(columns.argument[writes], kind="stable")
        self.writes = writes[order]
        self.written = columns.argument[self.writes]
        # What was there at first was written before everything.
        self.values = np.append(self.written, initial)
        self.begin = np.append(columns.invoked[self.writes], NOTHING)
        self.end = np.append(columns.returned[self.writes], NOTHING)
        by_value = np.argsort(self.values, kind="stable")
        found = np.searchsorted(self.values[by_value], columns.answer[self.reads])
        self.places = by_value[np.minimum(found, len(self.values) - 1)]
        #: When the first of its calls had returned, and when the last was invoked.
        self.first, self.last = self.end.copy(), self.begin.copy()
        np.minimum.at(self.first, self.places, columns.returned[self.reads])
        np.maximum.at(self.last, self.places, columns.invoked[self.reads])
        # A write that never returned and was never read, did not happen.
        happened = self.first != OPEN
        forward = np.flatnonzero(happened & (self.first < self.last))
        self.forward = forward[np.argsort(self.first[forward], kind="stable")]
        self.backward = np.flatnonzero(happened & (self.first >= self.last))
        self.reach = np.maximum.accumulate(self.last[self.forward])

    def ambiguous(self) -> Judged | None:
        """Refuse a value that was written twice, or was there at first: nothing can be said."""
        again = np.flatnonzero(self.written[1:] == self.written[:-1])
        rows = (
            self.writes[again[0] : again[0] + 2] if len(again) else self.writes[self.written == self.initial]
        )
        if not len(rows):
            return None
        told = "a value was written twice; a register is judged by values that are unique"
        return Judged(legal=None, kind="ambiguous", witness=tuple(map(int, rows)), story=told)

    def invented(self) -> Judged | None:
        """Find what was read, and never written, or not before the read had returned."""
        strange = np.flatnonzero(self.values[self.places] != self.columns.answer[self.reads])
        if len(strange):
            row = int(self.reads[strange[0]])
            told = f"{self.columns.value(int(self.columns.answer[row]))!r} was read, and nobody wrote it"
            return Judged(legal=False, kind="invented", witness=(row,), story=told)
        early = np.flatnonzero(self.columns.returned[self.reads] < self.begin[self.places])
        if not len(early):
            return None
        row, write = int(self.reads[early[0]]), int(self.writes[self.places[early[0]]])
        told = f"{self.columns.value(int(self.columns.answer[row]))!r} had been read before its write began"
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
        witness: list[int] = []
        names: list[str] = []
        for place in (outer, inner):
            rows = self.reads[self.places == place]
            written = place < len(self.writes)
            if written:
                rows = np.append(rows, self.writes[place])
            witness.append(int(rows[int(np.argmin(self.columns.returned[rows]))]))
            witness.append(int(rows[int(np.argmax(self.columns.invoked[rows]))]))
            names.append(repr(self.columns.value(int(self.values[place]))) if written else "its first value")
        told = f"the register surely held {names[0]} throughout, and yet held {names[1]} in between"
        return Judged(legal=False, kind="changed-back", witness=tuple(dict.fromkeys(witness)), story=told)
