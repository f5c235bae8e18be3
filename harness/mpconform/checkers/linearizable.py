"""Whether calls that overlapped can be put into one order that respects time and a sequential model.

The search of Wing and Gong (1993), with Lowe's memory of configurations: a call may come next if no other
call that is left had returned strictly before it began.  A configuration is the set of calls that have
come, and the model's state; none is looked at twice.  The set is kept as the first call that has not come
and a mask of those after it, so that its size is that of the window of calls that overlap.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ("Answer", "Call", "order")

State = TypeVar("State", bound=Hashable)

_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Call:
    """One call over the closed interval from *invoked_ns* to *returned_ns*; what was asked and answered.

    *returned_ns* is None if it never returned: it may have taken effect at any time since, or never.
    """

    invoked_ns: int
    returned_ns: int | None
    what: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether there is such an order; None if the budget was spent before that was known.

    *steps* counts how often the model was asked.  If there is no order, *stuck* is the call that could not
    come next in the longest order that was found, and *before* are the calls in that order.
    """

    exists: bool | None
    steps: int
    stuck: Call | None = None
    before: tuple[Call, ...] = ()


def order(
    calls: Iterable[Call],
    initial: State,
    step: Callable[[State, Call], Iterable[State]],
    *,
    budget: int,
) -> Answer:
    """Look for an order of *calls* that the model *step* allows from state *initial*.

    ``step(state, call)`` returns the states that the call may leave behind, none if it cannot have been
    answered in that state as it was.  It is asked at most *budget* times.  Worst case exponential in the
    number of calls that overlap; linear if none do.
    """
    ordered = sorted(calls, key=lambda call: call.invoked_ns)
    returned = [_NEVER if call.returned_ns is None else call.returned_ns for call in ordered]
    steps = 0
    longest: tuple[int, tuple[int, int]] = (-1, (0, 0))
    seen = {(0, 0, initial)}
    stack: list[tuple[int, int, State, int]] = [(0, 0, initial, 0)]
    while stack:
        first, mask, state, done = stack.pop()
        following = _following(ordered, returned, first, mask)
        if not any(returned[index] < _NEVER for index in following):
            return Answer(exists=True, steps=steps)
        if done > longest[0]:
            longest = (done, (first, mask))
        # The one that returned first is tried first, hence pushed last.
        for index in sorted(following, key=lambda at: -returned[at]):
            if steps >= budget:
                return Answer(exists=None, steps=steps)
            steps += 1
            for after in step(state, ordered[index]):
                begin, bits = _with(first, mask, index)
                if (begin, bits, after) not in seen:
                    seen.add((begin, bits, after))
                    stack.append((begin, bits, after, done + (returned[index] < _NEVER)))
    begin, bits = longest[1]
    following = _following(ordered, returned, begin, bits)
    stuck = min(following, key=lambda at: returned[at])
    before = tuple(call for at, call in enumerate(ordered) if at < begin or bits >> (at - begin) & 1)
    return Answer(exists=False, steps=steps, stuck=ordered[stuck], before=before)


def _following(ordered: Sequence[Call], returned: Sequence[float], first: int, mask: int) -> list[int]:
    """Return the calls that may come next, by their place in the order of invocation."""
    limit = _NEVER
    found = []
    for index in range(first, len(ordered)):
        if mask >> (index - first) & 1:
            continue
        # Strictly before: intervals are closed, and equal stamps order nothing.
        if ordered[index].invoked_ns > limit:
            break
        found.append(index)
        limit = min(limit, returned[index])
    return found


def _with(first: int, mask: int, index: int) -> tuple[int, int]:
    """Return the set of calls, as the first that is missing and a mask, with *index* added."""
    mask |= 1 << (index - first)
    while mask & 1:
        mask >>= 1
        first += 1
    return first, mask
