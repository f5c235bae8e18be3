"""Operations judged per second in bursts, divided by those with one round for each start of the processes.

    python benchmarks/bursts.py [METHOD ...] [--scenarios 12]

The same scenarios of all themes that can be repeated, first one round each, then in bursts of as many rounds
as a campaign would choose from what it measured.  Running and judging by every requirement of the family are
both counted, one after the other.
"""

import argparse
import sys

from mpconform.backend import Backend
from mpconform.clock import now_ns
from mpconform.runner import Runner, workdir
from mpconform_conformance.catalogue import checker_of, requirements
from mpconform_conformance.explore import batch
from mpconform_conformance.families import family
from mpconform_conformance.strategies import Dress, Pace, wear

FAMILIES = ("queue", "pipe", "memory")
#: Before it is measured, the pace of a theme is found with so many runs.
WARM = 2


def judged(runner, scenario, checkers, pace):
    """Run *scenario* and judge its histories; return (operations, seconds)."""
    began = now_ns()
    run = runner.run(scenario)
    for history in run.histories:
        for checker in checkers:
            checker(history)
    seconds = (now_ns() - began) / 1e9
    pace.note(scenario, run.seconds)
    return sum(len(history.operations) for history in run.histories), seconds


def measure(method, name, count):
    """Return ((operations, seconds) in single rounds, the same in bursts, mean rounds) of one family."""
    checkers = [checker_of(r) for r in requirements() if r.family == name]
    pace, totals, rounds = Pace(), [[0, 0.0], [0, 0.0]], []
    backend = Backend(module="multiprocessing", method=method, python=sys.executable)
    with workdir() as folder, Runner(backend, workdir=folder) as runner:
        for theme in family(name).themes:
            if not theme.bursts:
                continue
            scenarios = batch(theme, seed=1, index=3, size=count)
            for _ in range(WARM):
                judged(runner, scenarios[0], checkers, pace)
                burst = Dress(rounds=max(2, pace.rounds(scenarios[0], "burst")))
                judged(runner, wear(scenarios[0], burst), checkers, pace)
            for scenario in scenarios[1:]:
                burst = Dress(rounds=pace.rounds(scenario, "burst"))
                rounds.append(burst.rounds)
                for total, what in zip(totals, (scenario, wear(scenario, burst)), strict=True):
                    operations, seconds = judged(runner, what, checkers, pace)
                    total[0] += operations
                    total[1] += seconds
    return totals[0], totals[1], sum(rounds) / len(rounds)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("methods", nargs="*", default=["fork", "forkserver", "spawn"])
    parser.add_argument("--scenarios", type=int, default=12)
    options = parser.parse_args()
    for method in options.methods:
        sums = [[0, 0.0], [0, 0.0]]
        for name in FAMILIES:
            single, burst, rounds = measure(method, name, options.scenarios)
            for total, part in zip(sums, (single, burst), strict=True):
                total[0] += part[0]
                total[1] += part[1]
            report(method, name, single, burst, f"{rounds:.1f} rounds on the mean")
        report(method, "all", *sums, "")


def report(method, name, single, burst, remark):
    """Print one line."""
    rates = [operations / seconds for operations, seconds in (single, burst)]
    print(
        f"{method:11} {name:7} {rates[0]:8.0f} -> {rates[1]:8.0f} operations judged a second"
        f" = {rates[1] / rates[0]:5.1f}  {remark}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
