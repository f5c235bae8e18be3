"""Shrink: the smallest scenario that still breaks a requirement in the same way.

What is sought is a race, so a scenario that fails may pass the next time, while Hypothesis
wants a function.  Outcomes are therefore memoised: a scenario is run a few times, and
whatever came of it stays true.  The violation that began it all is never lost: if nothing
smaller fails, it is the result.

What a scenario wears is taken off first, as far as it fails without; then the scenario itself gets
smaller; then actors and steps are cut out of it one by one; and last, if processes must be held for it to
fail, it is sought which of them, and where.
"""

import collections
import contextlib
import itertools
import math
from collections.abc import Callable
from typing import Protocol

import msgspec

from mpconform.errors import HarnessFault
from mpconform.store import Witnessed
from mpconform.values import Scenario
from mpconform_conformance.explore import Batch, batch, generate, key_of
from mpconform_conformance.prune import pruned
from mpconform_conformance.strategies import (
    Dress,
    dress_of,
    most_rounds,
    narrower,
    simpler,
    undressed,
    wear,
)

__all__ = ("Shrunk", "Timer", "Trial", "shrink")

#: The first scenario is repeated so often, to know at what rate it fails, ...
_RATED = 10
#: ... but only so often if it fails each time.
_STEADY = 3
#: A scenario is run until its failure, at that rate, would be missed with this probability, ...
_MISSED = 0.05
#: ... and at least and at most so often; one that always failed only a second time.
_LEAST_ATTEMPTS, _MOST_ATTEMPTS = 5, 12
_STEADY_ATTEMPTS = 2
#: What fails seldom has to fail so often in these runs: each cut could make it fail more seldom still.
_CONFIRMED = 2
_REPEATS = 20
#: As many actors and functions are tried as the only ones to be held.
_NARROWINGS = 6

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
        self._dress = dress_of(first.history.scenario)
        self._known: dict[bytes, Witnessed | None] = {key_of(undressed(first.history.scenario)): first}
        self._counts: dict[bytes, list[int]] = {}
        self._attempts = _STEADY_ATTEMPTS
        self._steady = False
        self._met = False
        self.best = first

    def settle_attempts(self, first: Scenario, *, hung: bool) -> None:
        """Repeat the first scenario, to know how often smaller ones deserve to be tried."""
        if hung:
            # A hang costs seconds a time, and a pass in its place is as dear in scenarios.
            self._attempts = 1
            return
        failed = 0
        for run in range(1, _RATED + 1):
            if self._searching.over:
                return
            failed += self._once(wear(first, self._dress)) is not None
            if failed == run == _STEADY:
                self._steady = True
                return
        rate = (failed + 1) / (_RATED + 2)
        wanted = math.ceil(math.log(_MISSED) / math.log(1 - rate))
        self._attempts = max(_LEAST_ATTEMPTS, min(_MOST_ATTEMPTS, wanted))

    def amplify(self, first: Scenario, *, most: int) -> None:
        """Give what does not always fail more rounds to fail in, *most* of them, if it then still fails.

        A defect that shows once in so many operations would otherwise keep a scenario large.
        """
        if self._steady or self._attempts == 1 or most <= self._dress.rounds:
            return
        dress = msgspec.structs.replace(self._dress, rounds=most)
        if witnessed := self._confirmed(self._attempts, wear(first, dress)):
            self._change(dress, first, witnessed)
            self.settle_attempts(first, hung=False)

    def undress(self, first: Scenario) -> None:
        """Run what follows in the simplest dress in which *first* still fails as it did."""
        for dress in simpler(self._dress):
            if witnessed := self._lasting(wear(first, dress)):
                self._change(dress, first, witnessed)
                return

    def _lasting(self, scenario: Scenario) -> Witnessed | None:
        """Return a witness if *scenario*, as it is dressed, fails about as often as what it came from.

        What always failed has to fail each time still: no cut must make a race of a certainty.
        """
        if not self._steady:
            return self._confirmed(self._attempts, scenario)
        found = [self._any_of(1, scenario)]
        while len(found) < _STEADY and found[-1] and found[-1].history.ended == "normally":
            found.append(self._any_of(1, scenario))
        return found[-1]

    def prune(self) -> None:
        """Cut out of the smallest scenario what it does not need to fail.

        Not of one that hangs: it would hang all the more.
        """
        if self.best.history.ended != "normally":
            return
        # What did not fail the first time may have been lucky: each call gives it another chance.
        self._known = {key: found for key, found in self._known.items() if found}
        pruned(undressed(self.best.history.scenario), self._fails_by_itself, lambda: self._searching.over)

    def _fails_by_itself(self, scenario: Scenario) -> bool:
        """Return whether *scenario* fails in a run that ends by itself; it is then the smallest."""
        key = key_of(scenario)
        if key in self._known and self._known[key] is None:
            return False
        try:
            witnessed = self._lasting(wear(scenario, self._dress))
        except HarnessFault:
            return False  # Not every cut leaves what an agent can run.
        self._known[key] = witnessed
        if witnessed is None or witnessed.history.ended != "normally":
            return False
        self.best = witnessed
        return True

    def narrow(self) -> None:
        """Hold as few processes, at as few places, as the smallest scenario needs to fail."""
        scenario = undressed(self.best.history.scenario)
        held = collections.Counter((hold.actor, hold.function) for hold in self.best.history.holds)
        candidates = narrower(self.best.history.scenario, held)
        for dress in itertools.islice(candidates, _NARROWINGS):
            if witnessed := self._lasting(wear(scenario, dress)):
                self._change(dress, scenario, witnessed)
                self.best = witnessed
                return

    def _change(self, dress: Dress, scenario: Scenario, witnessed: Witnessed) -> None:
        """Run everything in *dress* from now on, in which *scenario* fails; forget what was known."""
        self._dress = dress
        self._known = {key_of(scenario): witnessed}

    def try_simplest(self, source: Batch) -> bool:
        """Return whether the theme's simplest scenario fails, which ends the search.

        Hypothesis begins every batch with it, before the failure is met, and then holds it
        to be known: without this it would never be tried.
        """
        scenario = batch(source.theme, seed=source.seed, index=0, size=1)[0]
        if self._fails(scenario):
            self._take(scenario)
            return True
        return False

    def try_hint(self, scenario: Scenario) -> bool:
        """Return whether *scenario* fails in what it wears, which ends the search."""
        if witnessed := self._any_of(self._attempts, scenario):
            self._change(dress_of(scenario), undressed(scenario), witnessed)
            self.best = witnessed
        return witnessed is not None

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
            # The last one that Hypothesis shows is the smallest that it knows of.
            if _size(scenario) <= _size(undressed(self.best.history.scenario)):
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
        if key not in self._known:
            self._known[key] = self._confirmed(self._attempts, wear(scenario, self._dress))
        return self._known[key] is not None

    def _any_of(self, times: int, scenario: Scenario) -> Witnessed | None:
        """Run *scenario*, as it is dressed, until it fails, at most so many *times*."""
        for _ in range(times):
            if self._searching.over:
                return None
            if witnessed := self._once(scenario):
                return witnessed
        return None

    def _confirmed(self, times: int, scenario: Scenario) -> Witnessed | None:
        """Run *scenario* at most so many *times*; return a witness if it fails often enough in them.

        What always failed, and what may be run once only, need fail but once.
        """
        first = self._any_of(times, scenario)
        if first is None or self._steady or times == 1:
            return first
        again = all(self._any_of(times - 1, scenario) for _ in range(_CONFIRMED - 1))
        return first if again else None

    def _once(self, scenario: Scenario) -> Witnessed | None:
        """Run *scenario* once, and count."""
        witnessed = self._trial(scenario)
        counts = self._counts.setdefault(key_of(scenario), [0, 0])
        counts[0] += witnessed is not None
        counts[1] += 1
        return witnessed


def _size(scenario: Scenario) -> tuple[int, int]:
    """Return by what scenarios are compared: what a reader has to read; the longer text is the larger one."""
    return scenario.step_count + 4 * len(scenario.actors), len(key_of(scenario))


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
    scenario = undressed(first.history.scenario)
    search.settle_attempts(scenario, hung=first.history.ended == "hung")
    if not searching.over and not (hint and search.try_hint(hint)):
        search.amplify(scenario, most=most_rounds(scenario) if source.theme.bursts else 1)
        search.undress(scenario)
        if not search.try_simplest(source):
            # Cutting is quick, and goes far; what is left of the time is for what only the theme knows.
            search.prune()
            search.minimise(source)
        search.prune()
        search.narrow()
    return search.repeat()
