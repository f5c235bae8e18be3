"""Fairness: who waits for a lock while another takes it again and again.  Nobody promises that none does."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mpconform.checkers.lock_model import Move

__all__ = ("Passed", "passed")


@dataclass(frozen=True, slots=True)
class Passed:
    """A *wait* during which others took what it waited for, one of them *most* times."""

    wait: Move
    most: int

    @property
    def unfair(self) -> bool:
        """Whether one and the same other took it twice, both times having begun after the wait.

        The first time the other may have been there in truth before it; but not when it came back.
        """
        return self.most > 1

    @property
    def lasted_ns(self) -> int:
        """How long the wait lasted."""
        return (self.wait.end_ns or self.wait.begin_ns) - self.wait.begin_ns


def passed(takes: Sequence[Move]) -> Iterator[Passed]:
    """Yield each of *takes* within which others began and ended one.  O(n actors log n).

    A process that was not running between its stamp and its call seems to wait as well.
    """
    begins: dict[str, list[int]] = defaultdict(list)
    ends: dict[str, list[int]] = defaultdict(list)
    # The takes of one actor follow each other, so that both lists are in order.
    for take in sorted(takes, key=lambda move: move.begin_ns):
        begins[take.op.actor].append(take.begin_ns)
        ends[take.op.actor].append(take.end_ns or take.begin_ns)
    for wait in takes:
        end_ns = wait.end_ns or wait.begin_ns
        most = max(
            (
                bisect_left(ends[actor], end_ns) - bisect_right(begins[actor], wait.begin_ns)
                for actor in begins
                if actor != wait.op.actor
            ),
            default=0,
        )
        if most > 0:
            yield Passed(wait, most)
