"""What orders of moves a counter allows: the model of locks and of semaphores.

A counter stands at how often it can still be taken.  To take it needs at least one; a release gives
one back.  Both take effect at one instant between invocation and return.  A recursive lock is such a
counter for those calls of its owner that really take it, and really give it back.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mpconform.linear import semaphore
from mpconform.linear.columns import NOTHING, OPEN, columns_of
from mpconform.values import Operation

__all__ = ("Bounds", "Kind", "Move", "Search", "impossible", "overdrawn", "refused_though_free")

#: *take* needs one and takes it; *give* gives one back; *use* takes one and gives it back; *refused* says
#: that there was none; *full* says that there were as many as there can be; *value* says how many.
Kind = Literal["take", "give", "use", "refused", "full", "value"]

#: With more ways to explain a history than this, nothing is said about it.
_MOST = 20_000
_NEVER = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What one call did to a counter, at some instant from *begin_ns* to *end_ns* (None: or later).

    An *optional* one may as well have done nothing.  A *strict* give is impossible with *value* there
    already; a *full* needs so many; a *value* exactly so many.
    """

    op: Operation
    kind: Kind
    begin_ns: int
    end_ns: int | None
    optional: bool = False
    strict: bool = False
    value: int = 0

    @classmethod
    def of(cls, op: Operation, kind: Kind, *, value: int = 0) -> "Move":
        """Return the move of *op*; one that never returned, or raised, may have done nothing."""
        optional = op.open or (op.outcome == "raised" and kind != "full")
        return cls(
            op=op, kind=kind, begin_ns=op.invoked_ns, end_ns=op.returned_ns, optional=optional, value=value
        )  # fmt: skip

    def overlaps(self, other: "Move") -> bool:
        """Return whether real time leaves open which of the two came first."""
        return self.begin_ns <= (other.end_ns or _NEVER) and other.begin_ns <= (self.end_ns or _NEVER)


class Bounds:
    """How high a counter can have stood, if all was taken as late, and given back as early, as it could."""

    def __init__(self, moves: Iterable[Move], first: int) -> None:
        """Count what *moves* did to a counter that stood at *first*."""
        moves = tuple(moves)
        self._first = first
        self._gives = sorted(move.begin_ns for move in moves if move.kind == "give")
        self._takes = sorted(
            move.end_ns for move in moves if move.kind == "take" and not move.optional and move.end_ns
        )

    def at(self, at_ns: int) -> int:
        """Return how high it can have stood at this instant; below 0 if that is more than there was."""
        return self._first + bisect_right(self._gives, at_ns) - bisect_left(self._takes, at_ns)

    def after(self, at_ns: int) -> int:
        """Return how high it can have stood just after this instant."""
        return self._first + bisect_right(self._gives, at_ns) - bisect_right(self._takes, at_ns)

    def highest(self, begin_ns: int, end_ns: int) -> int:
        """Return how high it can have stood at best at some instant of a closed interval."""
        since, until = bisect_right(self._gives, begin_ns), bisect_right(self._gives, end_ns)
        return max(map(self.at, (begin_ns, *self._gives[since:until])))


def overdrawn(moves: Iterable[Move], first: int) -> Move | None:
    """Return the first take, or use, for which there can have been none left; exact, O(n log n).

    Only takes, gives and uses are looked at.  To take as late and to give as early as possible leaves
    most for everybody at every instant, and a use takes nothing away for longer than an instant: so if
    that order does not do, none does.
    """
    moves = tuple(moves)
    bounds = Bounds(moves, first)
    ending = [move for move in moves if move.end_ns is not None and not move.optional]
    for move in sorted(ending, key=lambda one: one.end_ns or 0):
        end_ns = move.end_ns or 0
        if move.kind == "take" and bounds.after(end_ns) < 0:
            return move
        if move.kind == "use" and bounds.highest(move.begin_ns, end_ns) < 1:
            return move
    return None


def impossible(moves: Iterable[Move], first: int, *, cap: int | None = None) -> Move | None:
    """Return the move at whose return no order explains the *moves* any more; None if one does.  Exact.

    Goes from return to return, and keeps every way in which the moves under way can have been taken so
    far (after Lowe's just-in-time linearisation): exponential in the number of those that are under way at
    once, linear otherwise.  What only asks is answered as soon as it can be.  With *cap*, a give leaves
    the counter there if it stands so high.  Raises OverflowError if there are more ways than is sensible.
    """
    slots = _Slots()
    ways = {(first, 0)}
    for returning, move, part in _edges(moves):
        if not returning:
            slots.open(move, part)
            continue
        slot = slots.of(move, part)
        if slot is None:
            continue
        bit = 1 << slot
        ways = _spread(ways, slots, cap, until=None if move.optional else bit)
        if not ways:
            return move
        slots.close(slot)
        ways = {(count, done & ~bit) for count, done in ways}
    return None


class Search:
    """Asks for orders that explain moves, and counts the questions that it could not decide."""

    def __init__(self) -> None:
        """Begin with nothing undecided."""
        self.undecided = 0

    def unexplained(self, moves: Iterable[Move], first: int, *, cap: int | None = None) -> Move | None:
        """Return what `impossible` does; None, and *undecided* grows, if there are too many ways."""
        try:
            return impossible(moves, first, cap=cap)
        except OverflowError:
            self.undecided += 1
            return None

    @property
    def measures(self) -> dict[str, int]:
        """What to tell beside the evidence."""
        return {"undecided": self.undecided} if self.undecided else {}


def refused_though_free(moves: Iterable[Move], first: int) -> Move | None:
    """Return a refusal during which the counter surely never was at nought; sound, O(n log n).

    By ``mpconform.linear.semaphore``, which misses some: where the search cannot decide.
    """
    rows, known = [], []
    for move in moves:
        end = int(OPEN) if move.optional or move.end_ns is None else move.end_ns
        kinds = {"take": (0,), "give": (1,), "use": (0, 1), "refused": (2,)}.get(move.kind, ())
        rows += [(0, kind, 0, NOTHING, NOTHING, move.begin_ns, end) for kind in kinds]
        known += [move] * len(kinds)
    found = semaphore.judge(columns_of("semaphore", semaphore.CODES, rows), value=first)
    return known[found.witness[0]] if found.kind == "refused-though-free" else None


def _edges(moves: Iterable[Move]) -> Iterator[tuple[bool, Move, int]]:
    """Yield whether it is a return, the move, and its part (a use has two), in the order of time."""
    edges = []
    for number, move in enumerate(moves):
        for part in range(2 if move.kind == "use" else 1):
            # At one instant, all that begins begins first: equal stamps order nothing.
            edges.append((move.begin_ns, 0, number, part, move))
            if move.end_ns is not None:
                edges.append((move.end_ns, 1, number, part, move))
    for _, returning, _, part, move in sorted(edges, key=lambda edge: edge[:4]):
        yield bool(returning), move, part


class _Slots:
    """The moves under way, each with a bit of its own; and what the second part of a use waits for."""

    def __init__(self) -> None:
        self.moves: dict[int, tuple[Move, int]] = {}
        self._numbers: dict[tuple[int, int], int] = {}

    def open(self, move: Move, part: int) -> None:
        slot = next(n for n in range(len(self.moves) + 1) if n not in self.moves)
        self.moves[slot] = (move, part)
        self._numbers[id(move), part] = slot

    def of(self, move: Move, part: int) -> int | None:
        return self._numbers.get((id(move), part))

    def close(self, slot: int) -> None:
        move, part = self.moves.pop(slot)
        del self._numbers[id(move), part]

    def first_part(self, move: Move) -> int:
        """Return the bit of the first part of a use; 0 if that is over."""
        slot = self._numbers.get((id(move), 0))
        return 0 if slot is None else 1 << slot


_Way = tuple[int, int]


def _spread(ways: Iterable[_Way], slots: _Slots, cap: int | None, *, until: int | None) -> set[_Way]:
    """Return all ways that *ways* lead to; if *until* is given, only those in which that bit is set."""
    open_ = [(1 << slot, *held) for slot, held in slots.moves.items()]
    asking = [(bit, move) for bit, move, _ in open_ if move.kind in {"refused", "full", "value"}]
    acting = [(bit, move, part) for bit, move, part in open_ if move.kind in {"take", "give", "use"}]
    found: set[_Way] = set()
    left = [_answered(way, asking) for way in ways]
    while left:
        way = left.pop()
        if way in found:
            continue
        found.add(way)
        if len(found) > _MOST:
            raise OverflowError("too many ways to explain these moves")
        count, done = way
        for bit, move, part in acting:
            after = None if done & bit else _taken(count, done, move, part, slots, cap)
            if after is not None:
                left.append(_answered((after, done | bit), asking))
    return found if until is None else {way for way in found if way[1] & until}


def _answered(way: _Way, asking: Sequence[tuple[int, Move]]) -> _Way:
    count, done = way
    for bit, move in asking:
        right = (
            count == 0
            if move.kind == "refused"
            else count >= move.value
            if move.kind == "full"
            else count == move.value
        )
        if right:
            done |= bit
    return count, done


def _taken(count: int, done: int, move: Move, part: int, slots: _Slots, cap: int | None) -> int | None:
    """Return where the counter stands after this move; None if it cannot be taken now."""
    if move.kind == "take" or (move.kind == "use" and part == 0):
        return count - 1 if count > 0 else None
    if move.kind == "use":
        first = slots.first_part(move)
        return count + 1 if not first or done & first else None
    if move.strict and count >= move.value:
        return None
    return count if cap is not None and count >= cap else count + 1
