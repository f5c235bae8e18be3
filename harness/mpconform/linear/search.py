"""The general search: whether calls have one order, within their intervals, that a model allows.

First that of Wing and Gong (1993) as Lowe (2017) made it: depth first, and no configuration that led nowhere
is entered again.  A configuration is the set of calls that have come, and the state; the set is kept as the
first call that has not come and a mask of those after it, so that its size is that of the overlap.  If the
budget is spent, just-in-time linearisation (Lowe), which remembers nothing of the past, has as much
(``frontier``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mpconform.linear.columns import OPEN, Column
from mpconform.linear.frontier import Frontier
from mpconform.linear.spending import CONFIGURATION, PLACE, Budget, Step

__all__ = ("Answer", "Calls", "in_parts", "search")

_FIRST_STEPS, _GROWTH = 500, 4


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Calls over closed intervals, in any order: ``what[k]`` from ``invoked[k]`` to ``returned[k]``.

    Who never returned (``OPEN``) may have taken effect at any time since, or never.
    """

    invoked: Column
    returned: Column
    what: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether there is such an order; None if the budget was *spent* before that was known.

    *steps* counts how often the model was asked, *configurations* those that were kept at once, at most, and
    *size* about how many bytes they took.  If there is no order, *stuck* is the call that could not come next
    in the longest order that was found, and *before* are the calls in that order; of several parts, *part* is
    the one that has none.
    """

    exists: bool | None
    steps: int = 0
    configurations: int = 0
    size: int = 0
    spent: str = ""
    stuck: int = -1
    before: tuple[int, ...] = ()
    part: int = 0


def search(calls: Calls, initial: Any, step: Step, *, budget: Budget) -> Answer:
    """Return whether *calls* have an order that *step* allows from the state *initial*.

    ``step(state, what)`` returns the state that a call leaves behind, or None if it cannot have been answered
    so in that state.  It is asked at most twice ``budget.steps`` times, and about ``budget.room`` bytes are
    taken at most; beyond that nothing is known.  Worst case exponential in the overlap; linear if there is
    none.
    """
    found = _DepthFirst(calls, initial, step, budget).run()
    if found.exists is not None:
        return found
    second = _just_in_time(calls, initial, step, budget)
    return Answer(
        exists=second.exists,
        steps=found.steps + second.steps,
        configurations=max(found.configurations, second.configurations),
        size=max(found.size, second.size),
        spent=second.spent,
        stuck=second.stuck,
        before=found.before if second.exists is False else (),
    )


def in_parts(parts: Sequence[tuple[Calls, Any]], step: Step, *, budget: Budget) -> Answer:
    """Return whether each of *parts*, which do not touch each other, has an order (P-compositionality).

    They take turns with budgets that grow, so that a part that is illegal is found beside one that is hard.
    All together ask the model about ``budget.steps`` times at most.
    """
    left = list(range(len(parts)))
    steps, configurations, most = 0, 0, 0
    share = min(_FIRST_STEPS, budget.steps)
    while left:
        unknown, spent = [], ""
        for part in left:
            calls, initial = parts[part]
            found = search(calls, initial, step, budget=replace(budget, steps=share))
            steps += found.steps
            configurations, most = max(configurations, found.configurations), max(most, found.size)
            if found.exists is False:
                return Answer(
                    exists=False,
                    steps=steps,
                    configurations=configurations,
                    size=most,
                    stuck=found.stuck,
                    before=found.before,
                    part=part,
                )
            if found.exists is None:
                unknown.append(part)
                spent = found.spent
        # More steps do not help who lacks room.
        if unknown and (steps >= budget.steps or spent == "bytes"):
            return Answer(
                exists=None,
                steps=steps,
                configurations=configurations,
                size=most,
                spent=spent,
                part=unknown[0],
            )
        left, share = unknown, share * _GROWTH
    return Answer(exists=True, steps=steps, configurations=configurations, size=most)


class _DepthFirst:
    """One search: the calls by invocation, those that never returned apart, and where it stands."""

    def __init__(self, calls: Calls, initial: Any, step: Step, budget: Budget) -> None:
        self.step, self.budget, self.initial = step, budget, initial
        returned = np.asarray(calls.returned)
        invoked = np.asarray(calls.invoked)
        order = np.argsort(invoked, kind="stable")
        done = returned[order] != OPEN
        self.closed: list[int] = order[done].tolist()
        self.opened: list[int] = order[~done].tolist()
        self.what = [calls.what[index] for index in self.closed]
        self.opened_what = [calls.what[index] for index in self.opened]
        self.opened_at: list[int] = invoked[self.opened].tolist() if self.opened else []
        begins, ends = invoked[order[done]], returned[order[done]]
        count = len(begins)
        times = np.concatenate([begins, ends])
        # At one instant calls come first, because intervals are closed.
        by_time = np.argsort(times, kind="stable")
        #: Events are numbered from 1 by time: of each, its place in `closed`, or -1 if it is a return.
        is_call = by_time < count
        self.call_place: list[int] = [-1, *np.where(is_call, by_time, -1).tolist()]
        self.time: list[int] = [0, *times[by_time].tolist()]
        at = np.empty(2 * count, dtype=np.int64)
        at[by_time] = np.arange(1, 2 * count + 1)
        self.call_of: list[int] = at[:count].tolist()
        self.return_of: list[int] = at[count:].tolist()

    def run(self) -> Answer:  # noqa: C901, PLR0912, PLR0915 - one loop, whose every call would cost
        """Search until there is an order, or surely none, or the budget is spent."""
        step, call_place = self.step, self.call_place
        most_steps, room, size = self.budget.steps, self.budget.room, self.budget.size
        what, opened_what, opened_at = self.what, self.opened_what, self.opened_at
        call_of, return_of = self.call_of, self.return_of
        count, crashed = len(what), len(opened_what)
        # The events that have not come, linked both ways; 0 stands before the first.
        following, before = [*range(1, 2 * count + 1), 0, 0], list(range(-1, 2 * count + 1))
        dead: set[tuple[int, int, int, Any]] = set()
        path: list[int] = []
        states: list[Any] = []
        state, first, mask, opens = self.initial, 0, 0, 0
        left, steps, held, most = count, 0, 0, 0
        longest = (-1, 0, 0, 0, 0)
        at, crash = following[0], 0
        while left:
            place = call_place[at]
            if place >= 0:
                if steps >= most_steps or held > room:
                    break
                steps += 1
                after = step(state, what[place])
                if after is not None:
                    begin, bits = first, mask | 1 << (place - first)
                    while bits & 1:
                        bits >>= 1
                        begin += 1
                    if not dead or (begin, bits, opens, after) not in dead:
                        held += size(after) + PLACE
                        path.append(place)
                        states.append(state)
                        state, first, mask = after, begin, bits
                        end = return_of[place]
                        behind, ahead = before[at], following[at]
                        following[behind], before[ahead] = ahead, behind
                        behind, ahead = before[end], following[end]
                        following[behind], before[ahead] = ahead, behind
                        left -= 1
                        at, crash = following[0], 0
                        continue
                at = following[at]
                continue
            # A call had to come by now.  Perhaps one that never returned came before it.
            came = -1
            while crash < crashed and opened_at[crash] <= self.time[at]:
                if not opens >> crash & 1:
                    if steps >= most_steps or held > room:
                        break
                    steps += 1
                    after = step(state, opened_what[crash])
                    # What changes nothing is not needed.
                    useful = after is not None and after != state
                    if useful and (first, mask, opens | 1 << crash, after) not in dead:
                        came = crash
                        break
                crash += 1
            if came >= 0:
                held += size(after) + PLACE
                path.append(-1 - came)
                states.append(state)
                state, opens = after, opens | 1 << came
                at, crash = following[0], 0
                continue
            if crash < crashed and opened_at[crash] <= self.time[at]:
                break
            # One that came before has to come later.
            if count - left > longest[0]:
                longest = (count - left, at, first, mask, opens)
            if not path:
                return self._stuck(longest, steps, len(dead), most)
            # Its state is counted already, as that of a place.
            dead.add((first, mask, opens, state))
            held += CONFIGURATION - PLACE
            most = max(most, held)
            state, place = states.pop(), path.pop()
            if place < 0:
                opens ^= 1 << (-1 - place)
                crash, at = -place, following[0]
                while call_place[at] >= 0:
                    at = following[at]
                continue
            if place < first:
                # It was the first that had not come; those between had come already.
                shift = first - place
                mask = mask << shift | (1 << shift) - 2
                first = place
            else:
                mask ^= 1 << (place - first)
            at, end = call_of[place], return_of[place]
            following[before[end]] = before[following[end]] = end
            following[before[at]] = before[following[at]] = at
            left += 1
            at, crash = following[at], 0
        most = max(most, held)
        return Answer(
            exists=None if left else True,
            steps=steps,
            configurations=len(dead) + len(path),
            size=most,
            spent=("bytes" if held > room else "steps") if left else "",
            before=self._came(longest[2:]) if left else (),
        )

    def _stuck(self, longest: tuple[int, int, int, int, int], steps: int, dead: int, size: int) -> Answer:
        """Return that there is no order; the *longest* one came to the return at that event."""
        _, at, *came = longest
        stuck = self.closed[self.return_of.index(at)]
        return Answer(
            exists=False,
            steps=steps,
            configurations=dead,
            size=size,
            stuck=stuck,
            before=self._came(came),
        )

    def _came(self, came: Sequence[int]) -> tuple[int, ...]:
        """Return the calls of a configuration: the first that is missing, mask after it, mask of crashed."""
        first, mask, opens = came
        closed = [index for at, index in enumerate(self.closed) if at < first or mask >> (at - first) & 1]
        return (*closed, *(index for at, index in enumerate(self.opened) if opens >> at & 1))


def _just_in_time(calls: Calls, initial: Any, step: Step, budget: Budget) -> Answer:
    """Go through time with all configurations at once; each return must have come in those that stay."""
    frontier = Frontier([initial], step, budget)
    exists: bool | None
    for index, is_call in events(calls):
        if is_call:
            frontier.invoke(index, calls.what[index], crashed=bool(calls.returned[index] == OPEN))
        elif not frontier.complete(index):
            exists = None if frontier.spent else False
            break
    else:
        exists, index = True, -1
    return Answer(
        exists=exists,
        steps=frontier.steps,
        configurations=frontier.most,
        size=frontier.size,
        spent=frontier.spent,
        stuck=index,
    )


def events(calls: Calls) -> list[tuple[int, bool]]:
    """Return calls and returns by time, as (index, whether it is a call); at one instant calls come first."""
    invoked, returned = np.asarray(calls.invoked), np.asarray(calls.returned)
    done = np.flatnonzero(returned != OPEN)
    indices = np.concatenate([np.arange(len(invoked)), done])
    times = np.concatenate([invoked, returned[done]])
    order = np.argsort(times, kind="stable")
    return list(zip(indices[order].tolist(), (order < len(invoked)).tolist(), strict=True))
