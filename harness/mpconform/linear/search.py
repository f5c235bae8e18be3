"""The general search: whether any order of calls, within their intervals, is one that a model allows.

First that of Wing and Gong (1993) as Lowe (2017) made it, with the configurations that were met remembered
by a compact key: the first call that has not come, a mask of those that came after it, and the state, so
that memory grows with the overlap and not with the history.  If its budget is spent, just-in-time
linearisation (Lowe), which remembers nothing of the past, has as much.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from mpconform.linear.columns import OPEN, Columns, Judged

__all__ = ("Step", "in_parts", "search")

State = Hashable
#: The state that a row leaves behind in a state, or None if it cannot have been answered so in that state.
Step = Callable[[Any, int], Any]

#: So many configurations are remembered by the second search at most.
_MOST_CONFIGURATIONS = 200_000
_FIRST_BUDGET, _GROWTH = 500, 4


def search(columns: Columns, rows: Sequence[int], initial: State, step: Step, *, budget: int) -> Judged:
    """Return whether the operations *rows* have an order that *step* allows from *initial*.

    *step* is asked at most 2 * *budget* times; beyond that nothing is known.  Worst case exponential in the
    overlap.
    """
    found = _depth_first(columns, rows, initial, step, budget)
    if found.legal is None:
        second = _just_in_time(columns, rows, initial, step, budget)
        explored = found.explored + second.explored
        found = Judged(
            legal=second.legal,
            kind=second.kind,
            witness=second.witness,
            story=second.story or f"after {explored} steps nobody knows; the budget is spent",
            explored=explored,
        )
    return found


def in_parts(
    columns: Columns, parts: Sequence[tuple[Sequence[int], State]], step: Step, *, budget: int
) -> Judged:
    """Return whether each of *parts*, which do not touch each other, has an order (P-compositionality).

    They take turns with budgets that grow, so that a part that is illegal is found beside one that is hard.
    """
    left, spent = list(parts), 0
    share = _FIRST_BUDGET
    while left:
        unknown = []
        for rows, initial in left:
            found = search(columns, rows, initial, step, budget=share)
            spent += found.explored
            if found.legal is False:
                return Judged(
                    legal=False, kind=found.kind, witness=found.witness, story=found.story, explored=spent
                )
            if found.legal is None:
                unknown.append((rows, initial))
        if unknown and spent >= budget:
            told = (
                f"after {spent} steps {len(unknown)} of {len(parts)} parts are not known; the budget is spent"
            )
            return Judged(legal=None, story=told, explored=spent)
        left, share = unknown, share * _GROWTH
    return Judged(legal=True, explored=spent)


def _events(columns: Columns, rows: Sequence[int]) -> tuple[list[int], list[int], list[bool]]:
    """Return the rows by invocation, and the events: places in them, and whether each is a call or a return.

    At one instant calls come first, because intervals are closed.
    """
    ordered = np.asarray(rows, dtype=np.int64)
    ordered = ordered[np.argsort(columns.invoked[ordered], kind="stable")]
    begins, ends = columns.invoked[ordered], columns.returned[ordered]
    done = np.flatnonzero(ends != OPEN)
    times = np.concatenate([begins, ends[done]])
    kinds = np.concatenate([np.zeros(len(begins), np.int8), np.ones(len(done), np.int8)])
    places = np.concatenate([np.arange(len(begins)), done])
    order = np.lexsort((kinds, times))
    return ordered.tolist(), places[order].tolist(), (kinds[order] == 0).tolist()


def _depth_first(columns: Columns, rows: Sequence[int], initial: State, step: Step, budget: int) -> Judged:
    ordered, places, calls = _events(columns, rows)
    count = len(places)
    call_of, return_of = [0] * len(ordered), [0] * len(ordered)
    for at, (place, is_call) in enumerate(zip(places, calls, strict=True), start=1):
        (call_of if is_call else return_of)[place] = at
    # A list of events linked both ways; 0 stands before the first, count + 1 behind the last.
    following, before = list(range(1, count + 2)), list(range(-1, count + 1))
    following.append(0)
    left = sum(1 for at in return_of if at)
    state, first, mask, steps = initial, 0, 0, 0
    seen = {(0, 0, initial)}
    came: list[tuple[int, Any, int, int]] = []
    longest: tuple[int, int] = (-1, 0)
    at = following[0]
    while left:
        if at <= count and calls[at - 1]:
            if steps >= budget:
                return Judged(legal=None, explored=steps)
            steps += 1
            place = places[at - 1]
            after = step(state, ordered[place])
            if after is not None:
                bits, begin = mask | 1 << (place - first), first
                while bits & 1:
                    bits >>= 1
                    begin += 1
                key = (begin, bits, after)
                if key not in seen:
                    seen.add(key)
                    came.append((place, state, first, mask))
                    state, first, mask = after, begin, bits
                    end = return_of[place]
                    for gone in (at, end) if end else (at,):
                        before[following[gone]], following[before[gone]] = before[gone], following[gone]
                    left -= 1 if end else 0
                    at = following[0]
                    continue
            at = following[at]
            continue
        # A call had to come by now: one that came before it has to come later.
        if len(came) > longest[0] and at <= count:
            longest = (len(came), ordered[places[at - 1]])
        if not came:
            return _stuck(longest[1], steps)
        place, state, first, mask = came.pop()
        at, end = call_of[place], return_of[place]
        for back in (end, at) if end else (at,):
            following[before[back]] = before[following[back]] = back
        left += 1 if end else 0
        at = following[at]
    return Judged(legal=True, explored=steps)


def _stuck(row: int, steps: int) -> Judged:
    told = "no order of the calls before it explains this one: each way, it cannot be answered so"
    return Judged(legal=False, kind="no-order", witness=(row,), story=told, explored=steps)


def _just_in_time(columns: Columns, rows: Sequence[int], initial: State, step: Step, budget: int) -> Judged:
    """Go through time with all configurations at once; each return must have come in those that stay."""
    ordered, places, calls = _events(columns, rows)
    pending: dict[int, None] = {}
    #: A configuration: the pending calls that have come, and the state.
    configurations: set[tuple[frozenset[int], Any]] = {(frozenset(), initial)}
    steps = 0
    for place, is_call in zip(places, calls, strict=True):
        if is_call:
            pending[place] = None
            continue
        stay: set[tuple[frozenset[int], Any]] = set()
        looked = set(configurations)
        stack = list(configurations)
        while stack:
            came, state = stack.pop()
            if place in came:
                stay.add((came - {place}, state))
                continue
            for other in pending:
                if other in came:
                    continue
                if steps >= budget or len(looked) > _MOST_CONFIGURATIONS:
                    return Judged(legal=None, explored=steps)
                steps += 1
                after = step(state, ordered[other])
                if after is not None and (came | {other}, after) not in looked:
                    looked.add((came | {other}, after))
                    stack.append((came | {other}, after))
        if not stay:
            return _stuck(ordered[place], steps)
        del pending[place]
        configurations = stay
    return Judged(legal=True, explored=steps)
