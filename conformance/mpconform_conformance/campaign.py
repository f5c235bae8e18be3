"""A campaign: one family explored on one backend, and every requirement judged on all of it.

No agent is ever idle: while each runs one scenario, the history before it is judged and the
next scenarios are generated.  Violations are collected first and shrunk afterwards, so that
the whole budget is always explored, whatever is found.
"""

import collections
import contextlib
import gc
import itertools
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import msgspec

from mpconform.backend import Backend, Offer, missing
from mpconform.clock import Deadline
from mpconform.errors import HarnessFault
from mpconform.events import CampaignEvent, ContractEvent, FaultEvent, LitmusEvent, ResultEvent
from mpconform.lanes import Lane, Lanes
from mpconform.measured import Measured
from mpconform.store import Witnessed
from mpconform.values import History, Requirement, Scenario
from mpconform_conformance import offered, threads
from mpconform_conformance.ahead import Ahead
from mpconform_conformance.bearing import Bearing
from mpconform_conformance.catalogue import Checker
from mpconform_conformance.directed import Directed
from mpconform_conformance.explore import Batch, batches, length_of
from mpconform_conformance.strategies import PLAIN, Pace, Swarm, dress_of
from mpconform_conformance.tally import Overlap, Tally
from mpconform_conformance.turns import Turns
from mpconform_scenarios.family import Family, Theme

__all__ = ("Campaign", "Cell", "Litmus", "Met", "Replayer", "Run", "Runner", "Time")

#: After so many hangs a theme is left alone, once hangs, each of seconds, have cost that share of the budget.
_MOST_HANGS, _HANGS_SHARE = 3, 0.15
#: After so many defects of ours a campaign is given up.
_MOST_FAULTS = 3
#: So many scenarios of each theme are generated before they are needed.
_AHEAD = 4
#: A thread that generates gives way to the one that serves the agent after this long.
_SWITCH_S = 0.0002
#: The collector looks at new objects after so many: a few histories.
_ALLOCATIONS = 20_000
#: The simplest scenario of every theme, and what is directed, may take so many times the budget, ...
_FIRST_ROUND = 3.0
#: ... or as long as so many violations may be shrunk: a share of a large run can be a few seconds.
_FIRST_ROUND_SHARES = 2.5
#: Of each theme every third turn goes to a scenario that the first round knew, in the dress of a strategy.
_AGAIN = 3
#: What the first round ran in vain, and was not shown meanwhile, is run so many times more at the end, ...
_LAST_TRIES = 8
#: ... or for so many seconds, if that is more often.
_LAST_TRIES_S = 1.0


@contextlib.contextmanager
def _nimble() -> Iterator[None]:
    """Let threads take turns more often, and the collector look less often, for the length of the block.

    Histories are large, soon dropped, and hardly ever cyclic.
    """
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_S)
    gc.set_threshold(_ALLOCATIONS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)


class Time(Protocol):
    """What says when to stop: a ``mpconform.clock.Deadline``, or something that may end earlier."""

    @property
    def left_s(self) -> float:
        """The seconds that are left."""

    @property
    def over(self) -> bool:
        """Whether none are left."""


class Run(Protocol):
    """What a runner brings back from one scenario."""

    @property
    def histories(self) -> tuple[History, ...]:
        """What happened, round by round."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def ended(self) -> str:
        """How it ended: ``normally``, ``hung`` or ``crashed``."""

    @property
    def tapes(self) -> dict[str, bytes]:
        """The raw tapes, by name."""


class Replayer(Protocol):
    """What runs one scenario after the other."""

    def run(self, scenario: Scenario) -> Run:
        """Begin *scenario* and wait for its end."""

    def remember(self, history: History) -> None:
        """Know a hang like that of *history* at once, as one that has hung before."""

    def hurried(self, *, quiet_s: float = 0.0) -> contextlib.AbstractContextManager[None]:
        """Give up soon what is at rest, but not before *quiet_s* seconds are over, within this block."""


class Runner(Replayer, Lane, Protocol):
    """What runs scenarios on a backend: a ``mpconform.runner.Runner``."""

    def submit(self, scenario: Scenario) -> None:
        """Begin *scenario*; at most one is under way."""

    def collect(self) -> Run:
        """Wait for the end of the scenario that is under way."""

    @property
    def agents(self) -> int:
        """How many agents were started."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One family on one backend, the time that it may take, and how many scenarios run side by side.

    It explores for *budget_s*, and has done so *ends_s* after the first campaign of its worker began,
    if that is known; then it may shrink what it found, until *grace_s* later, each for *shrink_s* at most.
    What its scenarios execute of the backend is measured if *measured* says how.
    """

    family: str
    backend: Backend
    offer: Offer
    budget_s: float
    shrink_s: float
    ends_s: float | None = None
    grace_s: float = 0.0
    lanes: int = 1
    measured: Measured | None = None

    @property
    def name(self) -> str:
        """How it is called: ``queue on multiprocessing:fork``."""
        return f"{self.family} on {self.backend.spec}"

    def shortened(self, left: float) -> "Cell":
        """Return this cell with the part *left* of the time to explore, as all others of the run have it."""
        ends_s = None if self.ends_s is None else self.ends_s * left
        return msgspec.structs.replace(self, budget_s=self.budget_s * left, ends_s=ends_s)


class _Flight(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario under way."""

    source: Batch
    scenario: Scenario
    runner: Runner


class Met(msgspec.Struct, kw_only=True):
    """A way in which a requirement was broken: the first run that did, and the smallest, with its batch."""

    requirement: Requirement
    checker: Checker
    witnessed: Witnessed
    smallest: Witnessed
    smallest_source: Batch

    @property
    def kind(self) -> str:
        """In which way."""
        return self.witnessed.violation.kind


class Litmus(msgspec.Struct, kw_only=False):
    """What came of one litmus program: how often it ran, and what it was seen to violate."""

    theme: Theme
    runs: int = 0
    operations: int = 0
    violated: dict[str, None] = msgspec.field(default_factory=dict)


def _effort(history: History) -> int:
    """Return a number that grows with what it takes to read a history, and to run its scenario again."""
    scenario = history.scenario
    hung = history.ended != "normally"
    return length_of(scenario) + 10 * (dress_of(scenario) != PLAIN) + 20 * hung


def _why_not(requirement: Requirement, cell: Cell) -> str:
    """Return why *requirement* cannot be asked of the backend of *cell*; empty if it can."""
    if lacking := missing(cell.offer, requirement.needs):
        return f"{cell.backend.module} offers no {', '.join(lacking)}"
    if threads.met(cell.offer) and (reason := threads.why_not(requirement)):
        return f"the processes of {cell.backend.module} are threads: {reason}"
    if requirement.promised(cell.offer.python):
        return ""
    when = f"from Python {requirement.since} on" if requirement.since else ""
    until = f"up to Python {requirement.until}" if requirement.until else ""
    return f"promised {' '.join(filter(None, (when, until)))}; this is {cell.offer.python}"


class Campaign:
    """Explores one cell: counts for every requirement, the first violation of every kind.

    *met* is called at once with each violation that is new, so that it can be stored before
    anything else happens; *keep* with every history, if all are to be kept.
    """

    def __init__(
        self,
        cell: Cell,
        *,
        family: Family,
        requirements: Iterable[tuple[Requirement, Checker]],
        seed: int,
        directed: Iterable[Directed] = (),
        named: Mapping[str, str] = MappingProxyType({}),
        met: Callable[[Met], None] = lambda _: None,
        keep: Callable[[History], None] = lambda _: None,
    ) -> None:
        """Prepare to judge *requirements*, each with its checker; those not supported are not asked.

        What is *directed* is run early; *named* says whose theme's simplest scenario serves a requirement.
        """
        self.cell = cell
        self.met: list[Met] = []
        self.faults: list[str] = []
        self._seed = seed
        self._announce = met
        self._keep = keep
        asked = tuple(requirements)
        self._unsupported = {r.id: why for r, _ in asked if (why := _why_not(r, cell))}
        self._requirements = tuple(r for r, _ in asked)
        self._tallies = tuple(Tally(r, c) for r, c in asked if r.id not in self._unsupported)
        self._checkers = {r.id: c for r, c in asked}
        self._litmus = {theme.name: Litmus(theme) for theme in family.litmus}
        able_themes = (t for t in family.all_themes if not self._lacking(t))
        self._themes = tuple(offered.fitting(theme, cell.offer) for theme in able_themes)
        if threads.met(cell.offer):
            self._themes = tuple(map(threads.fitting, self._themes))
            directed = [msgspec.structs.replace(d, scenario=threads.fitted(d.scenario)) for d in directed]
        self._reach = offered.reach(family, cell.offer, directed=directed, named=named, lacks=self._lacking)
        named = self._reach.served
        self._serves = collections.Counter(named.get(t.requirement.id, "") for t in self._tallies)
        self._turns = Turns(self._themes, [tally.requirement for tally in self._tallies], named=named)
        #: Of each theme what is small (its simplest scenario, what is directed), and for which requirements;
        #: the first round ran it if their evidence was lacking.
        self._sought: dict[str, list[tuple[Iterable[str], tuple[Batch, Scenario]]]] = collections.defaultdict(
            list
        )
        self._dropped: set[str] = set()
        self._hangs: collections.Counter[str] = collections.Counter()
        self._hung_s = 0.0
        self._scenarios: collections.Counter[str] = collections.Counter()
        self._overlap = Overlap()
        self._bearing = Bearing()
        self._operations = 0
        self._histories = 0
        self._pace = Pace(threads=threads.met(cell.offer))
        self._known: dict[tuple[str, str], Met] = {}
        self._swarms = {theme.name: Swarm(theme, self._pace, seed=seed) for theme in self._themes}
        self._ended: collections.Counter[str] = collections.Counter()

    def _lacking(self, theme: Theme) -> tuple[str, ...]:
        """Return what *theme* needs and the backend does not offer; nothing if its scenarios can be run."""
        if found := offered.lacking(theme, self.cell.offer):
            return found
        asked_of_threads = threads.met(self.cell.offer)
        return ("processes",) if asked_of_threads and not threads.run(self.cell.family, theme.name) else ()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to run: no requirement, or no theme, that the backend supports."""
        return not self._tallies or not self._themes

    @property
    def _given_up(self) -> bool:
        """Whether too many defects of ours have shown."""
        return len(self.faults) >= _MOST_FAULTS

    def explore(
        self,
        runners: Sequence[Runner],
        deadline: Time,
        *,
        first_round: Time | None = None,
        last_round: Callable[[], Time] | None = None,
    ) -> None:
        """Run scenarios on *runners*, side by side, until *deadline*, and judge their histories.

        The simplest scenario of every theme is run whatever the time (up to *first_round*), and then what is
        directed, so that even the shortest campaign has evidence for everything.  What still lacks evidence
        at the *deadline* has a *last_round*, whose time begins when that is called.  As many runners as the
        cell has lanes are always at work; the others only while those do nothing but wait.
        """
        most_s = max(self.cell.budget_s * _FIRST_ROUND, self.cell.shrink_s * _FIRST_ROUND_SHARES)
        limit = first_round or Deadline(most_s)
        sources = {theme.name: batches(theme, seed=self._seed) for theme in self._themes}
        lanes = Lanes(runners, always=self.cell.lanes)
        with Ahead(sources, most=_AHEAD) as ahead, _nimble():
            self._explore(lanes, self._timely(ahead, lanes, deadline, limit))
            if last_round:
                self._explore(lanes, self._last_round(last_round()))

    def _explore(self, lanes: Lanes[Runner], turns: Iterator[tuple[Batch, Scenario]]) -> None:
        """Run what *turns* yields; judge each history while the next scenarios run."""
        flights: dict[int, _Flight] = {}
        unjudged: tuple[Batch, Run] | None = None
        while True:
            while (runner := lanes.free) and (turn := next(turns, None)):
                flight = _Flight(source=turn[0], scenario=turn[1], runner=runner)
                if self._begin(flight):
                    flights[id(runner)] = flight
                    lanes.begin()
            # From here the agents are at work, and so are we.
            if unjudged:
                self._judge(*unjudged)
                unjudged = None
            if not flights:
                return
            if ended := lanes.ended():
                unjudged = self._end(flights.pop(id(ended)))

    def _begin(self, flight: _Flight) -> bool:
        """Begin to run a scenario; return whether that could be done."""
        try:
            flight.runner.submit(flight.scenario)
        except HarnessFault:
            self._fault(flight.source.theme, flight.scenario)
            return False
        return True

    def _end(self, flight: _Flight) -> tuple[Batch, Run] | None:
        """Wait for the end of a scenario; return its run, or None if a defect of ours spoilt it."""
        try:
            run = flight.runner.collect()
        except HarnessFault:
            self._fault(flight.source.theme, flight.scenario)
            return None
        self._count(flight.source.theme, run)
        if run.ended == "normally":
            self._pace.note(flight.scenario, run.seconds)
        return flight.source, run

    def _timely(
        self, ahead: Ahead[tuple[Batch, Scenario]], lanes: Lanes[Runner], deadline: Time, limit: Time
    ) -> Iterator[tuple[Batch, Scenario]]:
        """Yield what is to be run until there is no time left for another one."""
        whole_s = deadline.left_s
        number = 0
        for turn in self._first_round(ahead, lanes):
            if limit.over or self._given_up:
                return
            yield turn
            number += 1
        for turn in self._later(ahead, deadline):
            # It would, on the mean, end too late.
            if (left_s := deadline.left_s) <= (whole_s - left_s) / max(1, number) * self.cell.lanes:
                return
            if self._given_up:
                return
            yield turn
            number += 1

    def _first_round(
        self, ahead: Ahead[tuple[Batch, Scenario]], lanes: Lanes[Runner]
    ) -> Iterator[tuple[Batch, Scenario]]:
        """Yield the simplest scenario of each theme, and then what is directed to what lacks evidence.

        What takes long comes last, unless there is a lane for it beside others that wait.
        """
        themes = {theme.name: theme for theme in self._themes}
        served: dict[str, list[str]] = collections.defaultdict(list)
        for requirement, name in self._reach.served.items():
            served[name].append(requirement)
        left = sorted(self._themes, key=self._rank)
        while left:
            slow = next((n for n, theme in enumerate(left) if theme.every > 1), 0) if lanes.waiting else 0
            theme = left.pop(slow)
            self._turns.begun(theme.name)
            turn = ahead.take(theme.name)
            self._sought[theme.name].append((served[theme.name], turn))
            yield turn
        asked = {tally.requirement.id for tally in self._tallies}
        for one in self._reach.directed:
            name = one.scenario.theme
            if name not in themes or name in self._dropped or asked.isdisjoint(one.gives):
                continue
            # Nothing that the theme draws; to be cut smaller, it needs no batch that holds it.
            turn = Batch(theme=themes[name], seed=self._seed, index=0, size=1), one.scenario
            self._sought[name].append((one.gives, turn))
            if one.catches or any(map(self._turns.lacks, one.gives)):
                self._turns.begun(name)
                yield turn

    def _rank(self, theme: Theme) -> tuple[bool, bool, bool, int]:
        """Return the place of *theme* in the first round, should its time not suffice for all.

        What serves nothing that is asked comes last; the rest begins with the litmus programs, and then with
        what serves most; what is run seldom, because it takes so long, ends it.
        """
        serves = self._serves[theme.name]
        return not serves, theme.every > 1, theme.name not in self._litmus, -serves

    def _later(
        self, ahead: Ahead[tuple[Batch, Scenario]], deadline: Time
    ) -> Iterator[tuple[Batch, Scenario]]:
        """Yield scenarios of the themes whose turn it is, each in the dress of a strategy.

        What was to give evidence in the first round, and did not, has every other turn of its theme until it
        does.  Of the others, every third goes to a sample of its theme: in many rounds, or held up, those
        show most of what is broken seldom.
        """
        repeated: collections.Counter[str] = collections.Counter()
        others: collections.Counter[str] = collections.Counter()
        samples = {name: itertools.cycle(turn for _, turn in sought) for name, sought in self._sought.items()}
        while name := self._turns.next(deadline.left_s):
            self._turns.begun(name)
            known = self._in_vain(name)
            repeated[name] += known is not None
            if known is not None and repeated[name] % 2:
                yield known
                continue
            others[name] += 1
            again = others[name] % _AGAIN == 0 and name in samples
            source, scenario = next(samples[name]) if again else ahead.take(name)
            yield source, self._swarms[name].dress(scenario)

    def _last_round(self, until: Time) -> Iterator[tuple[Batch, Scenario]]:
        """Yield what the first round ran for a requirement that still lacks evidence, a few times each.

        So a machine that was busy for a while leaves nothing unknown.
        """
        tries = {name: max(_LAST_TRIES, self._turns.times(name, _LAST_TRIES_S)) for name in self._sought}
        for number in range(max(tries.values(), default=0)):
            for name in self._sought:
                if until.over or self._given_up:
                    return
                if number < tries[name] and name not in self._dropped and (known := self._in_vain(name)):
                    self._turns.begun(name)
                    yield known

    def _in_vain(self, name: str) -> tuple[Batch, Scenario] | None:
        """Return what the first round ran of the theme *name* for a requirement that still lacks evidence."""
        for gives, turn in reversed(self._sought[name]):
            if any(map(self._turns.lacks, gives)):
                return turn
        return None

    def _count(self, theme: Theme, run: Run) -> None:
        """Count a run; a theme that hangs time and again is dropped, unless there is time enough.

        A defect that makes most scenarios of a theme hang may show in another way in the next.
        """
        self._scenarios[theme.name] += 1
        self._ended[run.ended] += 1
        if run.ended == "hung":
            self._hangs[theme.name] += 1
            self._hung_s += run.seconds
            dear = self._hung_s >= _HANGS_SHARE * self.cell.budget_s
            if dear and self._hangs[theme.name] >= _MOST_HANGS:
                self._drop(theme)

    def _drop(self, theme: Theme) -> None:
        """Run no more of *theme*."""
        self._dropped.add(theme.name)
        self._turns.drop(theme.name)

    def _fault(self, theme: Theme, scenario: Scenario) -> None:
        """Keep the defect of ours that is being handled, with its scenario; leave the theme alone."""
        self._drop(theme)
        text = msgspec.json.encode(scenario).decode()
        self.faults.append(f"{traceback.format_exc()}theme: {theme.name}\nscenario: {text}")

    def _judge(self, source: Batch, run: Run) -> None:
        """Let every requirement judge the histories of one run; announce the violations that are new."""
        litmus = self._litmus.get(source.theme.name)
        before = [tally.judged for tally in self._tallies]
        for history in run.histories:
            self._histories += 1
            self._operations += len(history.operations)
            self._overlap.add(history)
            self._keep(history)
            self._bearing.judge(history)
            if litmus:
                litmus.runs += 1
                litmus.operations += len(history.operations)
            for tally in self._tallies:
                violations = tally.judge(history)
                if litmus and violations:
                    litmus.violated[tally.requirement.id] = None
                for violation in violations:
                    witnessed = Witnessed(history=history, violation=violation, tapes=run.tapes)
                    self._meet(tally.requirement, source, witnessed)
        gave = [t.requirement.id for t, known in zip(self._tallies, before, strict=True) if t.judged > known]
        self._turns.ended(source.theme.name, gave=gave, seconds=run.seconds)

    def _meet(self, requirement: Requirement, source: Batch, witnessed: Witnessed) -> None:
        """Announce a violation if it is of a new kind; otherwise keep it if it is the smallest."""
        key = (requirement.id, witnessed.violation.kind)
        known = self._known.get(key)
        if known is None:
            met = Met(
                requirement=requirement,
                checker=self._checkers[requirement.id],
                witnessed=witnessed,
                smallest=witnessed,
                smallest_source=source,
            )
            self._known[key] = met
            self.met.append(met)
            self._announce(met)
        elif _effort(witnessed.history) < _effort(known.smallest.history):
            known.smallest, known.smallest_source = witnessed, source

    def litmus_events(self) -> tuple[LitmusEvent, ...]:
        """Return what came of each litmus program of the family."""
        spec = self.cell.backend.spec
        return tuple(
            LitmusEvent(
                name=litmus.theme.name,
                title=litmus.theme.title,
                family=self.cell.family,
                backend=spec,
                runs=litmus.runs,
                operations=litmus.operations,
                hung=self._hangs[litmus.theme.name],
                violated=tuple(litmus.violated),
                lacking=self._lacking(litmus.theme),
            )
            for litmus in self._litmus.values()
        )

    def contract_events(self) -> tuple[ContractEvent, ...]:
        """Return which contracts the objects of this campaign kept."""
        return self._bearing.events(self.cell.family, self.cell.backend.spec)

    def seen(self, met: Met) -> int:
        """Return in how many histories the requirement was broken in the way of *met*."""
        return next(t.seen[met.kind] for t in self._tallies if t.requirement.id == met.requirement.id)

    def results(self, witness: Callable[[Met], str]) -> tuple[ResultEvent, ...]:
        """Return what is concluded about each requirement; *witness* names a violation's folder."""
        spec = self.cell.backend.spec
        firsts: dict[str, Met] = {}
        for met in self.met:
            firsts.setdefault(met.requirement.id, met)
        nothing = "" if self._themes else "no theme of this family can run on this backend"
        if self.faults and not self._scenarios:
            nothing = "a defect of ours kept every scenario from running"
        found = {
            t.requirement.id: t.result(
                spec,
                witness=witness(firsts[t.requirement.id]) if t.requirement.id in firsts else None,
                why_nothing=nothing,
                beyond=self._why_beyond(t.requirement.id),
            )
            for t in self._tallies
        }
        for requirement, reason in self._unsupported.items():
            found[requirement] = ResultEvent(
                requirement=requirement, backend=spec, status="unsupported", reason=reason
            )
        return tuple(found[requirement.id] for requirement in self._requirements)

    def _why_beyond(self, requirement: str) -> str:
        """Return why what is known to give evidence for *requirement* cannot be run; empty if it can."""
        if not (lacking := self._reach.beyond.get(requirement)):
            return ""
        return f"scenarios that show it also need {', '.join(lacking)}: {self.cell.backend.module} lacks that"

    def event(self, *, seconds: float, agents: int) -> CampaignEvent:
        """Return how much was done."""
        measures: dict[str, int] = {}
        for tally in self._tallies:
            # Several requirements may report one measure of the same histories.
            for name, count in tally.measures.items():
                measures[name] = max(count, measures.get(name, 0))
        return CampaignEvent(
            family=self.cell.family,
            backend=self.cell.backend.spec,
            seconds=round(seconds, 3),
            scenarios=sum(self._scenarios.values()),
            histories=self._histories,
            operations=self._operations,
            themes=dict(self._scenarios),
            measures={"mean_overlap_percent": self._overlap.percent, **measures},
            hung=self._ended["hung"],
            crashed=self._ended["crashed"],
            agents=agents,
        )

    def fault_events(self) -> tuple[FaultEvent, ...]:
        """Return the defects of ours that showed: of the harness, and of checkers."""
        told = [*(tally.fault for tally in self._tallies), self._bearing.fault]
        texts = self.faults + [fault for fault in told if fault]
        return tuple(
            FaultEvent(text=text, family=self.cell.family, backend=self.cell.backend.spec) for text in texts
        )
