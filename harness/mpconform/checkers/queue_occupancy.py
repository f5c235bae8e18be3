"""How many items can, and must, be in a queue at an instant, and since when it surely held some."""

from bisect import bisect_left, bisect_right

from mpconform.checkers.queue_book import Book, Passage

__all__ = ("Filled", "Occupancy")


class Occupancy:
    """Bounds of how many items are in a queue at an instant."""

    def __init__(self, book: Book) -> None:
        """Count the puts and gets of *book*."""
        # Only values that somebody got count as inside: one that was lost takes no room.
        sure = [p for p in book.passages if p.put.op.precedes(p.get.op)]
        self._in = sorted(p.put.op.returned_ns or 0 for p in sure)
        self._out = sorted(p.get.op.invoked_ns for p in sure)
        self._begun = sorted(put.op.invoked_ns for put in book.puts if put.maybe)
        self._taken = sorted(get.op.returned_ns or 0 for get in book.takings)

    def at_least(self, at_ns: int) -> int:
        """How many values are inside just after *at_ns*: put before, and their gets not begun."""
        return bisect_right(self._in, at_ns) - bisect_right(self._out, at_ns)

    def at_least_before(self, at_ns: int) -> int:
        """How many were inside before *at_ns* and still are after it."""
        return bisect_left(self._in, at_ns) - bisect_right(self._out, at_ns)

    def at_most(self, since_ns: int, until_ns: int) -> int:
        """How many values could be inside at any instant of a closed interval."""
        first, last = bisect_right(self._begun, since_ns), bisect_right(self._begun, until_ns)
        return max(
            bisect_right(self._begun, at) - bisect_left(self._taken, at)
            for at in (since_ns, *self._begun[first:last])
        )


class Filled:
    """The stretches of time in which a queue surely held something: the stays of its values, united.

    A value surely stays from the return of its put to the beginning of its get.  Both instants are left
    out, so that stays which only touch leave an instant between them in which the queue may be empty.
    Only values that somebody got count: one that was lost may have been lost at once.
    """

    def __init__(self, book: Book) -> None:
        """Unite the stays of the values of *book*.  O(n log n)."""
        self._stays = sorted(
            (p for p in book.passages if p.put.op.precedes(p.get.op)), key=lambda p: p.put.op.returned_ns or 0
        )
        stays = [(p.put.op.returned_ns or 0, p.get.op.invoked_ns) for p in self._stays]
        self._begins: list[int] = []
        self._ends: list[int] = []
        for begin, end in stays:
            if self._ends and begin < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def since(self, begin_ns: int, end_ns: int) -> int | None:
        """Return since when it surely held something, if it did throughout a closed interval."""
        at = bisect_left(self._begins, begin_ns) - 1
        return self._begins[at] if at >= 0 and end_ns < self._ends[at] else None

    def just_before(self, at_ns: int) -> bool:
        """Return whether it surely held something until this instant, if not longer."""
        at = bisect_left(self._begins, at_ns) - 1
        return at >= 0 and at_ns <= self._ends[at]

    def proof(self, begin_ns: int, end_ns: int) -> tuple[Passage, ...]:
        """Return the fewest values of which one or another stayed throughout a closed interval, if any."""
        if self.since(begin_ns, end_ns) is None:
            return ()
        found: list[Passage] = []
        reached = begin_ns
        while reached <= end_ns:
            # Of those that had come before, the one that stays longest; stays leave out both of their ends.
            there = (p for p in self._stays if (p.put.op.returned_ns or 0) < reached)
            found.append(max(there, key=lambda p: p.get.op.invoked_ns))
            reached = found[-1].get.op.invoked_ns
        return tuple(found)
