"""Turns: which theme of a family a campaign draws its next scenario from.

Every other turn goes by the weights of the themes.  The turns between go to what has the least evidence:
to the theme that promises the most of it, for the time that its scenarios take.  When everything has some
evidence, or no theme promises what is lacking, all of them go by weight.
"""

import collections
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mpconform.values import Requirement
from mpconform_scenarios.family import Theme

__all__ = ("Turns",)

#: A requirement that so many runs gave evidence for, lacks none.
_ENOUGH = 8
#: A theme that gives evidence more seldom than once in so many runs is not run for its sake.
_SELDOM = 50
#: What a theme promises before it was run: one that is known to give the evidence, one that may.
_NAMED, _ABLE = 1.0, 0.25
#: No run is held to cost less, in seconds.
_LEAST_S = 0.002


class Turns:
    """Chooses among *themes*, so that *requirements* come to their evidence."""

    def __init__(
        self, themes: Sequence[Theme], requirements: Sequence[Requirement], *, named: Mapping[str, str]
    ) -> None:
        """Know nothing yet but which theme is *named* for a requirement."""
        self._themes = {theme.name: theme for theme in themes}
        self._lacking = {requirement.id: 0 for requirement in requirements}
        self._promised = {
            theme.name: {
                r.id: _NAMED if named.get(r.id) == theme.name else _able(theme, r) for r in requirements
            }
            for theme in themes
        }
        self._gave = {theme.name: collections.Counter[str]() for theme in themes}
        self._runs = dict.fromkeys(self._themes, 0)
        self._ended = dict.fromkeys(self._themes, 0)
        self._spent_s = dict.fromkeys(self._themes, 0.0)
        self._dropped: set[str] = set()
        self._heavy = self._by_weight()
        #: In so many turns by weight each theme has one.
        self._lap = sum(theme.weight for theme in themes) * max((theme.every for theme in themes), default=1)
        self._number = 0

    def lacks(self, requirement: str) -> bool:
        """Return whether *requirement* is to be judged, and nothing was told yet of evidence for it."""
        return self._lacking.get(requirement) == 0

    def drop(self, name: str) -> None:
        """Give no more turns to the theme *name*."""
        self._dropped.add(name)

    def begun(self, name: str) -> None:
        """Count a run of a scenario of the theme *name*, whatever will come of it."""
        self._runs[name] += 1

    def ended(self, name: str, *, gave: Iterable[str], seconds: float) -> None:
        """Learn that a run of the theme *name* gave evidence for what *gave* names, in so many *seconds*."""
        self._ended[name] += 1
        self._spent_s[name] += seconds
        for requirement in gave:
            self._gave[name][requirement] += 1
            if requirement in self._lacking:
                self._lacking[requirement] += 1
                if self._lacking[requirement] >= _ENOUGH:
                    del self._lacking[requirement]

    def next(self, left_s: float = math.inf) -> str | None:
        """Return the theme whose turn it is, of those that end within *left_s*; None if there is none."""
        self._number += 1
        needed = self._most_needed(left_s) if self._number % 2 else None
        return needed or next(
            (n for n in itertools.islice(self._heavy, self._lap) if self._fits(n, left_s)), None
        )

    def times(self, name: str, seconds: float) -> int:
        """Return how often the theme *name* can, on the mean, be run in so many *seconds*; 0 if never yet."""
        return int(seconds / max(_LEAST_S, self._mean_s(name))) if self._ended[name] else 0

    def _fits(self, name: str, left_s: float) -> bool:
        """Return whether a run of the theme *name* would, on the mean, end within *left_s*."""
        if self._ended[name]:
            return self._mean_s(name) <= left_s
        # One that takes long, and is under way for the first time.
        return not (self._runs[name] and self._themes[name].every > 1 and left_s < math.inf)

    def _mean_s(self, name: str) -> float:
        """Return for how many seconds a run of the theme *name* goes on; one has ended."""
        return self._spent_s[name] / self._ended[name]

    def _most_needed(self, left_s: float) -> str | None:
        """Return the theme that promises the most of what is lacking; None if none promises any."""
        able = (name for name in self._themes if name not in self._dropped and self._fits(name, left_s))
        promises = {name: self._promise(name) for name in able}
        # Of several that promise the same, the one that is farthest behind its weight.
        best = max(
            promises,
            key=lambda name: (promises[name], -self._runs[name] / self._themes[name].weight),
            default="",
        )
        return best if best and promises[best] > 0 else None

    def _promise(self, name: str) -> float:
        """Return what a run of the theme *name* is worth: its chances to give what is lacking, by price."""
        promised, gave, runs = self._promised[name], self._gave[name], self._runs[name]
        worth = 0.0
        for requirement, known in self._lacking.items():
            chance = (gave[requirement] + promised[requirement]) / (runs + 1)
            if chance * _SELDOM >= 1:
                worth += min(1.0, chance) / (1 + known) ** 2
        return worth / max(_LEAST_S, self._spent_s[name] / max(1, runs))

    def _by_weight(self) -> Iterator[str]:
        """Yield the themes by turns, one of weight 3 three times as often as one of weight 1.

        One that has its turn in *every* third round alone has it there for the first time.
        """
        heaviest = max((theme.weight for theme in self._themes.values()), default=0)
        for lap in itertools.count(1):
            if len(self._dropped) == len(self._themes):
                return
            for turn in range(heaviest):
                for name, theme in self._themes.items():
                    if theme.weight > turn and lap % theme.every == 0 and name not in self._dropped:
                        yield name


def _able(theme: Theme, requirement: Requirement) -> float:
    """Return what *theme* promises for *requirement* if nothing is known but what both need."""
    return _ABLE if not requirement.needs or theme.needs & set(requirement.needs) else 0.0
