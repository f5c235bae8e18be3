"""Strategies: how a scenario is run, so that races show: many rounds, held processes, one processor.

A swarm (Groce et al., 2012) of them finds more than any single one: what one defect needs, hides
another.  Which one found a violation is recorded with it.
"""

import collections
import zlib
from collections.abc import Iterator

import msgspec

from mpconform.values import Fault, Preemption, Scenario
from mpconform_scenarios.family import Theme

__all__ = (
    "PLAIN",
    "Dress",
    "Pace",
    "Swarm",
    "dress_of",
    "most_rounds",
    "narrower",
    "simpler",
    "undressed",
    "wear",
)

#: A burst goes on for about so many times of what starting its processes costs, ...
_STARTS = 3.0
#: ... but for no longer than this, in seconds, and with no more rounds and objects than this.
_LONGEST_S = 0.4
_MOST_ROUNDS = 32
_MOST_OBJECTS = 64
#: Rounds of a burst before anything was measured.
_FIRST_ROUNDS = 6
#: The weight of the latest measurement in the mean.
_NEW = 0.3
_LEAST_S = 0.002


class Dress(msgspec.Struct, frozen=True, kw_only=True):
    """What is put over a scenario: so many rounds, a plan that holds its processes up, stops of processes."""

    rounds: int = 1
    preemption: Preemption | None = None
    stops: tuple[Fault, ...] = ()

    @property
    def name(self) -> str:
        """The strategy."""
        if self.preemption:
            return self.preemption.strategy
        if self.stops:
            return "stops"
        return "burst" if self.rounds > 1 else "plain"

    @property
    def strategy(self) -> str:
        """How it is called in reports."""
        return f"{self.name}, {self.rounds} rounds" if self.rounds > 1 else self.name


PLAIN = Dress()


def dress_of(scenario: Scenario) -> Dress:
    """Return what *scenario* wears."""
    stops = tuple(fault for fault in scenario.faults if fault.worn)
    return Dress(rounds=scenario.rounds, preemption=scenario.preemption, stops=stops)


def undressed(scenario: Scenario) -> Scenario:
    """Return *scenario* as its theme drew it, with faults, but without the stops of a strategy."""
    # The empty tuple of Python 3.10 is not always the same one, and only that one is left out of the JSON.
    faults = tuple(fault for fault in scenario.faults if not fault.worn) or ()
    return msgspec.structs.replace(scenario, rounds=1, preemption=None, faults=faults)


def wear(scenario: Scenario, dress: Dress) -> Scenario:
    """Return *scenario* in *dress*; of actors that it does not have, nobody is held."""
    preemption = dress.preemption
    if preemption and preemption.actors:
        actors = tuple(name for name in preemption.actors if name in (*scenario.actors, "worker"))
        preemption = msgspec.structs.replace(preemption, actors=actors) if actors else None
    bare = undressed(scenario)
    stops = [stop for stop in dress.stops if stop.actor in scenario.actors]
    faults = (*bare.faults, *stops) if stops else bare.faults
    return msgspec.structs.replace(bare, rounds=dress.rounds, preemption=preemption, faults=faults)


def _stops(scenario: Scenario, seed: int) -> tuple[Fault, ...]:
    """Return the stops of one or two actors, each somewhere in the backend's code."""
    names = sorted(scenario.actors)
    chances = [zlib.crc32(f"stop {n} {seed}".encode()) / 2**32 for n in range(6)]
    return tuple(
        Fault(
            actor=names[int(where * len(names))],
            signal="SIGSTOP",
            after=int(10 * 300**when),
            length_s=round(0.02 * 10**length, 3),
        )
        for where, when, length in (chances[:3], chances[3:])[: 1 + seed % 2]
    )


def _held(strategy: str, seed: int) -> Preemption | None:
    """Return the plan of *strategy*; its numbers vary with *seed*."""
    chance = zlib.crc32(f"{strategy}/{seed}".encode()) / 2**32
    match strategy:
        case "together":
            return Preemption(strategy=strategy, seed=seed, together=True)
        case "yields":
            # It only gives up the processor: cheap, and enough for a window between two instructions.
            return Preemption(strategy=strategy, seed=seed, probability=0.02 + 0.08 * chance, together=True)
        case "preemption":
            pauses = ((5e-5, 5e-4), (1e-4, 5e-3))[seed % 2]
            probability = (0.04, 0.008)[seed % 2] * (0.25 + chance)
            return Preemption(strategy=strategy, seed=seed, probability=probability, pause_s=pauses)
        case "starvation":
            # Rare, so that a run is not slowed down everywhere, and long enough for all others to come by.
            return Preemption(
                strategy=strategy, seed=seed, probability=0.0002 + 0.001 * chance, pause_s=(1e-3, 1.0)
            )
        case "priorities":
            return Preemption(strategy=strategy, seed=seed, priorities=1 + seed % 4)
        case "one processor":
            return Preemption(strategy=strategy, seed=seed, probability=0.01 + 0.1 * chance, one_cpu=True)
    return None


#: The share of the time that each strategy is given, in percent.
_SHARES = {
    "plain": 16,
    "burst": 14,
    "together": 16,
    "yields": 16,
    "preemption": 22,
    "starvation": 8,
    "priorities": 4,
    "one processor": 4,
    "stops": 4,
}
#: Those that hold up nobody, and stop no process.
_OF_THREADS = ("plain", "burst")
#: In one round only: it would be held up for longer than all of the others take.
_NO_BURST = frozenset({"plain", "starvation", "stops"})


def most_rounds(scenario: Scenario) -> int:
    """Return how many rounds a burst of *scenario* may have: its objects are all there from the beginning."""
    return min(_MOST_ROUNDS, max(1, _MOST_OBJECTS // max(1, len(scenario.objects))))


class Pace:
    """What runs of each theme cost, and how many rounds a burst should therefore have."""

    def __init__(self, *, threads: bool = False) -> None:
        """Know nothing yet; of a backend of *threads*, no process can be held up."""
        self._spent_s = dict.fromkeys(_OF_THREADS if threads else _SHARES, 0.0)
        self._single_s: dict[str, float] = {}
        #: What a round costs by the step: of one theme, some scenarios are ten times as long as others.
        self._step_s: dict[tuple[str, str], float] = {}

    def note(self, scenario: Scenario, seconds: float) -> None:
        """Remember that *scenario* took *seconds*."""
        dress = dress_of(scenario)
        self._spent_s[dress.name] += seconds
        if dress == PLAIN:
            self._single_s[scenario.theme] = _mean(self._single_s.get(scenario.theme), seconds)
        elif dress.rounds > 1:
            key = (scenario.theme, dress.name)
            first_s = self._single_s.get(scenario.theme, 0.0)
            round_s = max((seconds - first_s) / (dress.rounds - 1), seconds / dress.rounds / 4)
            self._step_s[key] = _mean(self._step_s.get(key), round_s / max(1, scenario.step_count))

    def next(self, *, bursts: bool) -> str:
        """Return the strategy that is farthest behind its share of the time; a burst only if it may be."""
        names = [name for name in self._spent_s if bursts or name != "burst"]
        name = min(names, key=lambda name: self._spent_s[name] / _SHARES[name])
        # Until it is known what the run costs, as much as the least that any run does.
        self._spent_s[name] += _LEAST_S
        return name

    def rounds(self, scenario: Scenario, strategy: str) -> int:
        """Return how many rounds a burst of *scenario* under *strategy* should have."""
        if strategy in _NO_BURST:
            return 1
        most = most_rounds(scenario)
        step_s = self._step_s.get((scenario.theme, strategy))
        if step_s is None:
            return min(2 if strategy == "preemption" else _FIRST_ROUNDS, most)
        round_s = step_s * max(1, scenario.step_count)
        start_s = max(0.0, self._single_s.get(scenario.theme, 0.0) - round_s)
        return max(1, min(most, int(min(_LONGEST_S, _STARTS * start_s) / round_s)))


def _mean(before: float | None, value: float) -> float:
    return value if before is None else (1 - _NEW) * before + _NEW * value


class Swarm:
    """The strategies of one theme: each scenario is given the next one to wear."""

    def __init__(self, theme: Theme, pace: Pace, *, seed: int) -> None:
        """Begin with some strategy."""
        self._theme = theme
        self._pace = pace
        self._seed = seed
        self._number = 0

    def dress(self, scenario: Scenario) -> Scenario:
        """Return *scenario* as it is to be run next."""
        if self._theme.timed:
            return scenario
        self._number += 1
        strategy = self._pace.next(bursts=self._theme.bursts)
        seed = zlib.crc32(f"{self._seed}/{self._theme.name}/{self._number}".encode())
        rounds = self._pace.rounds(scenario, strategy) if self._theme.bursts else 1
        stops = _stops(scenario, seed) if strategy == "stops" else ()
        return wear(scenario, Dress(rounds=rounds, preemption=_held(strategy, seed), stops=stops))


def simpler(dress: Dress) -> Iterator[Dress]:
    """Yield what is simpler than *dress*, the simplest first."""
    if dress == PLAIN:
        return
    yield PLAIN
    if dress.rounds > 1 and dress.preemption:
        yield Dress(rounds=dress.rounds)
        yield Dress(preemption=dress.preemption)


def narrower(scenario: Scenario, functions: collections.Counter[tuple[str, str]]) -> Iterator[Dress]:
    """Yield the dress of *scenario* with fewer points to hold at: one actor only, one function only.

    *functions* counts the holds of a run that failed, by actor and function.
    """
    dress = dress_of(scenario)
    plan = dress.preemption
    if plan is None or not plan.probability:
        return
    actors = collections.Counter[str]()
    for (actor, _), count in functions.items():
        actors[actor] += count
    if len(actors) > 1 and not plan.actors:
        for actor, _ in actors.most_common():
            yield Dress(rounds=dress.rounds, preemption=msgspec.structs.replace(plan, actors=(actor,)))
    if not plan.functions:
        names = collections.Counter[str]()
        for (_, function), count in functions.items():
            names[function] += count
        for function, _ in names.most_common():
            yield Dress(rounds=dress.rounds, preemption=msgspec.structs.replace(plan, functions=(function,)))
