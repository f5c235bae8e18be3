"""Shrink: the smallest scenario that still breaks a requirement in the same way.

What is sought is a race, so a scenario that fails may pass the next time, while Hypothesis
wants a function.  Outcomes are therefore memoised: a scenario is run a few times, and
whatever came of it stays true.  The violation that began it all is never lost: if nothing
smaller fails, it is the result.
"""

import contextlib
from collections.abc import Callable
from typing import Protocol

import msgspec

from mpconform.store import Witnessed
from mpconform.values import Scenario
from mpconform_conformance.explore import Batch, batch, generate, key_of

__all__ = ("Shrunk", "Timer", "Trial", "shrink")

#: Runs of a scenario after which its failure counts as absent: where the first one failed
#: whenever it was repeated, and where it did not.
_STEADY_ATTEMPTS = 2
_FLAKY_ATTEMPTS = 5
_STEADY = 3
_REPEATS = 20

#: Run a scenario once; return the run if it breaks the requirement in the known way.
Trial = Callable[[Scenario], Witnessed | None]


class Timer(Protocol):
    """What says when to stop: a ``mpconform.clock.Deadline``."""

    @property
    def over(self) -> bool:
        """Whether the time is used up."""


class Shrunk(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest known failing run, and how often its scenario failed when it was repeated."""

    witnessed: Witnessed
    failed: int
    repeated: int


class _StillFailsError(Exception):
    """The scenario at hand breaks the requirement."""


class _Search:
    """One shrink: what is known of which scenario."""

    def __init__(self, first: Witnessed, trial: Trial, searching: Timer, repeating: Timer) -> None:
        """Know only that the first one fails."""
        self._trial = trial
        self._searching = searching
        self._repeating = repeating
        self._known: dict[bytes, Witnessed | None] = {key_of(first.history.scenario): first}
        self._counts: dict[bytes, list[int]] = {}
        self._attempts = _STEADY_ATTEMPTS
        self._met = False
        self.best = first

    def settle_attempts(self, first: Scenario, *, hung: bool) -> None:
        """Repeat the first scenario, to know how often smaller ones deserve to be tried."""
        if hung:
            # A hang costs seconds a time, and a pass in its place is as dear in scenarios.
            self._attempts = 1
            return
        for _ in range(_STEADY):
            if self._searching.over:
                return
            if self._once(first) is None:
                self._attempts = _FLAKY_ATTEMPTS
                return

    def try_simplest(self, source: Batch) -> bool:
        """Return whether the theme's simplest scenario fails, which ends the search.

        Hypothesis begins every batch with it, before the failure is met, and then holds it
        to be known: without this it would never be tried.
        """
        return self.try_hint(batch(source.theme, seed=source.seed, index=0, size=1)[0])

    def try_hint(self, scenario: Scenario) -> bool:
        """Return whether *scenario* fails, which ends the search."""
        if self._fails(scenario):
            self._take(scenario)
            return True
        return False

    def minimise(self, source: Batch) -> None:
        """Let Hypothesis minimise the failing scenario of batch *source*."""
        with contextlib.suppress(_StillFailsError):
            generate(source, self._body, shrink=True)

    def repeat(self) -> Shrunk:
        """Repeat the smallest scenario while there is time; return what is known of it."""
        scenario = self.best.history.scenario
        counts = self._counts.setdefault(key_of(scenario), [0, 0])
        while counts[1] < _REPEATS and not self._repeating.over:
            self._once(scenario)
        return Shrunk(witnessed=self.best, failed=counts[0], repeated=counts[1])

    def _body(self, scenario: Scenario) -> None:
        """Raise if *scenario* fails.

        Up to the known failure, scenarios of the batch pass without being run, so that the
        batch comes out as it did before.
        """
        key = key_of(scenario)
        if key not in self._known and (not self._met or self._searching.over):
            return
        if self._fails(scenario):
            self._met = True
            # The last one that Hypothesis shows is the smallest.
            self._take(scenario)
            raise _StillFailsError

    def _take(self, scenario: Scenario) -> None:
        """Take *scenario*, which is known to fail, for the smallest."""
        witnessed = self._known[key_of(scenario)]
        assert witnessed is not None
        self.best = witnessed

    def _fails(self, scenario: Scenario) -> bool:
        """Return whether *scenario* fails; it is run only if that is not known yet."""
        key = key_of(scenario)
        if key in self._known:
            return self._known[key] is not None
        witnessed = None
        for _ in range(self._attempts):
            if self._searching.over:
                break
            witnessed = self._once(scenario)
            if witnessed is not None:
                break
        self._known[key] = witnessed
        return witnessed is not None

    def _once(self, scenario: Scenario) -> Witnessed | None:
        """Run *scenario* once, and count."""
        witnessed = self._trial(scenario)
        counts = self._counts.setdefault(key_of(scenario), [0, 0])
        counts[0] += witnessed is not None
        counts[1] += 1
        return witnessed


def shrink(
    first: Witnessed,
    source: Batch,
    *,
    trial: Trial,
    searching: Timer,
    repeating: Timer,
    hint: Scenario | None = None,
) -> Shrunk:
    """Return the smallest scenario found that fails like *first*, which belongs to batch *source*.

    No smaller one is sought once *searching* is over, and none is repeated once *repeating*
    is.  If the scenario *hint*, known to be small, fails too, it is the result.
    """
    search = _Search(first, trial, searching, repeating)
    scenario = first.history.scenario
    search.settle_attempts(scenario, hung=first.history.ended == "hung")
    if not searching.over and not (hint and search.try_hint(hint)) and not search.try_simplest(source):
        search.minimise(source)
    return search.repeat()
