"""Runs that serve more than one question: what was run to shrink one violation, serves the next.

A program of some seconds breaks several requirements at once.  To replay it three times for each
of them would tell no more than to let all of them judge the same three replays.

What is slow mostly waits.  So while a run does nothing but wait, the next runs of the same scenario,
which are sure to be asked for if this one fails, are made beside it.
"""

import collections
import contextlib
from collections.abc import Iterator, Sequence

import msgspec

from mpconform.errors import HarnessFault, UsageError
from mpconform.lanes import Lanes
from mpconform.values import History, Scenario
from mpconform_conformance.campaign import Run, Runner
from mpconform_conformance.explore import key_of

__all__ = ("Reruns",)

#: What takes less, is run again: it costs less to run than to keep.
_SLOW_S = 0.5


class Reruns:
    """Runners that keep their slow runs: each violation in turn is given those that it has not seen yet.

    A run is given to one violation only once, so that what it counts are different runs.  What
    did not end by itself is not kept for the next: how long it took depends on who was waiting.
    """

    def __init__(self, runners: Sequence[Runner]) -> None:
        """Run with the first of *runners* what has not been run so often yet; with the others, beside it."""
        self._runners = tuple(runners)
        self._kept: dict[bytes, list[Run]] = {}
        self._given: collections.Counter[bytes] = collections.Counter()
        #: Whether the latest run ended by itself, but not soon: then it is worth while to run ahead.
        self._slow = False

    def begin(self) -> None:
        """Begin with another violation, which has seen none of the runs."""
        self._given.clear()
        for key, runs in self._kept.items():
            self._kept[key] = [run for run in runs if run.ended == "normally"]

    def run(self, scenario: Scenario) -> Run:
        """Return a run of *scenario* that was not returned since ``begin``.  Raises HarnessFault."""
        return self._next(scenario, most=len(self._runners) if self._slow else 1)

    def all_of(self, scenarios: Sequence[Scenario], times: int) -> list[list[Run]]:
        """Run each of *scenarios* so many times, some beside others that wait; return the runs of each.

        A scenario that a defect of ours spoils has the fewer.
        """
        runs: list[list[Run]] = [[] for _ in scenarios]
        turns = collections.deque((at, one) for _ in range(times) for at, one in enumerate(scenarios))
        lanes = Lanes(self._runners, always=1)
        flights: dict[int, int] = {}
        while turns or flights:
            while turns and (lane := lanes.free):
                at, scenario = turns.popleft()
                with contextlib.suppress(HarnessFault):
                    lane.submit(scenario)
                    flights[id(lane)] = at
                    lanes.begin()
            if flights and (ended := lanes.ended()):
                at = flights.pop(id(ended))
                with contextlib.suppress(HarnessFault):
                    runs[at].append(ended.collect())
        return runs

    def remember(self, history: History) -> None:
        """Tell the runners what *history* says of how long things take."""
        for runner in self._runners:
            runner.remember(history)

    @contextlib.contextmanager
    def hurried(self, *, quiet_s: float = 0.0) -> Iterator[None]:
        """Let all runners give up soon what is at rest for more than *quiet_s*, within this block."""
        with contextlib.ExitStack() as stack:
            for runner in self._runners:
                stack.enter_context(runner.hurried(quiet_s=quiet_s))
            yield

    def _next(self, scenario: Scenario, *, most: int) -> Run:
        """Return a run of *scenario* that was not given yet; if there is none, make up to *most* of them."""
        key = key_of(msgspec.structs.replace(scenario, deadline_s=0.0))
        kept = self._kept.get(key, [])
        nth = self._given[key]
        self._given[key] += 1
        if nth < len(kept) and kept[nth].seconds < scenario.deadline_s:
            return kept[nth]
        runs = self._abreast(scenario, most)
        self._slow = runs[0].seconds >= _SLOW_S and runs[0].ended == "normally"
        if nth == len(kept) and (self._slow or len(runs) > 1):
            self._kept.setdefault(key, []).extend(runs)
        return runs[0]

    def _abreast(self, scenario: Scenario, most: int) -> list[Run]:
        """Run *scenario*, and while it waits run it again, *most* times at most; return the runs."""
        lanes = Lanes(self._runners[:most], always=1)
        first = None
        while first is None:
            if lane := lanes.free:
                try:
                    lane.submit(scenario)
                except (HarnessFault, UsageError):
                    _collected(lanes.busy)
                    raise
                lanes.begin()
            first = lanes.ended()
        return _collected([first, *lanes.busy])


def _collected(runners: Sequence[Runner]) -> list[Run]:
    """Return the runs of *runners*, once the last one has ended; raises HarnessFault if any failed."""
    runs: list[Run] = []
    faults: list[Exception] = []
    for runner in runners:
        try:
            runs.append(runner.collect())
        except (HarnessFault, UsageError) as error:  # noqa: PERF203  # what runs beside it has to end too
            faults.append(error)
    if faults:
        raise faults[0]
    return runs
