"""Wall time of a scenario, everything included, divided by the bare time of its processes.

    python benchmarks/overhead.py [METHOD ...] [--seconds 8] [--rounds 3] [--lanes N]

Everything: generating it, running it, recording it, counting from outside, judging it by every
requirement of its family, by one campaign that has the machine to itself, and so runs as many scenarios
side by side as ``plan.lanes_for`` says, unless told.  Bare: the same objects, processes and operations in a
warm process of their own (``bare.py``), one scenario after the other.  The two are measured in turn on
the same scenarios; the median ratio is printed.
"""

import argparse
import contextlib
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
from bare import PLAIN

from mpconform.backend import Backend
from mpconform.clock import Deadline, now_ns
from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform_conformance.campaign import Campaign, Cell
from mpconform_conformance.catalogue import checker_of, requirements
from mpconform_conformance.families import family
from mpconform_conformance.plan import cores, lanes_for

HERE = Path(__file__).parent
FAMILIES = ("queue", "pipe", "memory", "process")


class Noting:
    """A runner that keeps the scenarios that it was given."""

    def __init__(self, runner):
        self._runner = runner
        self.scenarios = []

    def submit(self, scenario):
        self.scenarios.append(scenario)
        self._runner.submit(scenario)

    def __getattr__(self, name):
        return getattr(self._runner, name)


def is_plain(scenario):
    """Return whether ``bare.py`` can do what *scenario* says."""
    steps = [step for actor in scenario.actors.values() for step in actor.steps]
    if any(step.method == "drain" for step in steps) and any(map(may_fail, steps)):
        return False  # How much is left to drain is known from the tapes only.
    return all(
        step.target != "@" and not step.bind and (step.target or step.method in PLAIN) for step in steps
    )


def may_fail(step):
    """Return whether *step* puts or gets only if it can at once, or for some time."""
    if step.method in {"put_nowait", "get_nowait"}:
        return True
    limited = step.timeout_s is not None or bool(step.keywords)
    return limited or len(step.arguments) > (1 if step.method == "put" else 0)


def plain_themes(name):
    """Return the themes of a family whose scenarios are plain throughout a sample."""
    from mpconform_conformance.explore import batch

    whole = family(name)
    themes = tuple(
        theme for theme in whole.themes if all(map(is_plain, batch(theme, seed=1, index=3, size=30)))
    )
    # What measures time is not dressed: each scenario is run as it is, once, as the bare processes do.
    return replace(whole, themes=tuple(replace(theme, timed=True) for theme in themes))


def measure(backend, offer, chosen, folder, seconds, seed, lanes):
    """Return (seconds with everything, seconds bare, scenarios) of one campaign and its echo."""
    asked = [(r, checker_of(r)) for r in requirements() if r.family == chosen.name]
    cell = Cell(family=chosen.name, backend=backend, offer=offer, budget_s=seconds, shrink_s=0)
    with contextlib.ExitStack() as stack:
        runners = [stack.enter_context(Runner(backend, workdir=folder)) for _ in range(lanes)]
        campaign = Campaign(cell, family=chosen, requirements=asked, seed=seed)
        for runner in runners:  # The agents are warm, as they are in a campaign of minutes.
            runner.run(next(iter_first(chosen, seed)))
        notings = [Noting(runner) for runner in runners]
        began = now_ns()
        campaign.explore(notings, Deadline(seconds))
        whole = (now_ns() - began) / 1e9
    scenarios = [scenario for noting in notings for scenario in noting.scenarios]
    assert all(m.kind != "hang" for m in campaign.met)
    lines = b"\n".join(msgspec.json.encode(scenario) for scenario in scenarios)
    echo = subprocess.run(
        # As a module: its spawned children find it compiled, as the agent's do.
        [backend.python, "-m", "bare", backend.method],
        cwd=HERE,
        input=lines,
        capture_output=True,
        check=True,
    )
    return whole, float(echo.stdout), len(scenarios)


def iter_first(chosen, seed):
    """Yield a scenario to warm up with."""
    from mpconform_conformance.explore import batch

    yield from batch(chosen.themes[0], seed=seed, index=0, size=1)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("methods", nargs="*", default=["fork", "forkserver", "spawn"])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lanes", type=int, default=lanes_for(1, workers=1, cores=cores()))
    parser.add_argument("--family", action="append")
    options = parser.parse_args()
    with workdir() as folder:
        for method in options.methods:
            backend = Backend(module="multiprocessing", method=method)
            offer = probe(backend, workdir=folder)
            totals = []
            for name in options.family or FAMILIES:
                chosen = plain_themes(name)
                if not chosen.themes:
                    print(f"{method:11} {name:8} no plain theme")
                    continue
                rounds = [
                    measure(backend, offer, chosen, folder, options.seconds, seed, options.lanes)
                    for seed in range(options.rounds)
                ]
                ratios = [whole / bare for whole, bare, _ in rounds]
                totals += rounds
                whole, bare, count = (sum(column) for column in zip(*rounds, strict=True))
                print(
                    f"{method:11} {name:8} {len(chosen.themes):2} themes {count:6} scenarios"
                    f" {1e3 * whole / count:8.2f} ms / {1e3 * bare / count:8.2f} ms"
                    f" = {statistics.median(ratios):.2f} ({min(ratios):.2f} .. {max(ratios):.2f})",
                    flush=True,
                )
            whole, bare, count = (sum(column) for column in zip(*totals, strict=True))
            print(f"{method:11} all      {count:17} scenarios  ratio {whole / bare:.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
