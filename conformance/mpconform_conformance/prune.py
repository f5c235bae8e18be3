"""Prune: a scenario with actors, meetings and steps cut out, whatever its theme would draw.

Shrinking by the theme's strategy keeps what every scenario of the theme has, and much of that has
nothing to do with the violation at hand.  What is cut may leave a scenario that no right
implementation would finish; so a cut counts only if the run still ends by itself, or if the model
proves that it would end on a right implementation.
"""

import itertools
from collections.abc import Callable, Iterable

import msgspec

from mpconform.values import Scenario
from mpconform_conformance.cuts import cuts
from mpconform_conformance.lower import lowered

__all__ = ("pruned", "reduced")


def pruned(scenario: Scenario, fails: Callable[[Scenario], bool], over: Callable[[], bool]) -> Scenario:
    """Return *scenario* with everything cut out without which it still *fails*, until it is *over*.

    Greedy: each cut that holds is the ground for the next; ends when none holds any more.
    """
    return _settled(scenario, cuts, fails, over)


def reduced(scenario: Scenario, fails: Callable[[Scenario], bool], over: Callable[[], bool]) -> Scenario:
    """Return *scenario* with the least numbers with which it still *fails*, until it is *over*."""
    return _settled(scenario, lowered, fails, over)


def _settled(
    scenario: Scenario,
    smaller: Callable[[Scenario], Iterable[Scenario]],
    fails: Callable[[Scenario], bool],
    over: Callable[[], bool],
) -> Scenario:
    best = scenario
    again = True
    while again and not over():
        again = False
        tried: set[bytes] = set()
        place = 0
        candidates = iter(smaller(best))
        while not over():
            candidate = next(candidates, None)
            if candidate is None:
                break
            key = msgspec.json.encode(candidate)
            if key not in tried and fails(candidate):
                best = candidate
                again = True
                # What was tried before this cut is, most of it, tried again in the next round.
                candidates = itertools.islice(smaller(best), place, None)
            else:
                place += 1
            tried.add(key)
    return best
