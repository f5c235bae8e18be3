"""How many items can, and must, be in a queue at an instant."""

from bisect import bisect_left, bisect_right

from mpconform.checkers.queue_book import Book

__all__ = ("Occupancy",)


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
