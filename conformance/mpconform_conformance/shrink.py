"""Shrink: the smallest scenario that still breaks a requirement in the same way.

What is sought is a race, so a scenario that fails may pass the next time, while Hypothesis
wants a function.  Outcomes are therefore memoised: a scenario is run a few times, and
whatever came of it stays true.  The violation that began it all is never lost: if nothing
smaller fails, it is the result.

First it is tried whether the steps of the witness are enough, with what belongs to them.  Then what the
scenario wears is taken off, as far as it fails without; actors and steps are cut out of it; the theme's own
smaller scenarios are tried; and last, if processes must be held for it to fail, it is sought which of
them, and where.
"""

import collections
import contextlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from mpconform.clock import Deadline, now_ns
from mpconform.errors import HarnessFault
from mpconform.store import Witnessed
from mpconform.values import History, Scenario
from mpconform_conformance.explore import Batch, batch, generate, key_of, length_of
from mpconform_conformance.model import Ending, ending_of
from mpconform_conformance.prune import pruned, reduced
from mpconform_conformance.samples import Sample, drawn
from mpconform_conformance.serial import serial
from mpconform_conformance.slices import asked, hastened, past, slices
from mpconform_conformance.strategies import (
    PLAIN,
    Dress,
    dress_of,
    most_rounds,
    narrower,
    simpler,
    undressed,
    wear,
)

__all__ = ("Aids", "InVainError", "Shrunk", "Timer", "Trial", "quiet_s", "shrink", "span_s")

#: The first scenario is repeated so often, to know at what rate it fails, ...
_RATED = 6
#: ... but only so often if it fails each time.
_STEADY = 3
#: With lower numbers in it, it has to fail so often in a row: that lowers how often a race shows.
_SURELY = 8
#: A scenario is run until its failure, at that rate, would be missed with this probability, ...
_MISSED = 0.05
#: ... and at least and at most so often.
_LEAST_ATTEMPTS, _MOST_ATTEMPTS = 5, 10
#: What hung at once is run so often, and what hung only the n-th time n times as often; a pass costs little.
_HUNG_ATTEMPTS = 3
#: A dress that holds a process up for so many seconds at a time makes slow runs, ...
_SLOW_S = 0.1
#: ... and this is a slow run.
_SLOW_RUN_S = 0.5
#: What fails seldom has to fail so often in these runs: each cut could make it fail more seldom still.
_CONFIRMED = 2
_REPEATS = 20
#: What is slow, and has failed each time so often, is repeated no more.
_REPEATS_SLOW = 5
#: A sample is run at most so often in one dress, as long as there is time.
_SAMPLED = 1000
#: One that was drawn is of use if it is less than this part of what is to be cut.
_MUCH_SMALLER = 0.7
#: What is to be cut has not failed again in so many runs: one that was drawn may be so much larger.
_UNSEEN, _LARGER = 6, 3.0
#: What shows more seldom than this can be told from what does not show by slices alone: each is run for as
#: long as this part of the time for samples.
_SELDOM, _SLICING = 0.05, 2 / 3
#: What is known of a hang that the model cannot judge: where all works, it ends so often in a row.
_ENDS = 3
#: One actor that takes all steps in order, and gets stuck in so many of the orders, does in the others.
_STUCK = 2
#: As many actors and functions are tried as the only ones to be held.
_NARROWINGS = 6

#: Run a scenario once; return the run if it breaks the requirement in the known way.  Raises InVainError.
Trial = Callable[[Scenario], Witnessed | None]
#: Return whether a scenario ends so often in a row where all works.  Raises HarnessFault.
Ends = Callable[[Scenario, int], bool]


class InVainError(Exception):
    """A scenario did not end by itself, and shows nothing: it is too dear to be run again."""


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


class Aids(msgspec.Struct, frozen=True, kw_only=True):
    """What else helps to find a smaller scenario.

    *hint*, known to be small, is the result if it fails too.  Of what seldom fails, it is tried for
    *sampling_s* seconds whether one of *samples* does; and for as long, one that is drawn.  *ends* tells of
    a scenario that hangs, and that the model does not know, whether it comes to its end where all works.
    """

    hint: Scenario | None = None
    samples: Iterable[Sample] = ()
    sampling_s: float = 0.0
    ends: Ends = lambda *_: False


_NO_AIDS = Aids()


class _StillFailsError(Exception):
    """The scenario at hand breaks the requirement."""


class _OverError(BaseException):
    """The time is over: Hypothesis would go on for seconds if it took this for a failure of the scenario."""


class _Search:
    """One shrink: what is known of which scenario."""

    def __init__(
        self,
        first: Witnessed,
        trial: Trial,
        searching: Timer,
        repeating: Timer,
        *,
        bursts: bool,
        aids: Aids,
    ) -> None:
        """Know only that the first one fails; *bursts* says whether it may be run in several rounds."""
        self._ends = aids.ends
        self._bursts = bursts
        self._sampling_s = aids.sampling_s
        self._trial = trial
        self._searching = searching
        self._repeating = repeating
        self._dress = dress_of(first.history.scenario)
        #: The scenario that Hypothesis drew; whatever is found out about others, it failed.
        self._origin = {key_of(undressed(first.history.scenario)): first}
        self._known: dict[bytes, Witnessed | None] = {**self._origin}
        self._counts: dict[bytes, list[int]] = {}
        self._attempts = 1
        self._steady = False
        self._met = False
        self._runs = 0
        self._in_vain = False
        #: How long the latest run took that showed nothing.
        self._passed_s = 0.0
        #: Whether a hang was met again, so that it is known how soon it comes.
        self._met_again = False
        #: Whether each run so far has hung: what is cut has to hang twice in a row then, too.
        self._hangs_surely = False
        self._wanted = _STEADY
        #: The rounds of the smallest scenario times its steps, as a prune began: what is rare needs as many.
        self._effort = 0
        #: What was doubted to fail always, and did.
        self._trusted: set[bytes] = set()
        #: The slices that have had their time.
        self._sliced: set[bytes] = set()
        self._hung = first.history.ended == "hung"
        #: Whether the model takes even the first scenario for one that may get stuck: it is of no use then.
        self._misjudged = ending_of(first.history.scenario) is Ending.STUCK
        self.best = first

    def settle_attempts(self, first: Scenario) -> None:
        """Repeat the first scenario, to know how often smaller ones deserve to be tried."""
        if self._hung:
            # A hang costs seconds a time: it is not repeated to know its rate, but to know how soon it comes.
            if not self._met_again:
                self._attempts = _MOST_ATTEMPTS
                self._lasting(wear(first, self._dress))
            return
        if self._steady:
            return
        failed = 0
        for run in range(1, _RATED + 1):
            if self._searching.over:
                return
            failed += self._once(wear(first, self._dress)) is not None
            if failed == run == _STEADY:
                self._steady = True
                return
        self._attempts = _wanted(failed, _RATED)

    def amplify(self, first: Scenario) -> None:
        """Give what seldom fails as many rounds to fail in as there can be, if it then still fails.

        A defect that shows once in so many operations would otherwise keep a scenario large.
        """
        most = most_rounds(first) if self._bursts else 1
        if self._attempts <= _LEAST_ATTEMPTS or not self.rare or most <= self._dress.rounds:
            return  # It fails often enough: more rounds would only take longer.
        dress = msgspec.structs.replace(self._dress, rounds=most)
        if witnessed := self._confirmed(self._attempts, wear(first, dress)):
            self._change(dress, first, witnessed)
            self.settle_attempts(first)

    @property
    def rare(self) -> bool:
        """Whether what is sought does not show each time."""
        return not (self._steady or self._hung)

    @property
    def hangs_only(self) -> bool:
        """Whether what is sought has only hung so far, which takes long to be seen; what passes is quick."""
        return self._hung and self._passed_s < _SLOW_RUN_S

    @property
    def elusive(self) -> bool:
        """Whether what is sought did not show again, however often the smallest scenario was run."""
        failed, runs = self._rate()
        return not failed and runs >= _UNSEEN

    @property
    def _seldom(self) -> bool:
        """Whether what is sought shows so seldom that a few runs tell nothing."""
        failed, runs = self._rate()
        return runs >= _UNSEEN and failed < _SELDOM * runs and not self._hung

    def _rate(self) -> tuple[int, int]:
        """Return how often the smallest scenario has failed again, and in how many runs."""
        failed, runs = self._counts.get(key_of(self.best.history.scenario), (0, 0))
        return failed, runs

    @property
    def bursts(self) -> bool:
        """Whether it takes several rounds to be seen."""
        return self._dress.rounds > 1

    def undress(self) -> None:
        """Run what follows in the simplest dress in which the smallest scenario still fails as it did."""
        scenario = undressed(self.best.history.scenario)
        for dress in simpler(self._dress):
            if witnessed := self._lasting(wear(scenario, dress)):
                self._change(dress, scenario, witnessed)
                self.best = witnessed
                return

    def _lasting(self, scenario: Scenario) -> Witnessed | None:
        """Return a witness if *scenario*, as it is dressed, fails about as often as what it came from.

        What always failed has to fail each time still: no cut must make a race of a certainty.
        """
        if not self._steady:
            return self._confirmed(self._attempts, scenario)
        found = [self._any_of(1, scenario)]
        while len(found) < self._wanted and found[-1] and found[-1].history.ended == "normally":
            found.append(self._any_of(1, scenario))
        if found[-1] is None and len(found) > 1 and self._is_doubtful():
            return self._confirmed(self._attempts, scenario)
        return found[-1]

    def _is_doubtful(self) -> bool:
        """Return whether the smallest scenario does not always fail after all, when a smaller one did not.

        Three failures in a row are soon had; to ask each cut for as many would then refuse most of them.
        """
        scenario = self.best.history.scenario
        if self._in_vain or self._wanted != _STEADY or key_of(scenario) in self._trusted:
            return False
        failed = runs = 0
        while runs < _RATED and not self._searching.over:
            runs += 1
            failed += self._once(scenario) is not None
        self._trusted.add(key_of(scenario))
        if failed < runs:
            self._steady = False
            # It has failed as often before it was doubted.
            self._attempts = _wanted(failed + _STEADY, runs + _STEADY)
        return failed < runs

    def plainly(self, first: Scenario) -> None:
        """Run what follows in no dress at all, if *first* always fails so: nothing is cheaper."""
        if self._dress == PLAIN:
            return
        found: list[Witnessed] = []
        while len(found) < _STEADY:
            if self._searching.over:
                return
            witnessed = self._once(wear(first, PLAIN))
            if witnessed is None:
                self._hasten(first)
                return
            found.append(witnessed)
            if witnessed.history.ended == "hung":
                self._attempts, self._met_again, self._hangs_surely = _HUNG_ATTEMPTS, True, len(found) == 1
                break
        else:
            self._steady = True
        self._change(PLAIN, first, found[-1])
        self.best = found[-1]

    def _hasten(self, first: Scenario) -> None:
        """Run what follows in no dress if *first* ever fails so, and its own holds processes up for long.

        In the time of one run in that dress, there are many in none.
        """
        plan = self._dress.preemption
        if plan is None or plan.pause_s[1] < _SLOW_S or self._hung:
            return
        if witnessed := self._confirmed(_MOST_ATTEMPTS, wear(first, PLAIN)):
            self._change(PLAIN, first, witnessed)
            self.best = witnessed

    def slice(self) -> None:
        """Keep only what the witness shows, and what belongs to it, if that fails."""
        for slice_of in (asked, hastened, past):
            left = slice_of(self.best.history, self.best.violation)
            if left is None or self._searching.over:
                continue
            attempts = self._attempts
            if slice_of is asked:  # Without it, what is left of programs is long.
                self._attempts = max(_LEAST_ATTEMPTS, attempts)
            if not self._stands(left, anyhow=True):
                self._attempts = attempts
        scenario = undressed(self.best.history.scenario)
        for one in slices(scenario, self.best.violation.witness):
            if self._searching.over or self._stands(one, anyhow=True):
                break
        stuck = 0
        for one in serial(self.best.history):
            self._in_vain = False
            if self._searching.over or stuck == _STUCK or self._stands(one):
                break
            stuck += self._in_vain

    def prune(self) -> None:
        """Cut out of the smallest scenario what it does not need to fail."""
        if self.rare:
            # What did not fail the first time may have been lucky: each call gives it another chance.
            self._known = {key: found for key, found in self._known.items() if found}
            self._effort = self._dress.rounds * self.best.history.scenario.step_count
        self.slice()
        pruned(undressed(self.best.history.scenario), self._stands, lambda: self._searching.over)

    def reduce(self) -> None:
        """Lower the numbers in the smallest scenario, if it always fails: a race would show less often."""
        if not self.rare:
            self._wanted = _SURELY
            reduced(undressed(self.best.history.scenario), self._stands, lambda: self._searching.over)
            self._wanted = _STEADY

    def _stands(self, scenario: Scenario, *, anyhow: bool = False) -> bool:
        """Return whether *scenario* fails, whatever was cut out of it; it is then the smallest.

        It must end by itself; or the model proves that it would on a right implementation; or, where the
        model is at a loss and every run so far hung, it does where all works, or that it hangs must be no
        part of the proof.  Otherwise the scenario is tried only if that should be done *anyhow*.
        """
        key = key_of(scenario)
        passed = key in self._known and self._known[key] is None
        if passed and not (anyhow and self._seldom):
            return False
        dress = self._fitting(scenario)
        dressed = wear(scenario, dress)
        ending = ending_of(dressed)
        unknown = ending is Ending.UNKNOWN
        if ending is Ending.STUCK and not self._misjudged:
            return False
        try:
            if unknown and self._hung and not (anyhow or _hung_beside(self.best) or self._ends(dressed, 1)):
                self._known[key] = None
                return False
            witnessed = None if passed else self._lasting(dressed)
            if witnessed is None and anyhow:
                witnessed = self._patiently(dressed)
            self._known[key] = witnessed
            if witnessed is None:
                return False
            hung = witnessed.history.ended != "normally"
            if hung and not self._hung:
                return False
            proved = ending is Ending.SURE or (
                unknown and hung and (_hung_beside(witnessed) or self._ends(dressed, _ENDS))
            )
        except HarnessFault:
            return False  # Not every cut leaves what an agent can run.
        if hung and not proved:
            return False
        self.best, self._dress = witnessed, dress
        if self._hung and witnessed.history.ended == "normally":
            self._hung = False
            self.settle_attempts(scenario)
        return True

    def _patiently(self, scenario: Scenario) -> Witnessed | None:
        """Return a witness if *scenario*, a slice of what shows most seldom, fails after all; asked once."""
        if not self._seldom or self._in_vain or key_of(scenario) in self._sliced:
            return None
        self._sliced.add(key_of(scenario))
        return self._sampled(scenario, Deadline(self._sampling_s * _SLICING), often=1)

    def _fitting(self, scenario: Scenario) -> Dress:
        """Return what *scenario* is to wear: if what is sought is rare, more rounds the fewer its steps are.

        A defect that shows once in so many operations shows as often then, in about the same time.
        """
        if not (self.rare and self._bursts and self._effort):
            return self._dress
        rounds = min(most_rounds(scenario), self._effort // max(1, scenario.step_count))
        return msgspec.structs.replace(self._dress, rounds=max(rounds, self._dress.rounds))

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
        self._known = {**self._origin, key_of(scenario): witnessed}

    def try_simplest(self, source: Batch) -> bool:
        """Return whether the theme's simplest scenario is smaller, and fails, which ends the search.

        Hypothesis begins every batch with it, before the failure is met, and then holds it
        to be known: without this it would never be tried.
        """
        scenario = batch(source.theme, seed=source.seed, index=0, size=1)[0]
        smaller = _size(scenario) <= _size(undressed(self.best.history.scenario))
        if smaller and self._fails(scenario):
            self._take(scenario)
            return True
        return False

    def try_hint(self, scenario: Scenario) -> bool:
        """Return whether *scenario* fails in what it wears, which ends the search."""
        witnessed = self._any_of(_LEAST_ATTEMPTS, scenario)
        if witnessed is None or not _believed(witnessed, scenario):
            return False
        self._change(dress_of(scenario), undressed(scenario), witnessed)
        self.best = witnessed
        return True

    def try_samples(self, samples: Iterable[Sample]) -> bool:
        """Return whether a smaller one of *samples* fails in the time for it, in as many rounds as can be.

        They are for what seldom fails: a scenario that was drawn has to be large to show it.
        """
        if self._steady and not self.bursts:
            return False
        until = Deadline(self._sampling_s)
        tries = [*self._to_sample(samples)]
        for at, (sample, dress) in enumerate(tries):
            scenario = undressed(sample.scenario)
            if witnessed := self._sampled(wear(scenario, dress), Deadline(until.left_s / (len(tries) - at))):
                self._go_on_from(sample, dress, witnessed)
                return True
        return False

    def try_drawn(self, found: Iterable[Sample]) -> bool:
        """Return whether one of *found*, much smaller, fails in the time for samples, in many rounds.

        They are run by turns until one fails, which then has to fail again.  In place of what never failed
        again, a larger one may.
        """
        if self._steady and not self.bursts:
            return False
        until = Deadline(self._sampling_s)
        if until.over:
            return False
        part = _LARGER if self.elusive else _MUCH_SMALLER
        tries = collections.deque(self._to_sample(found, part=part))
        while tries and not (until.over or self._searching.over):
            sample, dress = tries.popleft()
            scenario = wear(undressed(sample.scenario), dress)
            witnessed = self._once(scenario)
            if self._in_vain:
                continue
            if witnessed and (again := self._sampled(scenario, Deadline(until.left_s / 2), often=1)):
                self._go_on_from(sample, dress, again)
                return True
            tries.append((sample, dress))
        return False

    def _go_on_from(self, sample: Sample, dress: Dress, witnessed: Witnessed) -> None:
        """Cut *sample* from now on, which in *dress* failed as *witnessed*."""
        self._change(dress, undressed(sample.scenario), witnessed)
        self.best, self._bursts = witnessed, sample.bursts
        self._hung = self._hung and witnessed.history.ended == "hung"

    def _to_sample(self, samples: Iterable[Sample], *, part: float = 1.0) -> Iterator[tuple[Sample, Dress]]:
        """Yield each smaller one of *samples*, plain and dressed as it is, in as many rounds as can be.

        Smaller is what is less than that *part* of the smallest so far.
        """
        steps, length = _size(undressed(self.best.history.scenario))
        for sample in samples:
            if _size(undressed(sample.scenario)) < (steps * part, length):
                if self._hangs_surely:  # It needs no rounds.
                    yield sample, self._dress
                    continue
                rounds = most_rounds(sample.scenario) if sample.bursts else 1
                dresses = (Dress(rounds=rounds), msgspec.structs.replace(self._dress, rounds=rounds))
                yield from ((sample, dress) for dress in dict.fromkeys(dresses))

    def _sampled(self, scenario: Scenario, until: Timer, *, often: int = _CONFIRMED) -> Witnessed | None:
        """Run *scenario* until it has failed so *often*, at most so often; return a witness of that."""
        failed: list[Witnessed] = []
        for _ in range(_SAMPLED):
            if until.over or self._searching.over:
                break
            witnessed = self._once(scenario)
            if witnessed and _believed(witnessed, scenario, drawn=True):
                failed.append(witnessed)
            if self._in_vain or len(failed) == often:
                break
        return failed[-1] if len(failed) == often else None

    def minimise(self, source: Batch) -> None:
        """Let Hypothesis minimise the failing scenario of batch *source*, while there is time."""
        with contextlib.suppress(_StillFailsError, _OverError):
            generate(source, self._body, shrink=True)

    def repeat(self) -> Shrunk:
        """Repeat the smallest scenario while there is time; return what is known of it."""
        scenario = self.best.history.scenario
        counts = self._counts.setdefault(key_of(scenario), [0, 0])
        slow = span_s(self.best.history) > _SLOW_RUN_S
        while counts[1] < _REPEATS and not self._repeating.over:
            if slow and counts[0] == counts[1] >= _REPEATS_SLOW:
                break
            self._once(scenario)
        return Shrunk(witnessed=self.best, failed=counts[0], repeated=counts[1])

    def _body(self, scenario: Scenario) -> None:
        """Raise if *scenario* fails.

        Up to the known failure, scenarios of the batch pass without being run, so that the
        batch comes out as it did before.
        """
        if self._searching.over:
            raise _OverError
        key = key_of(scenario)
        if key not in self._known and not self._met:
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
            self._known[key] = self._lasting(wear(scenario, self._dress))
        return self._known[key] is not None

    def _any_of(self, times: int, scenario: Scenario) -> Witnessed | None:
        """Run *scenario*, as it is dressed, until it fails, at most so many *times*."""
        for _ in range(times):
            if self._searching.over:
                return None
            witnessed = self._once(scenario)
            if witnessed or self._in_vain:
                return witnessed
        return None

    def _confirmed(self, times: int, scenario: Scenario) -> Witnessed | None:
        """Run *scenario* at most so many *times*; return a witness if it fails often enough in them.

        What always failed, and what may be run once only, need fail but once.
        """
        runs = self._runs
        first = self._any_of(times, scenario)
        if first and first.history.ended == "hung":
            self._attempts = min(_MOST_ATTEMPTS, _HUNG_ATTEMPTS * (self._runs - runs))
        if first and self._hung and not self._met_again:
            self._hangs_surely = self._runs == runs + 1
        elif first and self._hangs_surely and first.history.ended == "hung":
            if self._runs == runs + 1 and self._once(scenario):
                return first
            self._hangs_surely = self._once(self.best.history.scenario) is not None
            if self._hangs_surely:
                return None
        self._met_again = self._met_again or (first is not None and first.history.ended == "hung")
        if first is None or self._steady or self._hung:
            return first
        again = all(self._any_of(max(1, times - 1), scenario) for _ in range(_CONFIRMED - 1))
        return first if again else None

    def _once(self, scenario: Scenario) -> Witnessed | None:
        """Run *scenario* once, and count."""
        began_ns = now_ns()
        try:
            witnessed = self._trial(scenario)
        except InVainError:
            witnessed = None
            self._in_vain = True
        else:
            self._in_vain = False
            if witnessed is None:
                self._passed_s = (now_ns() - began_ns) / 1e9
        self._runs += 1
        counts = self._counts.setdefault(key_of(scenario), [0, 0])
        counts[0] += witnessed is not None
        counts[1] += 1
        return witnessed


def _believed(witnessed: Witnessed, scenario: Scenario, *, drawn: bool = False) -> bool:
    """Return whether *witnessed*, a run of *scenario* from which parts were cut, shows a defect.

    It may not only hang because nobody is left who would end a wait.  What a theme has *drawn* comes to an
    end: where the model is at a loss, a hang of that shows a defect.
    """
    if witnessed.history.ended == "normally":
        return True
    ending = ending_of(scenario)
    return ending is Ending.SURE or (drawn and ending is Ending.UNKNOWN)


def _hung_beside(witnessed: Witnessed) -> bool:
    """Return whether calls that ended prove all: that somebody else waits for ever, is not what is shown."""
    violation = witnessed.violation
    ended = bool(violation.witness) and not any(op.open for op in violation.witness)
    return ended and not violation.observed


def span_s(history: History) -> float:
    """Return how long the operations of *history* took in all, in seconds; 0 of one that hung."""
    if history.ended == "hung" or not history.operations:
        return 0.0
    ends = (op.returned_ns or op.invoked_ns for op in history.operations)
    return (max(ends) - history.operations[0].invoked_ns) * max(1, history.scenario.rounds) / 1e9


def quiet_s(history: History) -> float:
    """Return for how long, at most, no operation of *history* began or ended, in seconds."""
    ends = sorted(at for op in history.operations for at in (op.invoked_ns, op.returned_ns) if at is not None)
    return max((after - before for before, after in itertools.pairwise(ends)), default=0) / 1e9


def _wanted(failed: int, runs: int) -> int:
    """Return how often to run what failed so often, so that a failure is seldom missed."""
    rate = (failed + 1) / (runs + 2)
    return max(_LEAST_ATTEMPTS, min(_MOST_ATTEMPTS, math.ceil(math.log(_MISSED) / math.log(1 - rate))))


def _size(scenario: Scenario) -> tuple[int, int]:
    """Return by what scenarios are compared: what a reader has to read; the longer text is the larger one."""
    return length_of(scenario), len(key_of(scenario))


def shrink(
    first: Witnessed,
    source: Batch,
    *,
    trial: Trial,
    searching: Timer,
    repeating: Timer,
    aids: Aids = _NO_AIDS,
) -> Shrunk:
    """Return the smallest scenario found that fails like *first*, which belongs to batch *source*.

    No smaller one is sought once *searching* is over, and none is repeated once *repeating*
    is.
    """
    bursts = source.theme.bursts
    search = _Search(first, trial, searching, repeating, bursts=bursts, aids=aids)
    scenario = undressed(first.history.scenario)
    if not searching.over and not (aids.hint and search.try_hint(aids.hint)):
        search.plainly(scenario)
        search.slice()
        scenario = undressed(search.best.history.scenario)
        search.settle_attempts(scenario)
        if search.elusive:
            search.slice()  # Each for longer, now that it is known to be rare.
            scenario = undressed(search.best.history.scenario)
        if search.hangs_only:
            search.prune()  # Of the few hangs that there is time for, a cut makes more than a sample.
        sampled = search.try_samples(aids.samples) or search.try_drawn(drawn(source))
        if not sampled:
            search.amplify(scenario)
        if search.rare or search.bursts:
            # To find a simpler dress takes dozens of runs of what is still large.
            search.prune()
        search.undress()
        if not sampled and not search.try_simplest(source):
            # Cutting is quick, and goes far; what is left of the time is for what only the theme knows.
            search.prune()
            search.minimise(source)
        search.prune()
        search.narrow()
        search.reduce()
    return search.repeat()
