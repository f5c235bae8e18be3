"""Runs that serve more than one violation: what was run to shrink one, need not be run again for the next.

A program of some seconds breaks several requirements at once.  To replay it three times for each
of them would tell no more than to let all of them judge the same three replays.
"""

import collections

import msgspec

from mpconform.values import History, Scenario
from mpconform_conformance.campaign import Replayer, Run
from mpconform_conformance.explore import key_of

__all__ = ("Reruns",)

#: What takes less, is run again: it costs less to run than to keep.
_SLOW_S = 0.5


class Reruns:
    """A runner that keeps its slow runs: each violation in turn is given those that it has not seen yet.

    A run is given to one violation only once, so that what it counts are different runs.  What
    did not end by itself is not kept: how long it took depends on who was waiting.
    """

    def __init__(self, runner: Replayer) -> None:
        """Run with *runner* what has not been run so often yet."""
        self._runner = runner
        self._kept: dict[bytes, list[Run]] = {}
        self._given: collections.Counter[bytes] = collections.Counter()

    def begin(self) -> None:
        """Begin with another violation, which has seen none of the runs."""
        self._given.clear()

    def run(self, scenario: Scenario) -> Run:
        """Return a run of *scenario* that was not returned since ``begin``.  Raises HarnessFault."""
        key = key_of(msgspec.structs.replace(scenario, deadline_s=0.0))
        kept = self._kept.get(key, [])
        nth = self._given[key]
        self._given[key] += 1
        if nth < len(kept) and kept[nth].seconds < scenario.deadline_s:
            return kept[nth]
        run = self._runner.run(scenario)
        if nth == len(kept) and run.seconds >= _SLOW_S and run.ended == "normally":
            self._kept.setdefault(key, []).append(run)
        return run

    def remember(self, history: History) -> None:
        """Tell the runner what *history* says of how long things take."""
        self._runner.remember(history)
